#include "app/report/event_ids.h"

#include <gtest/gtest.h>

namespace gw::report {
namespace {

using Ids = std::set<std::string>;
const std::string kOne = "9f3c0000-0000-4000-8000-000000000001";
const std::string kTwo = "9f3c0000-0000-4000-8000-000000000002";

TEST(EventIds, OneALine) {
  EXPECT_EQ(event_ids(""), Ids());
  EXPECT_EQ(event_ids(kOne + "\n\n  " + kTwo + " \r\n" + kOne), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("9F3C0000-0000-4000-8000-000000000001"), Ids{kOne});
  EXPECT_EQ(event_ids("event:7\nnot-a-uuid\n"), (Ids{"event:7", "not-a-uuid"}));
}

TEST(EventIds, AnywhereInAText) {
  EXPECT_EQ(event_ids("{\"event_id\":\"" + kOne + "\"}\n{\"detail\":{\"eventID\": \"" + kTwo + "\"}}\n"),
            (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("root login! see <https://x/#/events/" + kOne + "|here> (" + kTwo + ")."), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("a line of words\n" + kOne), Ids{kOne});
  EXPECT_EQ(event_ids("[\"" + kOne + "\",\"" + kTwo + "\"]"), (Ids{kOne, kTwo}));
}

TEST(EventIds, NotIdsOfSomethingElse) {
  EXPECT_EQ(event_ids("{\"client_msg_id\":\"" + kOne + "\",\"text\":\"" + kTwo + "\"}"), Ids{kTwo});
  EXPECT_EQ(event_ids("{\"requestID\" : \"" + kOne + "\"} {\"sharedEventID\":\"" + kOne + "\"} {\"session_id\":\"" +
                      kOne + "\"}"),
            Ids());
  EXPECT_EQ(event_ids("\"{\\\"requestID\\\":\\\"" + kOne + "\\\",\\\"eventID\\\":\\\"" + kTwo + "\\\"}\""), Ids{kTwo});
  EXPECT_EQ(event_ids("x" + kOne + " " + kOne + "0 -" + kOne + " " + kOne + "-1 " + kOne.substr(1)), Ids());
}

}  // namespace
}  // namespace gw::report

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

TEST(EventIds, HeadingsWhereverTheyStand) { EXPECT_EQ(event_ids("event-id\ne-1\nid\n"), std::set<std::string>{"e-1"}); }

TEST(EventIds, AnywhereInAText) {
  EXPECT_EQ(event_ids("{\"event_id\":\"" + kOne + "\"}\n{\"detail\":{\"eventID\": \"" + kTwo + "\"}}\n"),
            (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("root login! see <https://x/#/events/" + kOne + "|here> (" + kTwo + ")."), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("a line of words\n" + kOne), Ids{kOne});
  EXPECT_EQ(event_ids("[\"" + kOne + "\",\"" + kTwo + "\"]"), (Ids{kOne, kTwo}));
}

TEST(EventIds, BehindEscapesAndInAddresses) {
  EXPECT_EQ(event_ids("{\"text\":\"root login\\n" + kOne + "\\t" + kTwo + "\\n\"}"), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("{\"text\":\"\\u003c" + kOne + "\\u003e\"}"), Ids{kOne});
  EXPECT_EQ(event_ids("https://x/?q=eventID%3D" + kOne + "&r=%22" + kTwo + "%22"), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("see _" + kOne + "_ and *" + kTwo + "*"), (Ids{kOne, kTwo}));
  EXPECT_EQ(event_ids("no an" + kOne + ", u003c" + kOne + ", 3D" + kOne + ", x_" + kOne + "_, _" + kOne), Ids());
}

TEST(EventIds, OfFilesAsOtherProgramsSaveThem) {
  EXPECT_EQ(event_ids("\xEF\xBB\xBF"
                      "event:7\r\nevent:8\r\n"),
            (Ids{"event:7", "event:8"}));
  EXPECT_EQ(event_ids("eventID\r\n" + kOne + "\r\n"), Ids{kOne});
  EXPECT_EQ(event_ids("event_id\nevent:7\n"), Ids{"event:7"});
  for (const bool big : {false, true}) {
    std::string text = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : "EVENT\n" + kOne + " \x07\n") {
      if (big) text.push_back('\0');
      text.push_back(c);
      if (!big) text.push_back(c == '\x07' ? '\x01' : '\0');
    }
    EXPECT_EQ(event_ids(text), Ids{kOne}) << big;
    EXPECT_EQ(event_ids(text.substr(0, 3)), Ids()) << big;
  }
  EXPECT_EQ(event_ids("\xff\xc0 " + kOne + " \xed\xa0\x80"), Ids{kOne});
}

TEST(EventIds, AsTheyAreCompared) {
  EXPECT_EQ(canonical_id("9F3C0000-0000-4000-8000-000000000001"), kOne);
  EXPECT_EQ(canonical_id("Event:7"), "Event:7");
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

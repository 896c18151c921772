#include "base/http_date.h"

#include <gtest/gtest.h>

namespace gw {
namespace {

using std::chrono::seconds;

TEST(HttpDate, ReadsThePreferredForm) {
  EXPECT_EQ(parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT"), parse_time("2015-10-21T07:28:00Z"));
  for (const char* bad :
       {"", "21 Oct 2015", "Wed, 21 Okt 2015 07:28:00 GMT", "Wed, 32 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 UTC", "Wednesday, 21-Oct-15 07:28:00 GMT", "Wed Oct 21 07:28:00 2015"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  const Time now = *parse_time("2015-10-21T07:27:30Z");
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), seconds(30));
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:27:00 GMT", now), seconds(0));
  for (const char* endless : {"99999999999", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    EXPECT_EQ(parse_retry_after(endless, now), seconds(24 * 86'400)) << endless;
  for (const char* bad : {"", "-1", "-99999999999999999999999", "1.5", "soon", "5 s"})
    EXPECT_FALSE(parse_retry_after(bad, now)) << bad;
}

}  // namespace
}  // namespace gw

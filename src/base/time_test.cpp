#include "base/time.h"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Time, ReadsTheFormsThatCloudTrailWrites) {
  struct Case {
    const char* text;
    const char* normal;
  };
  const Case cases[] = {
      {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
      {"20131102T010628Z", "2013-11-02T01:06:28Z"},
      {"2026-07-01T10:05:00.000Z", "2026-07-01T10:05:00Z"},
      {"2026-07-01T10:05:00.1234567Z", "2026-07-01T10:05:00.123456Z"},
      {"2026-07-01T00:30:00+01:00", "2026-06-30T23:30:00Z"},
      {"2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"},
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
  };
  for (const Case& c : cases) {
    const auto time = parse_time(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(format_time(*time), c.normal) << c.text;
  }
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-03-01", "2026-13-01T00:00:00Z", "0000-00-00T00:00:00Z", "1772330584", "2026-03-01T02:03:04Z\n",
        "2026-03-01T02:03:04", "2026-03-01 02:03:04", "2025-02-29T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T02:03:04.Z", "2026-03-01T02:03:04+1:00", "1969-12-31T23:59:59Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, FormatsTimesBeforeTheEpoch) { EXPECT_EQ(format_time(Time{-1}), "1969-12-31T23:59:59.999999Z"); }

TEST(Duration, UnitsAndRefusals) {
  EXPECT_EQ(parse_duration_micros("90s"), 90'000'000);
  EXPECT_EQ(parse_duration_micros("2h"), 7'200'000'000);
  EXPECT_EQ(parse_duration_micros("7d"), 604'800'000'000);
  for (const char* text : {"", "h", "0h", "2", "2x", "-2h", "99999999999999d", "1.5h"}) {
    EXPECT_FALSE(parse_duration_micros(text)) << text;
  }
}

TEST(Time, AsPeopleGiveIt) {
  const Time now = *parse_time("2026-03-08T12:00:00Z");
  const auto at = [&](std::string_view text) {
    const auto time = parse_when(text, now);
    return time ? format_time(*time) : std::string("none");
  };
  EXPECT_EQ(at("2026-03-01T02:03:04+01:00"), "2026-03-01T01:03:04Z");
  EXPECT_EQ(at("2026-03-01"), "2026-03-01T00:00:00Z");
  EXPECT_EQ(at("7d"), "2026-03-01T12:00:00Z");
  EXPECT_EQ(at("9999w"), "1970-01-01T00:00:00Z");
  for (const char* text : {"", "yesterday", "2026-13-01", "7"}) EXPECT_EQ(at(text), "none") << text;
}

}  // namespace
}  // namespace gw

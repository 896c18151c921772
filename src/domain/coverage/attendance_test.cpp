#include "domain/coverage/attendance.h"

#include <gtest/gtest.h>

namespace gw::coverage {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
const Time kStart{20'000 * kDay};
Time at(std::int64_t micros) { return Time{kStart.micros + micros}; }

// A look every five minutes, but for `down` at the beginning of each day.
Attendance watched(std::int64_t days, std::int64_t down) {
  Attendance out;
  for (std::int64_t t = 0; t <= days * kDay; t += 5 * kMinute) {
    if (t == 0 || t % kDay > down || down == 0) out.look(at(t));
  }
  return out;
}

TEST(Attendance, CoversWhatWasLookedAt) {
  EXPECT_FALSE(Attendance().covers(kStart, at(kDay)));
  const Attendance all = watched(30, 0);
  EXPECT_TRUE(all.covers(at(0), at(30 * kDay)));
  EXPECT_FALSE(all.covers(at(-1), at(30 * kDay)));  // before the first look
  EXPECT_EQ(all.quiet_micros(at(-kDay), at(30 * kDay)), 30 * kDay);
}

TEST(Attendance, AShortAbsenceIsNoneInALongQuiet) {
  Attendance one;
  for (std::int64_t t = 0; t <= 2 * kDay; t += 5 * kMinute) {
    if (t <= kDay || t >= kDay + kHour) one.look(at(t));
  }
  EXPECT_TRUE(one.covers(at(0), at(kDay)));
  EXPECT_FALSE(one.covers(at(kDay - kHour), at(kDay + 2 * kHour)));
  EXPECT_EQ(one.quiet_micros(at(kDay - kHour), at(kDay + 2 * kHour)), kHour);  // since the absence
  EXPECT_TRUE(one.covers(at(kDay - kHour), at(kDay + 9 * kHour)));
  EXPECT_EQ(one.quiet_micros(at(kDay - kHour), at(kDay + 9 * kHour)), 10 * kHour);
}

TEST(Attendance, OfANightlyAbsenceAllNightsCount) {
  const Attendance nightly = watched(60, kHour);
  EXPECT_TRUE(nightly.covers(at(kHour), at(60 * kDay)));
  EXPECT_TRUE(nightly.covers(at(50 * kDay + 2 * kHour), at(57 * kDay)));
  EXPECT_FALSE(nightly.covers(at(59 * kDay - kHour), at(59 * kDay + 2 * kHour)));
}

TEST(Attendance, WhoLooksSeldomDoesNotCover) {
  Attendance seldom;
  for (std::int64_t t = 0; t <= 30 * kDay; t += 15 * kMinute) seldom.look(at(t));
  EXPECT_FALSE(seldom.covers(at(0), at(30 * kDay)));
  EXPECT_EQ(seldom.quiet_micros(at(0), at(30 * kDay)), 0);
  EXPECT_FALSE(watched(60, 3 * kHour).covers(at(kDay), at(60 * kDay)));
}

TEST(Attendance, ATextIsWhatItWas) {
  for (const Attendance& one : {Attendance(), watched(1, 0), watched(30, kHour), watched(30, 5 * kHour)})
    EXPECT_EQ(Attendance::parse(one.to_text()).to_text(), one.to_text());
  EXPECT_EQ(Attendance::parse("5").to_text(), "5;5;5");
  EXPECT_EQ(Attendance::parse("5;3").to_text(), "5;3;3");  // of a version before this one
  EXPECT_EQ(Attendance::parse("5;3;1;x;2-1;1-2-3;-1-2;1-2").to_text(), "5;3;1;1-2");
  for (const char* text : {"", "x", "-5;3", ";", "5x"}) EXPECT_EQ(Attendance::parse(text).to_text(), "");
}

}  // namespace
}  // namespace gw::coverage

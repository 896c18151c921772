#include "domain/coverage/rhythm.h"

#include <gtest/gtest.h>

namespace gw::coverage {
namespace {

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;
constexpr std::int64_t kDay = 24 * kHour;

TEST(RhythmTest, ATextIsWhatItWas) {
  Rhythm rhythm;
  rhythm.arrived(Time{20'000 * kDay}, 0);
  rhythm.arrived(Time{20'001 * kDay}, kHour);
  rhythm.arrived(Time{20'004 * kDay}, 3 * kDay, kHour);
  rhythm.arrived(Time{20'004 * kDay + kHour}, kHour / 2);
  EXPECT_EQ(rhythm.to_text(), "20000:0 20001:3600 20004:3600/259200");
  const auto again = Rhythm::parse(rhythm.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->to_text(), rhythm.to_text());
  EXPECT_EQ(again->allowed_micros(), rhythm.allowed_micros());
  // Of a version before this one.
  EXPECT_TRUE(Rhythm::parse("20000:0 20001:3600"));
  EXPECT_TRUE(Rhythm::parse(""));
  for (const char* text : {"20000:5/5", "20000:5/4", "20000:5/", "20000:5/x", "20000:5/99999999999", "20000/5:1",
                           "20000:5/6/7", "9223372036854775807:1", "20000:5/6 20000:7"})
    EXPECT_FALSE(Rhythm::parse(text)) << text;
}

TEST(RhythmTest, AToldQuietCountsWhollyOnceItRecurs) {
  Rhythm rhythm;
  rhythm.arrived(Time{20'000 * kDay}, 0);
  rhythm.arrived(Time{20'007 * kDay}, 7 * kDay, kHour);
  EXPECT_EQ(rhythm.usual_micros(), kHour);
  rhythm.arrived(Time{20'014 * kDay}, 7 * kDay, kHour);
  EXPECT_EQ(rhythm.usual_micros(), 7 * kDay);
  // On a quarter of the days, that is: every day since makes it rarer.
  for (std::int64_t day = 15; day < 21; ++day) rhythm.arrived(Time{(20'000 + day) * kDay}, kHour);
  EXPECT_EQ(rhythm.usual_micros(), 7 * kDay);
  rhythm.arrived(Time{20'021 * kDay}, kHour);
  EXPECT_EQ(rhythm.usual_micros(), kHour);
}

TEST(RhythmTest, EightDaysWithArrivalsAreKnownHoweverLongAgo) {
  Rhythm rhythm;
  for (std::int64_t month = 0; month < 20; ++month) rhythm.arrived(Time{(20'000 + month * 30) * kDay}, 30 * kDay);
  EXPECT_EQ(rhythm.days(), Rhythm::kAtLeast);
  EXPECT_EQ(rhythm.recent_days(), 2u);
  for (std::int64_t day = 1; day < 100; ++day) rhythm.arrived(Time{(20'570 + day) * kDay}, kDay);
  EXPECT_EQ(rhythm.days(), static_cast<std::size_t>(Rhythm::kDays));
  EXPECT_EQ(rhythm.recent_days(), rhythm.days());
  EXPECT_EQ(rhythm.usual_micros(), kDay);
}

TEST(RhythmTest, WhereFewDaysHaveArrivalsThreeDaysAreAllowed) {
  Rhythm rhythm;
  for (const std::int64_t day : {0, 9, 10, 20}) rhythm.arrived(Time{(20'000 + day) * kDay}, kHour);
  EXPECT_EQ(rhythm.allowed_micros(), 3 * kDay);
  for (std::int64_t day = 21; day < 24; ++day) rhythm.arrived(Time{(20'000 + day) * kDay}, kHour);
  EXPECT_LT(rhythm.allowed_micros(), 3 * kHour);
}

TEST(RhythmTest, NoTimeIsTooLong) {
  Rhythm rhythm;
  for (std::int64_t day = 0; day < 9; ++day) rhythm.arrived(Time{(20'000 + day) * kDay}, INT64_MAX);
  EXPECT_GT(rhythm.allowed_micros(), 700 * kDay);
  EXPECT_TRUE(Rhythm::parse(rhythm.to_text()));
}

}  // namespace
}  // namespace gw::coverage

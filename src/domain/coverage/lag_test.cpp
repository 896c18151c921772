#include "domain/coverage/lag.h"

#include <gtest/gtest.h>

namespace gw::coverage {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

LagCounts of(std::initializer_list<std::int64_t> seconds) {
  LagCounts out;
  for (const std::int64_t s : seconds) out.add(s * kSecond);
  return out;
}

TEST(Lag, PercentilesAreUpperEndsOfClasses) {
  LagCounts lags;
  for (int i = 0; i < 90; ++i) lags.add(2 * kSecond);
  for (int i = 0; i < 9; ++i) lags.add(300 * kSecond);
  lags.add(5'000 * kSecond);
  EXPECT_EQ(lags.total(), 100U);
  EXPECT_EQ(lags.percentile(0.5), 3);     // 2 to 3 s
  EXPECT_EQ(lags.percentile(0.95), 384);  // 256 to 384 s
  EXPECT_EQ(lags.percentile(0.99), 384);
  EXPECT_EQ(lags.percentile(1), 5'000);  // never beyond the longest
  EXPECT_EQ(lags.max_seconds, 5'000);
}

TEST(Lag, EveryLagLiesBelowTheEndOfItsClass) {
  for (std::int64_t s = 0; s < 20'000'000; s = s * 5 / 4 + 1) {
    LagCounts lags = of({s, 30'000'000});
    EXPECT_GE(lags.percentile(0.5), static_cast<double>(s));
    if (s < 4'000'000) {
      EXPECT_LE(lags.percentile(0.5), static_cast<double>(s) * 1.5 + 1);
    }
  }
}

TEST(Lag, OddOnesDoNoHarm) {
  LagCounts lags;
  EXPECT_EQ(lags.percentile(0.5), 0);
  lags.add(-5 * kSecond);
  EXPECT_EQ(lags.percentile(0.5), 1);
  lags.add(std::int64_t{1} << 62);
  EXPECT_EQ(lags.total(), 2U);
}

TEST(Lag, OnlyTheLastTwoDaysCount) {
  RecentLag lag;
  const Time first{1'000 * kDay};
  lag.add(of({600}), first);
  lag.add(of({2}), Time{first.micros + kDay});
  EXPECT_EQ(lag.at(Time{first.micros + kDay}).max_seconds, 600);
  lag.add(of({3}), Time{first.micros + 2 * kDay});
  EXPECT_EQ(lag.at(Time{first.micros + 2 * kDay}).max_seconds, 3);
  EXPECT_EQ(lag.at(Time{first.micros + 3 * kDay}).total(), 1U);
  EXPECT_EQ(lag.at(Time{first.micros + 4 * kDay}).total(), 0U);
}

}  // namespace
}  // namespace gw::coverage

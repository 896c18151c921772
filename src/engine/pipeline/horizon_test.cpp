#include "engine/pipeline/horizon.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gw::pipeline {
namespace {

constexpr std::int64_t kMinute = std::int64_t{60} * 1'000'000;

ports::ChainRow row(std::uint64_t credential, std::uint64_t event, std::int64_t minute = 0) {
  return {credential, event, Time{minute * kMinute}, 3, "111122223333"};
}

TEST(Horizon, GivesTheRowsOfACredentialNewestFirst) {
  Horizon horizon;
  const std::vector<ports::ChainRow> rows = {row(1, 10, 1), row(2, 20, 2), row(1, 11, 3)};
  horizon.add(rows, Time{});
  const auto found = horizon.lookup(1);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].event, 11u);
  EXPECT_EQ(found[0].time.micros, 3 * kMinute);
  EXPECT_EQ(found[1].event, 10u);
  EXPECT_EQ(found[1].kinds, 3);
  EXPECT_EQ(found[1].account_id, "111122223333");
  EXPECT_TRUE(horizon.lookup(3).empty());
  EXPECT_EQ(horizon.lookup(1, 1).size(), 1u);
  EXPECT_FALSE(horizon.complete_since());
}

TEST(Horizon, ForgetsAfterADay) {
  Horizon horizon;
  const std::vector<ports::ChainRow> rows = {row(1, 10)};
  horizon.add(rows, Time{0});
  horizon.add({}, Time{kHorizonMicros});
  EXPECT_EQ(horizon.lookup(1).size(), 1u);
  horizon.add({}, Time{kHorizonMicros + 1});
  EXPECT_TRUE(horizon.lookup(1).empty());
  EXPECT_EQ(horizon.size(), 0u);
  EXPECT_FALSE(horizon.complete_since());  // by age, not for want of memory
}

TEST(Horizon, SaysSinceWhenItIsComplete) {
  Horizon horizon(1);
  const std::size_t capacity = 1024;
  for (std::size_t i = 0; i <= capacity; ++i) {
    const std::vector<ports::ChainRow> one = {row(i, i)};
    horizon.add(one, Time{static_cast<std::int64_t>(i)});
  }
  EXPECT_EQ(horizon.size(), capacity);
  EXPECT_TRUE(horizon.lookup(0).empty());
  EXPECT_EQ(horizon.complete_since(), Time{0});
}

// Against a deque that is searched.
TEST(Horizon, IsWhatASearchFinds) {
  std::mt19937_64 random(7);
  Horizon horizon(90'000);
  const std::size_t capacity = 2048;
  std::deque<ports::ChainRow> model;
  for (int step = 0; step < 3000; ++step) {
    std::vector<ports::ChainRow> rows;
    for (std::uint64_t n = random() % 8; n > 0; --n) {
      // Few credentials, crowded together in the index; some come once only.
      const std::uint64_t credential = random() % 3 == 0 ? random() : (random() % 50) << 32;
      rows.push_back(row(credential, random(), static_cast<std::int64_t>(random() % 1000)));
    }
    horizon.add(rows, Time{step});
    model.insert(model.end(), rows.begin(), rows.end());
    while (model.size() > capacity) model.pop_front();
    if (step % 50 != 0) continue;
    ASSERT_EQ(horizon.size(), model.size());
    for (std::uint64_t c = 0; c < 50; ++c) {
      std::vector<std::uint64_t> expected;
      for (auto at = model.rbegin(); at != model.rend(); ++at) {
        if (at->credential == c << 32) expected.push_back(at->event);
      }
      std::vector<std::uint64_t> events;
      for (const ports::ChainRow& found : horizon.lookup(c << 32)) events.push_back(found.event);
      ASSERT_EQ(events, expected) << step << " " << c;
    }
  }
}

TEST(Horizon, RemembersTheLatestKeysThatWereHandedOut) {
  Horizon horizon;
  EXPECT_FALSE(horizon.is_granted(1));
  for (std::uint64_t n = 0; n <= Horizon::kMaxGranted; ++n) horizon.grant(n);
  horizon.grant(Horizon::kMaxGranted);  // again: nothing is pushed out by it
  EXPECT_FALSE(horizon.is_granted(0));
  EXPECT_TRUE(horizon.is_granted(1));
  EXPECT_TRUE(horizon.is_granted(Horizon::kMaxGranted));
}

}  // namespace
}  // namespace gw::pipeline

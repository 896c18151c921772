#include "engine/pipeline/lag_book.h"

#include <gtest/gtest.h>

namespace gw::pipeline {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
const Time kNow{20'000 * kDay};

Batch batch_of(std::initializer_list<std::pair<ports::CoverageSighting, std::int64_t>> sightings) {
  Batch batch;
  for (const auto& [place, seconds] : sightings) {
    batch.coverage.push_back(place);
    batch.lags.emplace_back().add(seconds * kSecond);
  }
  return batch;
}

const ports::CoverageSighting kHere{"111122223333", "eu-west-1", "s3", 1, {}, {}};
const ports::CoverageSighting kThere{"111122223333", "us-east-1", "s3", 1, {}, {}};
const ports::CoverageSighting kLive{"111122223333", "eu-west-1", "eventbridge", 1, {}, {}};

TEST(LagBook, ByPlaceAndByFeed) {
  LagBook book;
  book.note(batch_of({{kHere, 300}, {kThere, 600}, {kLive, 2}}), kNow);
  book.note(batch_of({{kHere, 400}}), kNow);
  EXPECT_EQ(book.of(kHere, kNow).total(), 2U);
  EXPECT_EQ(book.of(kHere, kNow).max_seconds, 400);
  EXPECT_EQ(book.of(kThere, kNow).max_seconds, 600);
  const auto feeds = book.feeds(kNow);
  ASSERT_EQ(feeds.size(), 2U);
  EXPECT_EQ(feeds.at("s3").total(), 3U);
  EXPECT_EQ(feeds.at("eventbridge").max_seconds, 2);
}

TEST(LagBook, KnowsNothingOfOtherPlacesAndOlderDays) {
  LagBook book;
  EXPECT_EQ(book.of(kHere, kNow).total(), 0U);
  book.note(batch_of({{kHere, 300}}), kNow);
  EXPECT_EQ(book.of(kThere, kNow).total(), 0U);
  const Time later{kNow.micros + 2 * kDay};
  EXPECT_EQ(book.of(kHere, later).total(), 0U);
  EXPECT_EQ(book.feeds(later).at("s3").total(), 0U);
}

}  // namespace
}  // namespace gw::pipeline

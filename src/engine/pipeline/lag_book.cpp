#include "engine/pipeline/lag_book.h"

#include <algorithm>

namespace gw::pipeline {

void LagBook::note(const Batch& batch, Time now) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < std::min(batch.coverage.size(), batch.lags.size()); ++i) {
    const ports::CoverageSighting& place = batch.coverage[i];
    feeds_[place.feed].add(batch.lags[i], now);
    std::tuple key{place.account_id, place.region, place.feed};
    if (places_.size() < kMaxPlaces || places_.contains(key)) places_[std::move(key)].add(batch.lags[i], now);
  }
}

coverage::LagCounts LagBook::of(const ports::CoverageSighting& place, Time now) const {
  const std::lock_guard lock(mutex_);
  const auto at = places_.find({place.account_id, place.region, place.feed});
  return at == places_.end() ? coverage::LagCounts{} : at->second.at(now);
}

std::map<std::string, coverage::LagCounts> LagBook::feeds(Time now) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, coverage::LagCounts> out;
  for (const auto& [feed, lag] : feeds_) out[feed] = lag.at(now);
  return out;
}

}  // namespace gw::pipeline

// How late records are, by account, region and feed, since the process started: what was committed in the last two days.
//
// Not stored: percentiles say how a feed is doing now. Safe from any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "domain/coverage/lag.h"
#include "engine/pipeline/batch.h"

namespace gw::pipeline {

class LagBook {
 public:
  static constexpr std::size_t kMaxPlaces = 20'000;  // later ones count with their feed alone

  void note(const Batch& batch, Time now);
  [[nodiscard]] coverage::LagCounts of(const ports::CoverageSighting& place, Time now) const;
  [[nodiscard]] std::map<std::string, coverage::LagCounts> feeds(Time now) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, coverage::RecentLag> places_;
  std::map<std::string, coverage::RecentLag> feeds_;
};

}  // namespace gw::pipeline

// How late records are when they arrive: counts by time between event and arrival, for percentiles. Plain data, pure.
//
// Classes of 0 s, then half an octave each (1, 1.5, 2, 3, 4, 6, 8, 12 … s): CloudTrail's times are whole seconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace gw::coverage {

struct LagCounts {
  static constexpr std::size_t kClasses = 46;  // the last has what is beyond 48 days

  std::array<std::uint32_t, kClasses> counts{};
  std::int64_t max_seconds = 0;

  void add(std::int64_t lag_micros);  // negative ones (clocks differ) count as none
  void add(const LagCounts& other);
  [[nodiscard]] std::uint64_t total() const;
  // What `share` (0 to 1) of all do not exceed, in seconds, from the class's upper end; 0 when there are none.
  [[nodiscard]] double percentile(double share) const;
};

// The counts of the day at hand and the one before: what happened weeks ago says nothing of a feed today.
class RecentLag {
 public:
  void add(const LagCounts& counts, Time now);
  [[nodiscard]] LagCounts at(Time now) const;

 private:
  std::int64_t day_ = 0;
  LagCounts today_;
  LagCounts yesterday_;
};

}  // namespace gw::coverage

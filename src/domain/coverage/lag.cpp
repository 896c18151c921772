#include "domain/coverage/lag.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace gw::coverage {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

std::size_t class_of(std::int64_t seconds) {
  if (seconds <= 0) return 0;
  const auto octave = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(seconds)) - 1);
  const bool upper = octave > 0 && (seconds >> (octave - 1) & 1) != 0;
  return std::min<std::size_t>(1 + 2 * octave + (upper ? 1 : 0), LagCounts::kClasses - 1);
}

double end_of(std::size_t number) {
  if (number == 0) return 1;
  const auto octave = static_cast<double>(std::uint64_t{1} << ((number - 1) / 2));
  return (number - 1) % 2 == 0 ? octave * 1.5 : octave * 2;
}

}  // namespace

void LagCounts::add(std::int64_t lag_micros) {
  const std::int64_t seconds = lag_micros > 0 ? lag_micros / kSecond : 0;
  std::uint32_t& count = counts[class_of(seconds)];
  if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
  max_seconds = std::max(max_seconds, seconds);
}

void LagCounts::add(const LagCounts& other) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    const std::uint64_t sum = std::uint64_t{counts[i]} + other.counts[i];
    counts[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
  }
  max_seconds = std::max(max_seconds, other.max_seconds);
}

std::uint64_t LagCounts::total() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

double LagCounts::percentile(double share) const {
  const std::uint64_t all = total();
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    seen += counts[i];
    if (seen > 0 && static_cast<double>(seen) >= share * static_cast<double>(all))
      return std::min(i + 1 == kClasses ? HUGE_VAL : end_of(i),
                      static_cast<double>(std::max<std::int64_t>(max_seconds, 1)));
  }
  return 0;
}

void RecentLag::add(const LagCounts& counts, Time now) {
  const std::int64_t day = now.micros / kDay;
  if (day > day_) {
    yesterday_ = day == day_ + 1 ? today_ : LagCounts{};
    today_ = {};
    day_ = day;
  }
  today_.add(counts);
}

LagCounts RecentLag::at(Time now) const {
  const std::int64_t day = now.micros / kDay;
  if (day > day_ + 1) return {};
  LagCounts out = today_;
  if (day <= day_) out.add(yesterday_);
  return out;
}

}  // namespace gw::coverage

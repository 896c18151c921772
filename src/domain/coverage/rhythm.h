// How long a place (an account, a region, a feed, or all of them together) is usually quiet between two arrivals, learnt from
// the longest quiet of each of the last five weeks' days.
//
// Not from rates: a small account's trail has nights, weekends and deployments, but no rate. Plain data, pure; times are when
// records arrived here, not when their events happened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gw::coverage {

class Rhythm {
 public:
  // Something arrived at `at` (which does not go back), after `quiet_micros` of nothing; 0 where that is not known.
  void arrived(Time at, std::int64_t quiet_micros);

  // For how long nothing need worry anybody. Before three days with arrivals are known: three days, which spans a weekend; in
  // the first eight days: five times the longest quiet, which makes a weekend of a night; then twice the longest.
  [[nodiscard]] std::int64_t allowed_micros() const;
  [[nodiscard]] std::int64_t longest_micros() const;
  [[nodiscard]] std::size_t days() const { return days_.size(); }  // with arrivals, of the last kDays

  // As stores keep it: `day:seconds` of each, with a space between; parse() answers nullopt for anything else.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<Rhythm> parse(std::string_view text);

  static constexpr std::int64_t kDays = 35;

 private:
  struct Day {
    std::int64_t day = 0;      // since 1970
    std::int64_t seconds = 0;  // the longest quiet that ended on it, rounded up
  };
  std::vector<Day> days_;  // ascending
};

}  // namespace gw::coverage

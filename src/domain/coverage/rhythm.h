// How long a place (an account, a region, a feed, or all of them together) is usually quiet between two arrivals, learnt from
// the longest quiet of each of the last five weeks' days, or of the last eight days with arrivals where there were fewer.
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
  // The same of a quiet that was too long, and was told: `counted_micros` of it count by themselves, and all of it once it
  // recurs (see usual_micros). An outage is no rhythm; a job that runs on Mondays is.
  void arrived(Time at, std::int64_t quiet_micros, std::int64_t counted_micros);

  // For how long nothing need worry anybody. Before three days with arrivals are known: three days, which spans a weekend; in
  // the first eight days: five times the longest quiet, which makes a weekend of a night; then twice the usual quiet. Never
  // less than three days where fewer than two days of seven have arrivals.
  [[nodiscard]] std::int64_t allowed_micros() const;
  // The longest quiet of all that counts; or one as long as which a quarter of the days had, and two at least.
  [[nodiscard]] std::int64_t usual_micros() const;
  [[nodiscard]] std::size_t days() const { return days_.size(); }  // with arrivals: those that are known
  [[nodiscard]] std::size_t recent_days() const;                   // and of them those of the last kDays

  // As stores keep it: `day:seconds` of each, with a space between, and `/seconds` behind where not all of a quiet counts;
  // parse() answers nullopt for anything else.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<Rhythm> parse(std::string_view text);

  static constexpr std::int64_t kDays = 35;
  static constexpr std::size_t kAtLeast = 8;  // days with arrivals, however long ago: eight months of a monthly job

 private:
  struct Day {
    std::int64_t day = 0;      // since 1970
    std::int64_t seconds = 0;  // the longest quiet that ended on it, as far as it counts, rounded up
    std::int64_t whole = 0;    // the longest quiet that ended on it; not less
  };
  [[nodiscard]] std::int64_t longest_micros() const;
  [[nodiscard]] std::int64_t recurring_micros() const;

  std::vector<Day> days_;  // ascending; kDays at most
};

}  // namespace gw::coverage

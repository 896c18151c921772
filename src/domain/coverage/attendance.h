// When somebody looked, and when nobody did: what is not looked at is not silent. Plain data, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gw::coverage {

class Attendance {
 public:
  // Looks that are ten minutes or more apart have an absence between them.
  void look(Time now);

  // Whether looks tell of that time: all of it lies behind the first look, and of ten parts nobody looked in one at most. A
  // server that is down for a quarter of an hour every night knows of a quiet week all the same.
  [[nodiscard]] bool covers(Time from, Time to) const;
  // For how long a place is quiet at `now` that was last heard at `heard`, as far as looks tell: since the last absence, or all
  // of it where they cover it.
  [[nodiscard]] std::int64_t quiet_micros(Time heard, Time now) const;

  // As stores keep it: the last look, since when there was no absence, the first look, and FROM-TO of absences, in
  // microseconds with `;` between. Of a text that lacks parts what is there counts.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static Attendance parse(std::string_view text);

  static constexpr std::size_t kKept = 8;

 private:
  struct Absence {
    Time from;
    Time to;
  };
  void add(Absence absence);

  std::optional<Time> looked_;
  Time since_;  // no absence
  Time begun_;
  std::vector<Absence> absences_;  // oldest first, kKept at most
};

}  // namespace gw::coverage

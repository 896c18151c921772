// Times as people read them.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace gw::receivers {

[[nodiscard]] std::string utc_clock(Time time);      // 02:14:51 UTC
[[nodiscard]] std::string utc_day_clock(Time time);  // 01 Aug 02:14:51 UTC
// 03:14:51 BST; empty when the zone (IANA name) is UTC or the system does not know it.
[[nodiscard]] std::string local_clock(Time time, const std::string& zone);
// The latest moment at or before `now` at which clocks of the zone (UTC where it is not known) showed `minute` of the day; where the
// day skips it, the first moment behind the gap.
[[nodiscard]] Time latest_local(Time now, std::int64_t minute, const std::string& zone);
[[nodiscard]] bool is_known_zone(const std::string& zone);

[[nodiscard]] std::string hours_minutes(std::int64_t micros);  // 00:07, 26:40; negative: 00:00
[[nodiscard]] std::string ago(std::int64_t micros);            // 6 s, 4 min, 3 h, 12 d

}  // namespace gw::receivers

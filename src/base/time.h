// Points in time as glasswatch stores and prints them: int64 microseconds since 1970-01-01T00:00:00Z, UTC.
//
// Nothing here reads a clock: time is passed in. All functions are pure and safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gw {

struct Time {
  std::int64_t micros = 0;
  friend constexpr auto operator<=>(Time, Time) = default;
};

// Reads CloudTrail's `eventTime`: ISO 8601 in UTC, `2026-01-02T03:04:05Z`, with optional fraction, and the basic
// form `20260102T030405Z` that old `creationDate` values have ("CloudTrail userIdentity element"). An offset such as
// `+01:00` is honoured. Years 1970 to 9999; impossible dates, missing zone and trailing text are refused.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);

// RFC 3339 in UTC: seconds when whole (`2026-01-02T03:04:05Z`), else microseconds.
[[nodiscard]] std::string format_time(Time time);

// A time as people give it: RFC 3339, a date (its beginning, in UTC), or how long before `now` (`2h`, `7d`).
[[nodiscard]] std::optional<Time> parse_when(std::string_view text, Time now);

// `90s`, `15m`, `2h`, `7d`, `2w` as microseconds; nullopt for anything else (also for 0 units or overflow).
[[nodiscard]] std::optional<std::int64_t> parse_duration_micros(std::string_view text);

}  // namespace gw

// The library of time zones throws for what it does not know, and reads the system's files at the first call.
#include "edge/receivers/local_time.h"

#include <date/date.h>
#include <date/tz.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace gw::receivers {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

date::sys_seconds seconds_of(Time time) {
  return date::floor<std::chrono::seconds>(
      date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time.micros)));
}

const date::time_zone* find_zone(const std::string& zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

std::string utc_clock(Time time) { return date::format("%H:%M:%S UTC", seconds_of(time)); }
std::string utc_day_clock(Time time) { return date::format("%d %b %H:%M:%S UTC", seconds_of(time)); }

bool is_known_zone(const std::string& zone) { return find_zone(zone) != nullptr; }

std::string local_clock(Time time, const std::string& zone) {
  if (zone.empty() || zone == "UTC" || zone == "Etc/UTC") return {};
  const date::time_zone* const found = find_zone(zone);
  if (found == nullptr) return {};
  try {
    return date::format("%H:%M:%S %Z", date::make_zoned(found, seconds_of(time)));
  } catch (const std::exception&) {
    return {};
  }
}

Time latest_local(Time now, std::int64_t minute, const std::string& zone) {
  const date::time_zone* const found = find_zone(zone.empty() ? "UTC" : zone);
  const auto at = [&](date::local_days day) {
    const date::local_seconds wanted = day + std::chrono::minutes(minute);
    if (found == nullptr) return date::sys_seconds(wanted.time_since_epoch());
    return found->to_sys(wanted, date::choose::earliest);
  };
  const date::sys_seconds instant = seconds_of(now);
  const date::local_seconds here =
      found == nullptr ? date::local_seconds(instant.time_since_epoch()) : found->to_local(instant);
  const date::local_days today = date::floor<date::days>(here);
  date::sys_seconds due = at(today);
  if (due > instant) due = at(today - date::days(1));
  return Time{due.time_since_epoch().count() * kSecond};
}

std::string hours_minutes(std::int64_t micros) {
  const std::int64_t minutes = micros > 0 ? micros / (60 * kSecond) : 0;
  char text[32];
  std::snprintf(text, sizeof text, "%02lld:%02lld", static_cast<long long>(minutes / 60),
                static_cast<long long>(minutes % 60));
  return text;
}

std::string ago(std::int64_t micros) {
  const std::int64_t s = micros > 0 ? micros / kSecond : 0;
  if (s < 120) return std::to_string(s) + " s";
  if (s < 120 * 60) return std::to_string(s / 60) + " min";
  if (s < std::int64_t{48} * 3600) return std::to_string(s / 3600) + " h";
  return std::to_string(s / 86400) + " d";
}

}  // namespace gw::receivers

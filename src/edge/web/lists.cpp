#include "edge/web/lists.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::web {
namespace {

constexpr std::array<std::string_view, 10> kSession = {
    "account_id", "role", "session_id", "state", "watch", "severity", "mechanism", "since", "until", "acknowledged"};
constexpr std::array<std::string_view, 10> kEvent = {"account_id", "role",       "watch", "severity", "mechanism",
                                                     "kind",       "session_id", "since", "until",    "only_feed"};
constexpr std::array<std::string_view, 4> kActivity = {"kind", "since", "until", "only_feed"};
constexpr std::array<std::string_view, 10> kAlert = {"account_id", "role",     "kind",  "session_id", "receiver",
                                                     "state",      "severity", "watch", "since",      "until"};
constexpr std::array<std::string_view, 4> kQuarantine = {"feed", "state", "since", "until"};

bool is_state(const std::string& value, std::span<const std::string_view> filters) {
  if (filters.data() == kAlert.data()) return model::parse_send_state(value).has_value();
  if (filters.data() == kQuarantine.data()) return value == "open" || value == "replayed" || value == "dismissed";
  return value == "open" || value == "lapsed";
}

// Whether the value is one that the field can have; `filters` tells what the list is about.
bool is_value(std::string_view name, const std::string& value, std::span<const std::string_view> filters) {
  const bool is_alerts = filters.data() == kAlert.data();
  if (value.empty() || value.size() > 512) return false;
  if (name == "severity") return model::parse_severity(value).has_value();
  if (name == "mechanism") return model::parse_mechanism(value).has_value();
  if (name == "acknowledged") return value == "true" || value == "false";
  if (name == "state") return is_state(value, filters);
  if (name == "kind")
    return is_alerts ? model::parse_alert_kind(value).has_value() : model::parse_entry_kind(value).has_value();
  return true;
}

std::optional<std::string> point_in_time(const std::string& value, Time now) {
  if (const auto time = parse_time(value)) return format_time(*time);
  if (const auto ago = parse_duration_micros(value); ago && *ago <= now.micros) {
    return format_time(Time{now.micros - *ago});
  }
  return std::nullopt;
}

Error wrong(std::string_view name) {
  return Error{Errc::invalid_input, "the parameter " + std::string(name) + " has no such value"};
}

}  // namespace

std::span<const std::string_view> session_filters() { return kSession; }
std::span<const std::string_view> event_filters() { return kEvent; }
std::span<const std::string_view> activity_filters() { return kActivity; }
std::span<const std::string_view> alert_filters() { return kAlert; }
std::span<const std::string_view> quarantine_filters() { return kQuarantine; }

Result<ports::ListQuery> list_query(const std::map<std::string, std::string>& parameters,
                                    std::span<const std::string_view> filters, Time now) {
  ports::ListQuery query;
  for (const auto& [name, value] : parameters) {
    if (name == "limit") {
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), query.limit);
      const bool is_number = error == std::errc{} && stop == value.data() + value.size();
      if (!is_number || query.limit < 1 || query.limit > 1000) return wrong(name);
    } else if (name == "cursor") {
      if (value.size() > 1024) return wrong(name);
      query.cursor = value;
    } else if (std::find(filters.begin(), filters.end(), name) == filters.end()) {
      return Error{Errc::invalid_input, "there is no parameter " + name.substr(0, 64)};
    } else if (name == "since" || name == "until") {
      auto time = point_in_time(value, now);
      if (!time) return wrong(name);
      query.filters[name] = std::move(*time);
    } else {
      if (!is_value(name, value, filters)) return wrong(name);
      query.filters[name] = value;
    }
  }
  return query;
}

}  // namespace gw::web

// Inside of edge/web: parameters of a list → ListQuery. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/ports/store.h"

namespace gw::web {

// Which parameters a list takes beside limit and cursor.
[[nodiscard]] std::span<const std::string_view> session_filters();
[[nodiscard]] std::span<const std::string_view> event_filters();
[[nodiscard]] std::span<const std::string_view> activity_filters();
[[nodiscard]] std::span<const std::string_view> alert_filters();
[[nodiscard]] std::span<const std::string_view> quarantine_filters();

// Checks names and values; empty values are refused. `since` and `until` are RFC 3339, or a duration before `now` (`12h`),
// and leave as RFC 3339. invalid_input says which parameter is wrong.
[[nodiscard]] Result<ports::ListQuery> list_query(const std::map<std::string, std::string>& parameters,
                                                  std::span<const std::string_view> filters, Time now);

}  // namespace gw::web

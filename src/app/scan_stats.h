// What scan and match share at their end. Internal to app.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "engine/scan/scan.h"

namespace gw::app {

// The line of --stats.
[[nodiscard]] std::string stats_json(const scan::Stats& stats, const std::set<int>& exit_codes, std::int64_t micros);

// The value of --max-quarantined; an empty one is 0.
[[nodiscard]] std::optional<std::uint64_t> parse_count(const std::string& text);

}  // namespace gw::app

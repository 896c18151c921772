#include "app/scan_stats.h"

#include <algorithm>

namespace gw::app {

std::string stats_json(const scan::Stats& s, const std::set<int>& exit_codes, std::int64_t micros) {
  const auto optional = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("null");
  };
  std::string codes;
  for (const int code : exit_codes) codes += (codes.empty() ? "" : ",") + std::to_string(code);
  std::string fraction = std::to_string(micros % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return "{\"mode\":\"" + s.mode + "\",\"files\":" + std::to_string(s.files) +
         ",\"bytes_in\":" + std::to_string(s.bytes_in) + ",\"bytes_out\":" + std::to_string(s.bytes_out) +
         ",\"decoded\":" + optional(s.decoded) + ",\"matched\":" + std::to_string(s.matched) +
         ",\"attached\":" + optional(s.attached) + ",\"ignored\":" + optional(s.ignored) +
         ",\"not_watched\":" + optional(s.not_watched) + ",\"duplicate\":" + std::to_string(s.duplicate) +
         ",\"quarantined\":" + std::to_string(s.quarantined) + ",\"failed_files\":" + std::to_string(s.failed_files) +
         ",\"exit_codes\":[" + codes + "],\"seconds\":" + std::to_string(micros / 1'000'000) + "." + fraction + "}\n";
}

std::optional<std::uint64_t> parse_count(const std::string& text) {
  const bool digits =
      text.size() < 16 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  return text.empty() ? 0 : std::stoull(text);
}

}  // namespace gw::app

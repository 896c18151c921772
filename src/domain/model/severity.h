// How serious a break-glass use is; ordered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gw::model {

enum class Severity : std::uint8_t { info, low, medium, high, critical };

inline constexpr std::array<std::string_view, 5> kSeverityNames = {"info", "low", "medium", "high", "critical"};

[[nodiscard]] constexpr std::string_view to_string(Severity s) { return kSeverityNames[static_cast<std::size_t>(s)]; }

[[nodiscard]] constexpr std::optional<Severity> parse_severity(std::string_view name) {
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    if (kSeverityNames[i] == name) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

}  // namespace gw::model

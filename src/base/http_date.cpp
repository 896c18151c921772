#include "base/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace gw {
namespace {

constexpr std::int64_t kMostSeconds = 24 * 86'400;

}  // namespace

std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return std::nullopt;
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto number = static_cast<std::size_t>(month - kMonths.begin()) + 1;
  std::string iso(text.substr(12, 4));
  iso += number < 10 ? "-0" : "-";
  iso += std::to_string(number);
  iso += '-';
  iso += text.substr(5, 2);
  iso += 'T';
  iso += text.substr(17, 8);
  iso += 'Z';
  return parse_time(iso);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now) {
  std::int64_t seconds = 0;
  if (const auto date = parse_http_date(text)) {
    seconds = (date->micros - now.micros) / 1'000'000;
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc::result_out_of_range && text.front() != '-') return std::chrono::seconds(kMostSeconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMostSeconds));
}

}  // namespace gw

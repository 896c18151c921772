#include "domain/pattern/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace gw::pattern {
namespace {

// A decimal number: sign, digits without zeros at either end, and the power of ten of the first digit. Zero has no digits.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t power = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

Decimal decimal(std::string_view text) {
  constexpr std::int64_t kFar = 1'000'000'000;  // farther than any double, and than the digits of any text
  Decimal out;
  if (!text.empty() && text.front() == '-') {
    out.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  std::int64_t exponent = 0;
  if (e < text.size()) {
    std::string_view digits = text.substr(e + 1);
    const bool negative = !digits.empty() && digits.front() == '-';
    if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
    for (const char c : digits) exponent = std::min(kFar, exponent * 10 + (c - '0'));
    if (negative) exponent = -exponent;
  }
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  for (const char c : mantissa)
    if (c != '.') out.digits += c;
  const std::size_t first = out.digits.find_first_not_of('0');
  if (first == std::string::npos) return {};
  out.power = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + exponent;
  out.digits.erase(0, first);
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

}  // namespace

bool is_comparable(std::string_view text, double value) {
  if (!std::isfinite(value)) return false;
  // Whole numbers of up to 15 digits, which most are, always are.
  if (text.size() <= 15 && text.find_first_not_of("0123456789") == std::string_view::npos) return true;
  char shortest[64];
  const auto end = std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
  return decimal(text) == decimal({shortest, static_cast<std::size_t>(end - shortest)});
}

}  // namespace gw::pattern

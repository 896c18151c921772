#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

std::uint32_t fold(std::uint32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 32;
  if ((c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) || (c >= 0x14A && c <= 0x177)) return c | 1U;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c == 0x178) return 0xFF;
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
  if (c == 0x3C2) return 0x3C3;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

bool same_scalar(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Node::Kind::null: return true;
    case Node::Kind::boolean: return a.truth == b.truth;
    case Node::Kind::string: return a.text == b.text;
    case Node::Kind::number: return a.text == b.text || (std::isfinite(a.number) && a.number == b.number);
    default: return false;
  }
}

bool in_range(const ValueTest& test, double value) {
  using Bound = ValueTest::Bound;
  const bool low =
      test.low_bound == Bound::none || value > test.low || (test.low_bound == Bound::closed && value == test.low);
  const bool high =
      test.high_bound == Bound::none || value < test.high || (test.high_bound == Bound::closed && value == test.high);
  return low && high;
}

bool in_block(const AddressBlock& block, const AddressBlock& address) {
  if (block.size != address.size) return false;
  const unsigned whole = block.prefix / 8;
  if (!std::equal(block.bytes.begin(), block.bytes.begin() + whole, address.bytes.begin())) return false;
  const unsigned rest = block.prefix % 8;
  if (rest == 0) return true;
  return ((block.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

bool holds_for(const ValueTest& test, const Node& operand, const Node& value) {
  using Kind = ValueTest::Kind;
  if (test.kind == Kind::exact) return same_scalar(operand, value);
  if (!value.is_string()) return false;
  switch (test.kind) {
    case Kind::prefix:
      return std::string_view(test.ignore_case ? fold_case(value.text) : value.text).starts_with(operand.text);
    case Kind::suffix:
      return std::string_view(test.ignore_case ? fold_case(value.text) : value.text).ends_with(operand.text);
    case Kind::same_ignoring_case: return fold_case(value.text) == operand.text;
    case Kind::wildcard: return wildcard_matches(operand.text, value.text);
    default: return false;
  }
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (c.valid) {
      append_utf8(out, fold(c.code_point));
    } else {
      out += text[i];
    }
    i += c.length;
  }
  return out;
}

std::optional<AddressBlock> parse_address(std::string_view text, bool with_prefix) {
  AddressBlock block;
  const std::size_t slash = text.find('/');
  if ((slash != std::string_view::npos) != with_prefix) return std::nullopt;
  const std::string address(text.substr(0, slash));
  if (address.size() > 45) return std::nullopt;
  if (inet_pton(AF_INET, address.c_str(), block.bytes.data()) == 1) {
    block.size = 4;
  } else if (inet_pton(AF_INET6, address.c_str(), block.bytes.data()) == 1) {
    block.size = 16;
  } else {
    return std::nullopt;
  }
  const unsigned bits = block.size * 8U;
  block.prefix = bits;
  if (with_prefix) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), block.prefix);
    if (code != std::errc() || end != digits.data() + digits.size() || block.prefix > bits) return std::nullopt;
  }
  return block;
}

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  // Greedy with one point to come back to: the last `*` seen.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      resume = t;
      continue;
    }
    if (p == pattern.size() && t == text.size()) return true;
    const std::size_t literal = p < pattern.size() && pattern[p] == '\\' ? p + 1 : p;
    if (literal < pattern.size() && t < text.size() && pattern[literal] == text[t]) {
      p = literal + 1;
      ++t;
      continue;
    }
    if (star == std::string_view::npos || resume >= text.size()) return false;
    p = star;
    t = ++resume;
  }
}

bool holds(const ValueTest& test, const Node& value) {
  using Kind = ValueTest::Kind;
  switch (test.kind) {
    case Kind::exists: return true;
    case Kind::absent: return false;
    case Kind::numeric: return value.is_number() && in_range(test, value.number);
    case Kind::cidr: {
      if (!value.is_string()) return false;
      const std::optional<AddressBlock> address = parse_address(value.text, false);
      return address && in_block(test.block, *address);
    }
    default: break;
  }
  const bool any = std::any_of(test.values.begin(), test.values.end(),
                               [&](const Node& operand) { return holds_for(test, operand, value); });
  return any != test.negated;
}

}  // namespace gw::pattern

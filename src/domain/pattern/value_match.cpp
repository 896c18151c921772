#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "domain/pattern/letter_case.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

bool same_scalar(const Node& a, const EventScalar& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Node::Kind::null: return true;
    case Node::Kind::boolean: return a.truth == b.truth;
    case Node::Kind::string: return a.text == b.text;
    case Node::Kind::number: return a.text == b.text || (a.is_comparable && b.is_comparable && a.number == b.number);
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

// Four decimal numbers; leading zeros say nothing.
bool parse_v4(std::string_view text, AddressBlock& out) {
  constexpr std::size_t kLongest = 15;
  if (text.size() > kLongest) return false;
  std::size_t part = 0;
  unsigned value = 0;
  bool digits = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      value = value * 10 + static_cast<unsigned>(text[i] - '0');
      digits = true;
      if (value > 255) return false;
      continue;
    }
    if (!digits || part == 4 || (i < text.size() && text[i] != '.')) return false;
    out.bytes[part++] = static_cast<std::uint8_t>(value);
    value = 0;
    digits = false;
  }
  out.size = 4;
  return part == 4;
}

bool parse_v6(std::string_view text, AddressBlock& out) {
  constexpr std::size_t kLongest = 39;
  if (text.size() > kLongest || text.find_first_not_of("0123456789abcdefABCDEF:") != std::string_view::npos)
    return false;
  char copy[kLongest + 1] = {};
  text.copy(copy, text.size());
  if (::inet_pton(AF_INET6, copy, out.bytes.data()) != 1) return false;
  out.size = 16;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!std::equal(kMapped.begin(), kMapped.end(), out.bytes.begin())) return true;
  std::copy(out.bytes.begin() + 12, out.bytes.end(), out.bytes.begin());  // an IPv4 address written as IPv6
  out.size = 4;
  return true;
}

// A text that is an address equals every other way to write it.
bool same_address(const ValueTest& test, const EventScalar& value) {
  if (test.block.size == 0 || value.kind != Node::Kind::string) return false;
  const std::optional<AddressBlock> address = parse_address(value.text, false);
  return address && in_block(test.block, *address);
}

bool holds_for(const ValueTest& test, const Node& operand, const EventScalar& value) {
  using Kind = ValueTest::Kind;
  if (test.kind == Kind::exact) return same_scalar(operand, value) || same_address(test, value);
  if (value.kind != Node::Kind::string) return false;
  const std::string_view text = value.text;
  switch (test.kind) {
    case Kind::prefix:
      return test.ignore_case ? matches_ignoring_case(operand.text, text, Anchor::front)
                              : text.starts_with(operand.text);
    case Kind::suffix:
      return test.ignore_case ? matches_ignoring_case(operand.text, text, Anchor::back) : text.ends_with(operand.text);
    case Kind::same_ignoring_case: return matches_ignoring_case(operand.text, text, Anchor::whole);
    case Kind::wildcard: return wildcard_matches(operand.text, text);
    default: return false;
  }
}

}  // namespace

std::optional<AddressBlock> parse_address(std::string_view text, bool with_prefix) {
  AddressBlock block;
  const std::size_t slash = text.find('/');
  if ((slash != std::string_view::npos) != with_prefix) return std::nullopt;
  const std::string_view address = text.substr(0, slash);
  if (!parse_v4(address, block) && !parse_v6(address, block)) return std::nullopt;
  const unsigned bits = block.size * 8U;
  block.prefix = bits;
  if (with_prefix) {
    std::string_view digits = text.substr(slash + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), block.prefix);
    // The engine refuses a block of one address.
    if (code != std::errc() || end != digits.data() + digits.size() || block.prefix >= bits) return std::nullopt;
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

bool holds(const ValueTest& test, const EventScalar& value) {
  using Kind = ValueTest::Kind;
  switch (test.kind) {
    case Kind::exists: return true;
    case Kind::absent: return false;
    case Kind::numeric: return value.kind == Node::Kind::number && value.is_comparable && in_range(test, value.number);
    case Kind::cidr: {
      if (value.kind != Node::Kind::string) return false;
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

// EventBridge event patterns: parse, and match on an event.
//
// Sources: "Comparison operators for use in event patterns", "Creating event patterns" (EventBridge user guide), and the
// README of aws/event-ruler, the engine behind the service.
//
// A pattern is immutable after parsing and may be matched by several threads at once. Matching never fails: what cannot
// match does not.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/pattern/tree.h"

namespace gw::pattern {

// An address or block, IPv4 or IPv6, as bytes in network order.
struct AddressBlock {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;  // 4 or 16
  unsigned prefix = 0;    // bits
};

// One alternative of a leaf.
struct ValueTest {
  enum class Kind : std::uint8_t { exact, prefix, suffix, same_ignoring_case, wildcard, numeric, cidr, exists, absent };
  enum class Bound : std::uint8_t { none, open, closed };

  Kind kind = Kind::exact;
  bool negated = false;      // anything-but: the field is there and no operand matches
  bool ignore_case = false;  // prefix and suffix
  std::vector<Node> values;  // exact: scalars; else strings; one unless negated
  double low = 0;
  double high = 0;
  Bound low_bound = Bound::none;
  Bound high_bound = Bound::none;
  AddressBlock block;  // cidr; exact: of a text that is an address, else of size 0
};

// What must hold of a pattern: any of its rules. A rule is what an expanded `$or` chose, and one condition a place; all of
// them must hold, below an array of objects in one and the same element.
struct EventPattern {
  struct Condition {
    std::size_t path = 0;  // into `paths`
    std::size_t leaf = 0;  // into `leaves`
  };
  using Rule = std::vector<Condition>;  // ascending by path

  std::vector<std::vector<std::string>> paths;  // names from the root on
  std::vector<std::size_t> turns;               // of each path among all, by their names joined with dots
  std::vector<std::vector<ValueTest>> leaves;   // alternatives
  std::vector<Rule> rules;
};

// Whether the leaf may hold because nothing is there: `exists: false`.
[[nodiscard]] bool may_be_absent(const std::vector<ValueTest>& leaf);

inline constexpr std::size_t kMaxRules = 10'000;  // of a pattern, whatever the limits

struct EventLimits {
  bool lifted = false;                 // take patterns that AWS would refuse for their size
  std::size_t characters = 2048;       // EventBridge quotas: event pattern size
  std::size_t or_combinations = 1000;  // rule combinations after expanding every $or; lifted: kMaxRules
  std::size_t complexity = 10;         // of the wildcards on one field (wildcard_complexity.h)
};

[[nodiscard]] std::variant<EventPattern, PatternError> parse_event_pattern(std::string_view text,
                                                                           const EventLimits& limits = {});

// `event` has been through split_dotted_keys().
[[nodiscard]] bool matches(const EventPattern& pattern, const Node& event);

// False for a text that is no JSON object.
[[nodiscard]] bool matches(const EventPattern& pattern, std::string_view event);

}  // namespace gw::pattern

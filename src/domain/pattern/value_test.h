// The alternatives of an EventBridge leaf: one parser and one evaluator for all operators.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "domain/pattern/eventbridge.h"

namespace gw::pattern {

// Whether an object's key is an operator, so that the object belongs into a leaf.
[[nodiscard]] bool is_operator(std::string_view name);

// Operators, and what AWS keeps for operators to come: a `$or` with such a key in it is a field of that name.
[[nodiscard]] bool is_reserved(std::string_view name);

// `text` is the whole pattern: for the place of an error.
[[nodiscard]] std::variant<ValueTest, PatternError> parse_value_test(std::string_view text, const Node& node);

// A scalar of an event.
struct EventScalar {
  Node::Kind kind = Node::Kind::null;
  std::string_view text;  // string: unescaped; number: as written
  bool truth = false;
  bool is_comparable = false;
  double number = 0;
};
[[nodiscard]] inline EventScalar scalar_of(const Node& node) {
  return {node.kind, node.text, node.truth, node.is_comparable, node.number};
}

// `absent` never holds here.
[[nodiscard]] bool holds(const ValueTest& test, const EventScalar& value);

// "10.0.0.1" or, where `with_prefix`, "10.0.0.0/8"; nothing for anything else. An IPv4 address written as IPv6 is IPv4.
[[nodiscard]] std::optional<AddressBlock> parse_address(std::string_view text, bool with_prefix);

// `*` is any run of bytes, `\*` and `\\` are themselves.
[[nodiscard]] bool wildcard_matches(std::string_view pattern, std::string_view text);

}  // namespace gw::pattern

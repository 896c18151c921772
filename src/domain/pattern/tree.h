// A JSON text as a tree that remembers where each value stood and how each number was written.
//
// base/json serves records at speed; patterns need positions for their errors and the text of their numbers. Strict
// (RFC 8259), one value per text, nesting bounded. Of two equal keys the last wins, in the place of the first, or both stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/pattern/pattern_error.h"

namespace gw::pattern {

inline constexpr std::size_t kMaxNesting = 256;

struct Member;

struct Node {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool truth = false;
  bool is_comparable = false;  // number: a double holds what is written (numbers.h)
  bool has_own = false;        // array: of values that met at one place; its first item is the object among them
  double number = 0;           // may be infinite: the text says more than a double holds
  std::string text;            // string: unescaped; number: as written
  std::size_t offset = 0;      // of its first byte
  std::vector<Node> items;
  std::vector<Member> members;

  [[nodiscard]] bool is_array() const { return kind == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind == Kind::object; }
  [[nodiscard]] bool is_string() const { return kind == Kind::string; }
  [[nodiscard]] bool is_number() const { return kind == Kind::number; }
  // Null when there is none, or this is no object.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  Member(std::string name, Node value) : first(std::move(name)), second(std::move(value)) {}

  std::string first;
  Node second;
};

// Takes keys with dots apart: {"a.b": 1} becomes {"a": {"b": 1}}, in the whole tree. EventBridge's engine names a place by
// its path joined with dots, so that both spellings are one place. Where two values meet, the place holds both.
void split_dotted_keys(Node& node);

enum class EqualKeys : std::uint8_t { last_wins, stay };
[[nodiscard]] std::variant<Node, PatternError> parse_tree(std::string_view text,
                                                          EqualKeys equal = EqualKeys::last_wins);

}  // namespace gw::pattern

// YAML → a small tree with places, within bounds. The only user of yaml-cpp, whose exceptions end here.
//
// What a scalar means is for the reader to say: its text is kept as written, so that `012345678901` is no octal number and
// `yes` no boolean (both would be, in YAML 1.1). Aliases are copied, which the bounds hold in check. Refused: more than one
// document, keys that are no scalars or occur twice, merge keys, tags other than YAML's own, text that is not UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw::app {

struct YamlLimits {
  std::size_t depth = 32;
  std::size_t nodes = 50'000;          // after aliases are copied
  std::size_t text_bytes = 4u << 20;  // likewise
};

struct Place {
  std::size_t line = 0;  // from 1; 0: not from the file
  std::size_t column = 0;
  std::string variable;  // the environment variable it came from, else empty
};

struct Node {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  struct Member;

  Kind kind = Kind::null;
  std::string text;              // of a scalar, unescaped
  bool quoted = false;           // 'x', "x" or a block scalar
  std::vector<Node> items;       // of a list
  std::vector<Member> members;   // of a map, in the order of the text
  Place place;

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  // The member of a map; nullptr when it has none, or null as its value, or is no map.
  [[nodiscard]] const Node* find(std::string_view key) const;
  // Adds or replaces a member; a null becomes a map.
  Node& set(std::string_view key);
};

struct Node::Member {
  std::string key;
  Place place;
  Node value;
};

[[nodiscard]] std::string_view to_string(Node::Kind kind);
[[nodiscard]] Node scalar_node(std::string_view text, const Place& place);

struct YamlDamage {
  Place place;
  std::string message;
};

struct Parsed {
  Node root;  // as far as it could be read
  std::vector<YamlDamage> damage;
};

[[nodiscard]] Parsed parse_yaml(std::string_view text, YamlLimits limits = {});

}  // namespace gw::app

// From the JSON tree of a pattern to its places and leaves. `$or` stays a choice at its place: "some element of the array
// meets A and (B or C)" needs no expansion; the combinations are only counted, for AWS's limit.
#include <algorithm>
#include <map>

#include "domain/pattern/eventbridge.h"
#include "domain/pattern/value_test.h"
#include "domain/pattern/wildcard_complexity.h"

namespace gw::pattern {
namespace {

constexpr std::size_t kManyCombinations = 1'000'000;

// An array of two objects or more, none of which could be an operator. Anything else named `$or` is a field of that name.
bool is_or(const std::string& name, const Node& node) {
  return name == "$or" && node.is_array() && node.items.size() >= 2 &&
         std::all_of(node.items.begin(), node.items.end(), [](const Node& item) {
           return item.is_object() && !item.members.empty() &&
                  std::none_of(item.members.begin(), item.members.end(),
                               [](const auto& member) { return is_reserved(member.first); });
         });
}

class PatternReader {
 public:
  PatternReader(std::string_view text, const EventLimits& limits) : text_(text), limits_(limits) {}

  std::variant<EventPattern, PatternError> read(const Node& tree) {
    if (!tree.is_object()) {
      fail(tree.offset, "the pattern is no object", "a JSON object");
      return error_;
    }
    std::size_t combinations = 1;
    if (!place(tree, out_.root, combinations) || (!limits_.lifted && !simple_enough(tree))) return error_;
    if (!limits_.lifted && combinations > limits_.or_combinations) {
      fail(tree.offset, "$or expands to more rule combinations than AWS takes",
           "at most " + std::to_string(limits_.or_combinations), "split the pattern, or lift the limits");
      return error_;
    }
    return std::move(out_);
  }

 private:
  bool fail(std::size_t offset, std::string message, std::string expected, std::string hint = {}) {
    error_ = error_at(text_, offset, std::move(message), std::move(expected), std::move(hint));
    return false;
  }

  bool place(const Node& tree, EventNode& out, std::size_t& combinations) {
    if (tree.members.empty()) return fail(tree.offset, "an empty object", "at least one field");
    for (std::size_t i = 0; i < tree.members.size(); ++i) {
      const auto& [name, value] = tree.members[i];
      if (is_or(name, value)) {
        if (!choice(value, out.ors.emplace_back(), combinations)) return false;
        give_to_branches(out, out.ors.back());
        continue;
      }
      for (auto& branches : out.ors) take_from_branches(name, branches);
      EventNode::Field& field = out.fields.emplace_back();
      field.name = name;
      path_.push_back(name);
      if (value.is_object()) {
        if (!place(value, field.inside.emplace_back(), combinations)) return false;
      } else if (value.is_array()) {
        if (!leaf(value, field)) return false;
      } else {
        return fail(value.offset, "\"" + name + "\" must be an object or an array", "[…] or {…}",
                    "write a single value as an array of one");
      }
      path_.pop_back();
    }
    return true;
  }

  // Expanding `$or` writes each place once, and what is written later replaces it. So a field before the `$or` that a
  // branch names as well holds only in the other branches…
  static void give_to_branches(EventNode& out, std::vector<EventNode>& branches) {
    const auto has = [](const EventNode& branch, const std::string& name) {
      return std::any_of(branch.fields.begin(), branch.fields.end(),
                         [&](const EventNode::Field& field) { return field.name == name && !field.leaf.empty(); });
    };
    for (std::size_t i = 0; i < out.fields.size();) {
      const EventNode::Field field = out.fields[i];
      const bool shared = !field.leaf.empty() && std::any_of(branches.begin(), branches.end(), [&](const auto& branch) {
        return has(branch, field.name);
      });
      if (!shared) {
        ++i;
        continue;
      }
      for (EventNode& branch : branches)
        if (!has(branch, field.name)) branch.fields.push_back(field);
      out.fields.erase(out.fields.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  // … and a field after it replaces that of every branch.
  static void take_from_branches(const std::string& name, std::vector<EventNode>& branches) {
    for (EventNode& branch : branches)
      std::erase_if(branch.fields,
                    [&](const EventNode::Field& field) { return field.name == name && !field.leaf.empty(); });
  }

  bool choice(const Node& array, std::vector<EventNode>& out, std::size_t& combinations) {
    std::size_t sum = 0;
    for (const Node& item : array.items) {
      std::size_t inner = 1;
      if (!place(item, out.emplace_back(), inner)) return false;
      sum = std::min(sum + inner, kManyCombinations);
    }
    combinations = std::min(combinations * sum, kManyCombinations);
    return true;
  }

  bool leaf(const Node& array, EventNode::Field& field) {
    if (array.items.empty()) return fail(array.offset, "an empty array", "at least one value or operator");
    for (const Node& item : array.items) {
      std::variant<ValueTest, PatternError> test = parse_value_test(text_, item);
      if (auto* error = std::get_if<PatternError>(&test)) {
        error_ = std::move(*error);
        return false;
      }
      field.leaf.push_back(std::move(*std::get_if<ValueTest>(&test)));
      note_wildcards(field.leaf.back());
    }
    const bool may_be_absent = std::any_of(field.leaf.begin(), field.leaf.end(),
                                           [](const ValueTest& test) { return test.kind == ValueTest::Kind::absent; });
    if (may_be_absent) {
      field.absence = out_.absences.size();
      out_.absences.push_back(path_);
    }
    return true;
  }

  void note_wildcards(const ValueTest& test) {
    if (test.kind != ValueTest::Kind::wildcard) return;
    std::string path;
    for (const std::string& step : path_) path += (path.empty() ? "" : ".") + step;
    std::vector<std::string>& list = wildcards_[path].emplace_back();
    for (const Node& value : test.values) list.push_back(value.text);
  }

  bool simple_enough(const Node& tree) {
    for (const auto& [path, wildcards] : wildcards_) {
      if (wildcard_complexity(wildcards, limits_.complexity + 1) <= limits_.complexity) continue;
      return fail(tree.offset, "the wildcards on \"" + path + "\" are more complex than AWS takes",
                  "fewer wildcard characters, or fewer repeating sequences behind one",
                  "split them, or lift the limits");
    }
    return true;
  }

  std::string_view text_;
  const EventLimits& limits_;
  EventPattern out_;
  // Those of a field, by its path with dots.
  std::map<std::string, std::vector<std::vector<std::string>>> wildcards_;
  std::vector<std::string> path_;
  PatternError error_;
};

}  // namespace

std::variant<EventPattern, PatternError> parse_event_pattern(std::string_view text, const EventLimits& limits) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++characters > limits.characters && !limits.lifted)
      return error_at(text, i, "the pattern is longer than AWS takes",
                      "at most " + std::to_string(limits.characters) + " characters",
                      "shorten or split it, or lift the limits");
  }
  std::variant<Node, PatternError> tree = parse_tree(text);
  if (auto* error = std::get_if<PatternError>(&tree)) return std::move(*error);
  Node* root = std::get_if<Node>(&tree);
  split_dotted_keys(*root);
  return PatternReader(text, limits).read(*root);
}

}  // namespace gw::pattern

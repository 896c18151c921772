// From the JSON tree of a pattern to its rules, as aws/event-ruler's JsonRuleCompiler does it: a place is known by its names joined
// with dots, one that is written again replaces what was written before, and each `$or` multiplies the rules so far by its
// branches.
#include <algorithm>
#include <map>
#include <utility>

#include "domain/pattern/eventbridge.h"
#include "domain/pattern/value_test.h"
#include "domain/pattern/wildcard_complexity.h"

namespace gw::pattern {
namespace {

class PatternReader {
 public:
  // `has_or` unless "$or" is the name of a field like any other.
  PatternReader(std::string_view text, const EventLimits& limits, bool has_or)
      : text_(text), limits_(limits), has_or_(has_or) {}

  std::variant<EventPattern, PatternError> read(const Node& tree) {
    if (!tree.is_object()) {
      fail(tree.offset, "the pattern is no object", "a JSON object");
      return error_;
    }
    if (!place(tree) || (!limits_.lifted && !simple_enough(tree))) return error_;
    out_.rules = std::move(rules_);
    out_.turns.resize(out_.paths.size());
    std::size_t turn = 0;
    for (const auto& [name, number] : path_numbers_) out_.turns[number] = turn++;
    return std::move(out_);
  }

 private:
  bool fail(std::size_t offset, std::string message, std::string expected, std::string hint = {}) {
    error_ = error_at(text_, offset, std::move(message), std::move(expected), std::move(hint));
    return false;
  }

  bool place(const Node& tree) {
    if (tree.members.empty()) return fail(tree.offset, "an empty object", "at least one field");
    for (const auto& [name, value] : tree.members) {
      if (has_or_ && name == "$or") {
        if (!choice(value)) return false;
        continue;
      }
      if (in_choice_ && is_reserved(name))
        return fail(value.offset, "inside $or no field is named \"" + name + "\"", "another name",
                    "AWS keeps the names of operators");
      const std::size_t outer = path_.size();
      path_ += (depth_++ == 0 ? "" : ".") + name;
      if (value.is_object()) {
        if (!place(value)) return false;
      } else if (value.is_array()) {
        if (!leaf(value)) return false;
      } else {
        return fail(value.offset, "\"" + name + "\" must be an object or an array", "[…] or {…}",
                    "write a single value as an array of one");
      }
      path_.resize(outer);
      --depth_;
    }
    return true;
  }

  bool choice(const Node& array) {
    if (array.items.size() < 2 ||
        !std::all_of(array.items.begin(), array.items.end(), [](const Node& item) { return item.is_object(); }))
      return fail(array.offset, "$or chooses between objects", "an array of at least two objects");
    const bool outside = !std::exchange(in_choice_, true);
    const std::vector<EventPattern::Rule> before = std::move(rules_);
    std::vector<EventPattern::Rule> all;
    const std::size_t most = limits_.lifted ? kMaxRules : limits_.or_combinations;
    for (const Node& item : array.items) {
      rules_ = before.empty() ? std::vector<EventPattern::Rule>(1) : before;
      if (!place(item)) return false;
      if (all.size() + rules_.size() > most)
        return fail(array.offset, "$or expands to more rule combinations than AWS takes",
                    "at most " + std::to_string(most), "split the pattern, or lift the limits");
      std::move(rules_.begin(), rules_.end(), std::back_inserter(all));
    }
    rules_ = std::move(all);
    if (outside) in_choice_ = false;
    return true;
  }

  bool leaf(const Node& array) {
    if (array.items.empty()) return fail(array.offset, "an empty array", "at least one value or operator");
    std::vector<ValueTest>& tests = out_.leaves.emplace_back();
    for (const Node& item : array.items) {
      std::variant<ValueTest, PatternError> test = parse_value_test(text_, item);
      if (auto* error = std::get_if<PatternError>(&test)) {
        error_ = std::move(*error);
        return false;
      }
      tests.push_back(std::move(*std::get_if<ValueTest>(&test)));
      note_wildcards(tests.back());
    }
    const auto [at, fresh] = path_numbers_.try_emplace(path_, out_.paths.size());
    if (fresh) {
      out_.paths.push_back(steps_of(path_));
      if (out_.paths.back().size() > kMaxNesting)
        return fail(array.offset, "nested too deeply", "at most " + std::to_string(kMaxNesting) + " levels");
    }
    if (rules_.empty()) rules_.emplace_back();
    for (EventPattern::Rule& rule : rules_) write(rule, {at->second, out_.leaves.size() - 1});
    return true;
  }

  static std::vector<std::string> steps_of(std::string_view path) {
    std::vector<std::string> steps;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      steps.emplace_back(path.substr(0, dot));
      path.remove_prefix(dot + 1);
    }
    steps.emplace_back(path);
    return steps;
  }

  static void write(EventPattern::Rule& rule, EventPattern::Condition condition) {
    const auto place = std::lower_bound(rule.begin(), rule.end(), condition,
                                        [](const auto& a, const auto& b) { return a.path < b.path; });
    if (place != rule.end() && place->path == condition.path) {
      *place = condition;
    } else {
      rule.insert(place, condition);
    }
  }

  void note_wildcards(const ValueTest& test) {
    if (test.kind != ValueTest::Kind::wildcard) return;
    std::vector<std::string>& list = wildcards_[path_].emplace_back();
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
  bool has_or_;
  bool in_choice_ = false;
  EventPattern out_;
  std::vector<EventPattern::Rule> rules_;
  std::string path_;       // of the place at hand
  std::size_t depth_ = 0;  // a name may be empty
  std::map<std::string, std::size_t> path_numbers_;
  // Those of a field, by its path.
  std::map<std::string, std::vector<std::vector<std::string>>> wildcards_;
  PatternError error_;
};

}  // namespace

bool may_be_absent(const std::vector<ValueTest>& leaf) {
  return std::any_of(leaf.begin(), leaf.end(),
                     [](const ValueTest& test) { return test.kind == ValueTest::Kind::absent; });
}

std::variant<EventPattern, PatternError> parse_event_pattern(std::string_view text, const EventLimits& limits) {
  if (!limits.lifted)
    if (std::optional<PatternError> error = longer_than(text, limits.characters)) return std::move(*error);
  std::variant<Node, PatternError> tree = parse_tree(text, EqualKeys::stay);
  if (auto* error = std::get_if<PatternError>(&tree)) return std::move(*error);
  const Node& root = *std::get_if<Node>(&tree);
  std::variant<EventPattern, PatternError> pattern = PatternReader(text, limits, true).read(root);
  if (std::holds_alternative<EventPattern>(pattern)) return pattern;
  // Where "$or" is no choice, it is a field, and so is any other in the pattern.
  std::variant<EventPattern, PatternError> fields = PatternReader(text, limits, false).read(root);
  return std::holds_alternative<EventPattern>(fields) ? std::move(fields) : std::move(pattern);
}

}  // namespace gw::pattern

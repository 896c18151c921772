// Walks a rule and the event together. An array of objects is entered one element at a time, so all conditions below it are
// met by one and the same element; arrays in arrays count as one array. `exists: false` is asked of the whole event.
//
// Cost: for each rule, at each place of it every element of the event there is looked at once; no backtracking. This is what
// a pattern means; event_set.h answers the same for many patterns at a time.
#include <algorithm>

#include "domain/pattern/eventbridge.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

// Whether any scalar lies at the path, through arrays.
bool has_leaf(const Node& node, const std::vector<std::string>& path, std::size_t step) {
  if (node.is_array())
    return std::any_of(node.items.begin(), node.items.end(),
                       [&](const Node& item) { return has_leaf(item, path, step); });
  if (step == path.size()) return !node.is_object();
  const Node* next = node.find(path[step]);
  return next != nullptr && has_leaf(*next, path, step + 1);
}

class Matcher {
 public:
  Matcher(const EventPattern& pattern, const Node& event) : pattern_(pattern), event_(event) {}

  // `node` may be null: nothing there, so that only absences can hold.
  [[nodiscard]] bool place(const EventPattern::Place& place, const Node* node) const {
    if (node != nullptr && node->is_array() && !place.inside.empty()) {
      const bool some = std::any_of(node->items.begin(), node->items.end(),
                                    [&](const Node& item) { return this->place(place, &item); });
      return some || this->place(place, nullptr);
    }
    return std::all_of(place.inside.begin(), place.inside.end(), [&](const EventPattern::Place& field) {
      const Node* value = node == nullptr ? nullptr : node->find(field.name);
      return leaf(field, value) && this->place(field, value);
    });
  }

 private:
  [[nodiscard]] bool leaf(const EventPattern::Place& field, const Node* value) const {
    if (field.leaf == EventPattern::Place::kNone) return true;
    const std::vector<ValueTest>& tests = pattern_.leaves[field.leaf];
    if (may_be_absent(tests) && !has_leaf(event_, pattern_.paths[field.path], 0)) return true;
    return value != nullptr && holds_any(tests, *value);
  }

  [[nodiscard]] bool holds_any(const std::vector<ValueTest>& tests, const Node& value) const {
    if (value.is_array())
      return std::any_of(value.items.begin(), value.items.end(),
                         [&](const Node& item) { return holds_any(tests, item); });
    return !value.is_object() && std::any_of(tests.begin(), tests.end(),
                                             [&](const ValueTest& test) { return holds(test, scalar_of(value)); });
  }

  const EventPattern& pattern_;
  const Node& event_;
};

}  // namespace

bool matches(const EventPattern& pattern, const Node& event) {
  const Matcher matcher(pattern, event);
  return event.is_object() &&
         std::any_of(pattern.rules.begin(), pattern.rules.end(),
                     [&](const EventPattern::Rule& rule) { return matcher.place(rule.root, &event); });
}

bool matches(const EventPattern& pattern, std::string_view event) {
  std::variant<Node, PatternError> tree = parse_tree(event);
  Node* node = std::get_if<Node>(&tree);
  if (node == nullptr) return false;
  split_dotted_keys(*node);
  return matches(pattern, *node);
}

}  // namespace gw::pattern

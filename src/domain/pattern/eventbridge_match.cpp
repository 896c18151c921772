// Walks pattern and event together. An array of objects is entered one element at a time, so all conditions below it are
// met by one and the same element; arrays in arrays count as one array. `exists: false` is asked of the whole event first
// (as event-ruler does), and its answers are then looked up.
//
// Cost: at each place of the pattern every element of the event there is looked at once; no backtracking.
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
  Matcher(const EventPattern& pattern, const Node& event) {
    absent_.reserve(pattern.absences.size());
    for (const auto& path : pattern.absences) absent_.push_back(!has_leaf(event, path, 0));
  }

  // `node` may be null: nothing there, so that only absences can hold.
  [[nodiscard]] bool place(const EventNode& pattern, const Node* node) const {
    if (node != nullptr && node->is_array()) {
      const bool some =
          std::any_of(node->items.begin(), node->items.end(), [&](const Node& item) { return place(pattern, &item); });
      return some || place(pattern, nullptr);
    }
    return std::all_of(
               pattern.fields.begin(), pattern.fields.end(),
               [&](const auto& field) { return this->field(field, node ? node->find(field.name) : nullptr); }) &&
           std::all_of(pattern.ors.begin(), pattern.ors.end(), [&](const auto& choice) {
             return std::any_of(choice.begin(), choice.end(), [&](const auto& one) { return place(one, node); });
           });
  }

 private:
  [[nodiscard]] bool field(const EventNode::Field& field, const Node* value) const {
    if (field.leaf.empty()) return place(field.inside.front(), value);
    if (field.absence != EventNode::kNoIndex && absent_[field.absence]) return true;
    return value != nullptr && leaf(field.leaf, *value);
  }

  [[nodiscard]] bool leaf(const std::vector<ValueTest>& tests, const Node& value) const {
    if (value.is_array())
      return std::any_of(value.items.begin(), value.items.end(), [&](const Node& item) { return leaf(tests, item); });
    return !value.is_object() &&
           std::any_of(tests.begin(), tests.end(), [&](const ValueTest& test) { return holds(test, value); });
  }

  std::vector<bool> absent_;
};

}  // namespace

bool matches(const EventPattern& pattern, const Node& event) {
  return event.is_object() && Matcher(pattern, event).place(pattern.root, &event);
}

bool matches(const EventPattern& pattern, std::string_view event) {
  std::variant<Node, PatternError> tree = parse_tree(event);
  Node* node = std::get_if<Node>(&tree);
  if (node == nullptr) return false;
  split_dotted_keys(*node);
  return matches(pattern, *node);
}

}  // namespace gw::pattern

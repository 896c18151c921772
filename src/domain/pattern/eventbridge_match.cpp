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

// The conditions of a rule by where they lie.
struct Place {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::string_view name;  // of the field; the root has none
  std::size_t path = kNone;
  std::size_t leaf = kNone;  // of the condition here
  std::vector<Place> inside;
};

Place tree_of(const EventPattern& pattern, const EventPattern::Rule& rule) {
  Place root;
  for (const EventPattern::Condition& condition : rule) {
    Place* place = &root;
    for (const std::string& name : pattern.paths[condition.path]) {
      const auto found =
          std::find_if(place->inside.begin(), place->inside.end(), [&](const Place& one) { return one.name == name; });
      place = found != place->inside.end() ? &*found : &place->inside.emplace_back();
      place->name = name;
    }
    place->path = condition.path;
    place->leaf = condition.leaf;
  }
  return root;
}

class Matcher {
 public:
  Matcher(const EventPattern& pattern, const Node& event) : pattern_(pattern), event_(event) {}

  // `node` may be null: nothing there, so that only absences can hold.
  [[nodiscard]] bool place(const Place& place, const Node* node) const {
    if (node != nullptr && node->is_array() && !place.inside.empty()) {
      const bool some = std::any_of(node->items.begin(), node->items.end(),
                                    [&](const Node& item) { return this->place(place, &item); });
      return some || this->place(place, nullptr);
    }
    return std::all_of(place.inside.begin(), place.inside.end(), [&](const Place& field) {
      const Node* value = node == nullptr ? nullptr : node->find(field.name);
      return leaf(field, value) && this->place(field, value);
    });
  }

 private:
  [[nodiscard]] bool leaf(const Place& field, const Node* value) const {
    if (field.leaf == Place::kNone) return true;
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
                     [&](const EventPattern::Rule& rule) { return matcher.place(tree_of(pattern, rule), &event); });
}

bool matches(const EventPattern& pattern, std::string_view event) {
  std::variant<Node, PatternError> tree = parse_tree(event);
  Node* node = std::get_if<Node>(&tree);
  if (node == nullptr) return false;
  split_dotted_keys(*node);
  return matches(pattern, *node);
}

}  // namespace gw::pattern

// Walks a rule and the event together. Conditions are met in the order of their dotted names. The first that is met by something
// inside an array binds all after it to that element; `exists: false` before it is asked of the whole array. That is what the
// open engine does: of the fields that stand before it by name, an absence must hold in the same element.
//
// Cost: for each rule, at each place of it every element of the event there is looked at once, and once more for each absence
// that comes first there; no backtracking. This is what a pattern means; event_set.h answers the same for many patterns at a time.
#include <algorithm>

#include "domain/pattern/eventbridge.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
using Path = std::vector<std::string>;

// Whether any scalar lies at the path, through arrays.
bool has_leaf(const Node& node, const Path& path, std::size_t step) {
  if (node.is_array())
    return std::any_of(node.items.begin(), node.items.end(),
                       [&](const Node& item) { return has_leaf(item, path, step); });
  if (step == path.size()) return !node.is_object();
  const Node* next = node.find(path[step]);
  return next != nullptr && has_leaf(*next, path, step + 1);
}

// A condition of a rule, and when it is met: in the order of their names.
struct Turn {
  std::size_t turn = kNone;
  const Path* path = nullptr;
  const std::vector<ValueTest>* tests = nullptr;
};

// The conditions of a rule by where they lie.
struct Place {
  std::string_view name;  // of the field; the root has none
  std::size_t depth = 0;
  Turn leaf;                // the condition here, if there is one
  std::vector<Turn> below;  // those further in, in their turns
  std::vector<Place> inside;
};

Place tree_of(const EventPattern& pattern, const EventPattern::Rule& rule) {
  std::vector<Turn> turns;
  for (const EventPattern::Condition& condition : rule)
    turns.push_back({pattern.turns[condition.path], &pattern.paths[condition.path], &pattern.leaves[condition.leaf]});
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.turn < b.turn; });
  Place root;
  for (const Turn& one : turns) {
    Place* place = &root;
    for (const std::string& name : *one.path) {
      place->below.push_back(one);
      const std::size_t depth = place->depth + 1;
      const auto found = std::find_if(place->inside.begin(), place->inside.end(),
                                      [&](const Place& field) { return field.name == name; });
      place = found != place->inside.end() ? &*found : &place->inside.emplace_back();
      place->name = name;
      place->depth = depth;
    }
    place->leaf = one;
  }
  return root;
}

bool holds_any(const std::vector<ValueTest>& tests, const Node& value) {
  return !value.is_array() && !value.is_object() &&
         std::any_of(tests.begin(), tests.end(), [&](const ValueTest& test) { return holds(test, scalar_of(value)); });
}

// Every question is asked of the conditions of turn `from` and later; those before are met. `met`, if it is one of them, must
// be met by something that is there.

bool in_value(const Place& place, const Node* value, std::size_t from, std::size_t met);

bool has(const std::vector<Turn>& turns, std::size_t turn) {
  return std::any_of(turns.begin(), turns.end(), [&](const Turn& one) { return one.turn == turn; });
}

bool is_absent(const Turn& condition, const Place& place, const Node* value) {
  return may_be_absent(*condition.tests) && (value == nullptr || !has_leaf(*value, *condition.path, place.depth));
}

// In the fields of an object, or of nothing when it is null.
bool in_fields(const Place& place, const Node* object, std::size_t from, std::size_t met) {
  return std::all_of(place.inside.begin(), place.inside.end(), [&](const Place& field) {
    return in_value(field, object == nullptr ? nullptr : object->find(field.name), from, met);
  });
}

// The conditions below the place, in the elements of an array there.
bool in_elements(const Place& place, const Node& array, std::size_t from, std::size_t met) {
  const auto first_met_in_one = [&](std::size_t turn) {
    return std::any_of(array.items.begin(), array.items.end(), [&](const Node& item) {
      return (item.is_array() || item.is_object()) && in_value(place, &item, turn, turn);
    });
  };
  if (has(place.below, met)) return first_met_in_one(met);
  for (const Turn& condition : place.below) {
    if (condition.turn < from) continue;
    if (first_met_in_one(condition.turn)) return true;
    if (!is_absent(condition, place, &array)) return false;
  }
  return true;
}

bool in_value(const Place& place, const Node* value, std::size_t from, std::size_t met) {
  const bool asks_here = place.leaf.turn != kNone && place.leaf.turn >= from;
  const bool must_be_here = asks_here && place.leaf.turn == met;
  if (value == nullptr || !value->is_array()) {
    if (asks_here && !(value != nullptr && holds_any(*place.leaf.tests, *value)) &&
        (must_be_here || !is_absent(place.leaf, place, value)))
      return false;
    return in_fields(place, value, from, met);
  }
  if (!asks_here) return in_elements(place, *value, from, met);
  // A value of the array itself stands in no element of it; one in an array within does.
  const std::size_t later = place.leaf.turn + 1;
  if (std::any_of(value->items.begin(), value->items.end(),
                  [&](const Node& item) { return holds_any(*place.leaf.tests, item); }) &&
      in_elements(place, *value, later, must_be_here ? kNone : met))
    return true;
  if (!has(place.below, met) && std::any_of(value->items.begin(), value->items.end(), [&](const Node& item) {
        return item.is_array() && in_value(place, &item, place.leaf.turn, place.leaf.turn);
      }))
    return true;
  return !must_be_here && is_absent(place.leaf, place, value) && in_elements(place, *value, later, met);
}

}  // namespace

bool matches(const EventPattern& pattern, const Node& event) {
  return event.is_object() &&
         std::any_of(pattern.rules.begin(), pattern.rules.end(), [&](const EventPattern::Rule& rule) {
           return in_fields(tree_of(pattern, rule), &event, 0, kNone);
         });
}

bool matches(const EventPattern& pattern, std::string_view event) {
  std::variant<Node, PatternError> tree = parse_tree(event);
  Node* node = std::get_if<Node>(&tree);
  if (node == nullptr) return false;
  split_dotted_keys(*node);
  return matches(pattern, *node);
}

}  // namespace gw::pattern

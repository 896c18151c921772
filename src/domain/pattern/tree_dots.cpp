// One dot a level: an object's members are grouped by what stands before their first dot, the rests go on to the object
// below, which is then treated the same way. Every member is looked up in an index, so that many dotted keys cost no
// quadratic time; and the levels added on any way down are bounded by kMaxNesting.
#include <algorithm>
#include <unordered_map>

#include "domain/pattern/tree.h"

namespace gw::pattern {
namespace {

bool has_dot(const Member& member) { return member.first.find('.') != std::string::npos; }

// Two objects become one (its equal keys are merged when it is grouped in turn), anything else an array of both, or of what
// they hold.
void merge(Node& into, Node value) {
  Node* object = into.is_object() ? &into : into.has_own ? &into.items.front() : nullptr;
  if (object != nullptr && value.is_object()) {
    std::move(value.members.begin(), value.members.end(), std::back_inserter(object->members));
    return;
  }
  if (!into.is_array()) {
    Node list;
    list.kind = Node::Kind::array;
    list.offset = into.offset;
    list.has_own = into.is_object();
    list.items.push_back(std::move(into));
    into = std::move(list);
  }
  if (value.is_array()) {
    std::move(value.items.begin(), value.items.end(), std::back_inserter(into.items));
  } else if (value.is_object()) {
    into.has_own = true;
    into.items.insert(into.items.begin(), std::move(value));
  } else {
    into.items.push_back(std::move(value));
  }
}

void group_members(Node& object, bool at_dots) {
  std::vector<Member> members = std::move(object.members);
  object.members.clear();
  std::unordered_map<std::string, std::size_t> index;
  for (auto& [key, value] : members) {
    const std::size_t dot = at_dots ? key.find('.') : std::string::npos;
    if (dot != std::string::npos) {
      Node outer;
      outer.kind = Node::Kind::object;
      outer.offset = value.offset;
      outer.members.emplace_back(key.substr(dot + 1), std::move(value));
      value = std::move(outer);
      key.resize(dot);
    }
    const auto [place, is_new] = index.try_emplace(key, object.members.size());
    if (is_new) {
      object.members.emplace_back(std::move(key), std::move(value));
    } else {
      merge(object.members[place->second].second, std::move(value));
    }
  }
}

void split(Node& node, std::size_t depth, bool merged) {
  const bool at_dots = depth < kMaxNesting && std::any_of(node.members.begin(), node.members.end(), has_dot);
  if (at_dots || merged) group_members(node, at_dots);
  for (Node& item : node.items) split(item, depth + 1, at_dots || merged);
  for (auto& [name, member] : node.members) split(member, depth + 1, at_dots || merged);
}

}  // namespace

void split_dotted_keys(Node& node) { split(node, 0, false); }

}  // namespace gw::pattern

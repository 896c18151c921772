#include "domain/pattern/confirm.h"

#include <cstddef>
#include <utility>
#include <variant>

namespace gw::pattern {
namespace {

constexpr std::size_t kMaxParsed = 4096;  // patterns that are kept parsed

}  // namespace

void Confirmer::confirm(std::string_view event, std::vector<std::uint32_t>& candidates) {
  std::variant<Node, PatternError> tree = parse_tree(event);
  Node* root = std::get_if<Node>(&tree);
  if (root == nullptr) return candidates.clear();
  split_dotted_keys(*root);
  std::erase_if(candidates, [&](std::uint32_t pattern) {
    if (parsed_.size() >= kMaxParsed) parsed_.clear();
    const auto [at, fresh] = parsed_.try_emplace(pattern);
    if (fresh) {
      EventLimits lifted;
      lifted.lifted = true;
      auto again = parse_event_pattern(machine_.text_of(pattern), lifted);
      if (auto* good = std::get_if<EventPattern>(&again)) at->second = std::move(*good);
    }
    return !matches(at->second, *root);
  });
}

}  // namespace gw::pattern

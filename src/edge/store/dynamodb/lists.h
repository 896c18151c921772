// Filters and pages of lists that are read as a whole and put in order here.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/store/dynamodb/item.h"
#include "engine/ports/store.h"

namespace gw::dynamodb {

[[noreturn]] void bad_filter(std::string_view name, std::string_view value);
[[noreturn]] void unknown_filter(std::string_view name, std::string_view list);
[[nodiscard]] Time time_filter(std::string_view name, std::string_view value);
[[nodiscard]] bool flag_filter(std::string_view name, std::string_view value);
template <class E>
[[nodiscard]] E word_filter(std::string_view name, std::string_view value, const std::optional<E>& parsed) {
  if (!parsed) bad_filter(name, value);
  return *parsed;
}

// A place in a list, as text that sorts: what cursors are made of.
[[nodiscard]] std::string place_of(Time time, std::string_view rest);
void check_cursor(std::string_view cursor);

// Newest first, from the cursor on. `all`: each with its place.
template <class T>
[[nodiscard]] ports::Page<T> page_of(std::vector<std::pair<std::string, T>> all, const ports::ListQuery& query) {
  if (!query.cursor.empty()) std::erase_if(all, [&](const auto& one) { return one.first >= query.cursor; });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, 1000);
  ports::Page<T> page;
  if (all.size() > limit) page.next_cursor = all[limit - 1].first;
  for (std::size_t i = 0; i < all.size() && i < limit; ++i) page.items.push_back(std::move(all[i].second));
  return page;
}

}  // namespace gw::dynamodb

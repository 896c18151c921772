// `store:` → the file that it names.
#pragma once

#include <string>

#include "base/result.h"

namespace gw::app {

// `sqlite:PATH` → PATH; `invalid_input` for anything else.
[[nodiscard]] inline Result<std::string> store_file(const std::string& store) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (store.starts_with(kSqlite) && store.size() > kSqlite.size()) return store.substr(kSqlite.size());
  return Error{Errc::invalid_input, "the store is sqlite:PATH"};
}

// Beside the store, and like it nobody else's.
[[nodiscard]] inline std::string spool_folder(const std::string& store) {
  const auto path = store_file(store);
  return path ? *path + "-spool" : std::string("glasswatch-spool");
}

}  // namespace gw::app

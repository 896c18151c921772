// Does a text that cannot be read look like an access? Immutable, safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/watch/watch_set.h"

namespace gw::pipeline {

class Suspicion {
 public:
  explicit Suspicion(const watch::WatchSet& watches);
  // Why, as a clause for people: a watch's literal, or the source of a sign-in. Empty: it does not.
  [[nodiscard]] std::string_view of(std::string_view text) const;

 private:
  std::vector<std::string> literals_;
};

// The first bytes of a file that cannot be read as anything, as many as are kept of it; and its size, 0 when it cannot be opened.
[[nodiscard]] std::string head_of(const std::string& path, std::size_t& size);

}  // namespace gw::pipeline

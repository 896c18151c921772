// Does a text that cannot be read look like an access? Pure, immutable, safe from any thread.
#pragma once

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

}  // namespace gw::pipeline

// What AWS leaves open and glasswatch decides: the one table of it, which docs/patterns.md shows (a test holds them equal) and
// `match --explain` tells, as far as it bears on a pattern.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "domain/pattern/pattern.h"

namespace gw::pattern {

struct Decision {
  std::string_view language;
  std::string_view question;
  std::string_view answer;
  bool (*bears_on)(const Pattern&);
};

[[nodiscard]] std::span<const Decision> decisions();

// Those whose answer could change what `pattern` matches.
[[nodiscard]] std::vector<const Decision*> decisions_on(const Pattern& pattern);

}  // namespace gw::pattern

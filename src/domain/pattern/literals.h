// What a record that matches must hold byte for byte, for finding candidates without parsing. Pure.
#pragma once

#include <string>
#include <vector>

#include "domain/pattern/pattern.h"

namespace gw::pattern {

// Every record that `pattern` matches holds one of these, unless it escapes letters, digits or one of `_-.:@` as \u00XX: at most 63 of 3 to
// 256 bytes of ASCII. Empty: nothing can be said. `bare`: an EventBridge pattern is about the record itself, not about the
// event around it.
[[nodiscard]] std::vector<std::string> needed_literals(const Pattern& pattern, bool bare);
[[nodiscard]] std::vector<std::string> needed_literals(const EventPattern& pattern, bool bare);

// Sets of such literals, each of which would do; the one that is thought the rarest first. None where nothing can be said.
[[nodiscard]] std::vector<std::vector<std::string>> literal_choices(const EventPattern& pattern, bool bare);

}  // namespace gw::pattern

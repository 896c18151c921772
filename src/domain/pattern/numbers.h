// Numbers as EventBridge's engine compares them (aws/event-ruler, ComparableNumber): as doubles, where a double says exactly what
// is written; any other number is only its text. Pure.
#pragma once

#include <string_view>

namespace gw::pattern {

// Whether `value`, which came from reading `text` (a JSON number), is finite and written shortest says the same number as
// `text`. Linear.
[[nodiscard]] bool is_comparable(std::string_view text, double value);

}  // namespace gw::pattern

// Comparing without regard to upper and lower case as EventBridge's engine does (aws/event-ruler, EqualsIgnoreCaseParser): each
// character of the operand stands for its lower and its upper case, which may be several characters (ß: SS). The relation
// is no symmetric one. Characters beyond the Basic Multilingual Plane are themselves only. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace gw::pattern {

enum class Anchor : std::uint8_t { whole, front, back };

// Whether `text` equals, begins with or ends with `operand`. Linear for ASCII operands, else operand times text.
[[nodiscard]] bool matches_ignoring_case(std::string_view operand, std::string_view text, Anchor anchor);

[[nodiscard]] inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace gw::pattern

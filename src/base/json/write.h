// Appending JSON to a string. Output is always valid UTF-8: malformed bytes become U+FFFD. Control characters, DEL,
// C1 controls, bidirectional overrides and line/paragraph separators are written as \uXXXX, so that a line of JSON can
// be shown on a terminal without being obeyed. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gw::json {

// Appends `text` as a JSON string with quotes.
void append_string(std::string& out, std::string_view text);
// append_string, or null when empty.
void append_string_or_null(std::string& out, std::string_view text);

// The same into memory of the caller's, for lines that are written by the million: `out` has room for longest(text), and what
// was written ends at the answer.
[[nodiscard]] char* put_string(char* out, std::string_view text);
[[nodiscard]] constexpr std::size_t longest(std::string_view text) { return 6 * text.size() + 2; }

}  // namespace gw::json

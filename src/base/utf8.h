// Stepping through UTF-8 that may be damaged, and knowing which characters a terminal or browser would obey rather than
// show. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gw {

struct Utf8Char {
  std::uint32_t code_point = 0;
  std::uint8_t length = 1;  // bytes to skip; 1 for an invalid byte
  bool valid = false;
};

// The character that begins at `offset` (< text.size()). Overlong forms, surrogates and values above U+10FFFF are
// invalid ("The Unicode Standard", table 3-7).
[[nodiscard]] Utf8Char next_utf8(std::string_view text, std::size_t offset);

void append_utf8(std::string& out, std::uint32_t code_point);

// C0 and C1 controls, DEL, bidirectional embeddings, overrides and isolates, zero-width and other invisible format
// characters, line and paragraph separators, tag characters and noncharacters: never shown raw.
[[nodiscard]] bool is_unsafe_to_show(std::uint32_t code_point);

}  // namespace gw

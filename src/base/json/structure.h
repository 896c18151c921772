// The structural characters of a JSON text: { } [ ] : , the opening quote of each string and the first character of each
// other scalar, with their places. What simdjson's first stage answers, and besides the characters themselves side by side,
// so that grammar can be checked without going back to the text. Internal to this folder; pure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::json::internal {

// Buffers of the caller, to be written.
struct Structure {
  static constexpr std::size_t kSlack = 64;  // entries more than there are characters in the text

  std::uint32_t* positions = nullptr;
  char* characters = nullptr;
  std::uint32_t* escapes = nullptr;  // where each block of 64 bytes begins that holds a backslash
  std::size_t count = 0;
  std::size_t escape_count = 0;
  bool spaced = false;  // white space stands between the characters somewhere
  // Bytes above 0x7F occur in [non_ascii_begin, non_ascii_end) only: that part is still to be shown to be UTF-8.
  std::size_t non_ascii_begin = 0;
  std::size_t non_ascii_end = 0;
};

enum class StructureDamage : std::uint8_t { none, unclosed_string, control_character };

// The variant for this processor; nullptr when there is none (simdjson's first stage does it then).
using FindStructure = StructureDamage (*)(const char* text, std::size_t size, Structure& out);
[[nodiscard]] FindStructure find_structure();

}  // namespace gw::json::internal

#include "domain/pattern/pattern_error.h"

#include <algorithm>
#include <utility>

namespace gw::pattern {

std::string PatternError::text() const {
  std::string out = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + message;
  if (!expected.empty()) out += "; expected " + expected;
  if (!hint.empty()) out += "; " + hint;
  return out;
}

PatternError error_at(std::string_view text, std::size_t offset, std::string message, std::string expected,
                      std::string hint) {
  PatternError error{1, 1, std::move(message), std::move(expected), std::move(hint)};
  offset = std::min(offset, text.size());
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++error.line;
      error.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      ++error.column;
    }
  }
  return error;
}

std::optional<PatternError> longer_than(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U || ++characters <= most) continue;
    return error_at(text, i, "the pattern is longer than AWS takes", "at most " + std::to_string(most) + " characters",
                    "shorten or split it, or lift the limits");
  }
  return std::nullopt;
}

}  // namespace gw::pattern

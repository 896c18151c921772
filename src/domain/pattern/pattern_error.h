// What is wrong with a pattern, for the person who wrote it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gw::pattern {

struct PatternError {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters, not bytes
  std::string message;     // what is wrong
  std::string expected;    // what would be right; may be empty
  std::string hint;        // what to do about it; may be empty

  // `line 1, column 8: message; expected …; hint`. Pieces of the pattern in it are not neutralised.
  [[nodiscard]] std::string text() const;
};

// Line and column of the byte at `offset` of `text`.
[[nodiscard]] PatternError error_at(std::string_view text, std::size_t offset, std::string message,
                                    std::string expected = {}, std::string hint = {});

// Of a pattern that has more characters (not bytes) than AWS takes.
[[nodiscard]] std::optional<PatternError> longer_than(std::string_view text, std::size_t most);

}  // namespace gw::pattern

// A small glob: `*` any run (also empty), `?` one character, `\x` the character x itself. Case-sensitive, the whole
// text must match. Linear in the text for each star (no backtracking beyond the last star), so hostile patterns
// cost at most pattern × text. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gw {

[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// True when the pattern has no wildcard (after unescaping it matches exactly one text).
[[nodiscard]] bool glob_is_literal(std::string_view pattern);

// The longest run of literal characters out of [A-Za-z0-9_-] that every match must contain; may be empty. These
// characters are never escaped by a JSON writer, so a record that matches holds the run byte for byte (unless it
// escapes letters as \u00XX, which the scanner treats as suspicious).
[[nodiscard]] std::string glob_stem(std::string_view pattern);

// Several globs, made for asking again and again whether any of them matches: most texts are refused by looking for the
// stems alone. Immutable; safe from any thread.
class GlobSet {
 public:
  GlobSet() = default;
  explicit GlobSet(const std::vector<std::string>& patterns);
  [[nodiscard]] bool empty() const { return globs_.empty(); }
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Glob {
    std::string pattern;
    std::string stem;
  };
  std::vector<Glob> globs_;
};

}  // namespace gw

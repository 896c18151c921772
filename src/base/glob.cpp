// The classic two-pointer glob: on a mismatch go back to the last star and let it eat one more character. Earlier stars
// never need another look, because the shortest prefix that they can take leaves the most text for the rest.
#include "base/glob.h"

#include <algorithm>

namespace gw {
namespace {

// One pattern element at `p`: advances past it; `wild` is '*', '?' or 0 for the literal `c`.
void next_element(std::string_view pattern, std::size_t& p, char& wild, char& c) {
  c = pattern[p++];
  wild = 0;
  if (c == '*' || c == '?') {
    wild = c;
  } else if (c == '\\' && p < pattern.size()) {
    c = pattern[p++];
  }
}

bool is_stem_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star_p = std::string_view::npos;
  std::size_t star_t = 0;
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size()) {
      std::size_t after = p;
      char wild = 0;
      char c = 0;
      next_element(pattern, after, wild, c);
      if (wild == '*') {
        star_p = after;
        star_t = t;
        p = after;
        continue;
      }
      if (t < text.size() && (wild == '?' || c == text[t])) {
        p = after;
        ++t;
        continue;
      }
    }
    if (star_p == std::string_view::npos || star_t >= text.size()) return false;
    p = star_p;
    t = ++star_t;
  }
  return true;
}

bool glob_is_literal(std::string_view pattern) {
  for (std::size_t p = 0; p < pattern.size();) {
    char wild = 0;
    char c = 0;
    next_element(pattern, p, wild, c);
    if (wild != 0) return false;
  }
  return true;
}

std::string glob_stem(std::string_view pattern) {
  std::string best;
  std::string run;
  for (std::size_t p = 0; p < pattern.size();) {
    char wild = 0;
    char c = 0;
    next_element(pattern, p, wild, c);
    if (wild == 0 && is_stem_char(c)) {
      run.push_back(c);
      if (run.size() > best.size()) best = run;
    } else {
      run.clear();
    }
  }
  return best;
}

GlobSet::GlobSet(const std::vector<std::string>& patterns) {
  globs_.reserve(patterns.size());
  for (const std::string& pattern : patterns) globs_.push_back({pattern, glob_stem(pattern)});
}

bool GlobSet::matches(std::string_view text) const {
  return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) {
    return text.find(glob.stem) != std::string_view::npos && glob_match(glob.pattern, text);
  });
}

}  // namespace gw

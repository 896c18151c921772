// The small grammars inside JSON: white space, numbers and escapes (RFC 8259, sections 2, 6 and 7). Internal to this folder; pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace gw::json {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

inline int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits at `p`, or -1.
inline int hex4(const char* p) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// The number grammar of RFC 8259, over the whole of `text`.
inline bool is_number(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t first = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > first;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

// Every backslash in the content of a string begins a proper escape.
inline bool escapes_are_valid(std::string_view content) {
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\\') continue;
    if (++i >= content.size()) return false;
    switch (content[i]) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't': break;
      case 'u':
        if (content.size() - i < 5 || hex4(content.data() + i + 1) < 0) return false;
        i += 4;
        break;
      default: return false;
    }
  }
  return true;
}

}  // namespace gw::json

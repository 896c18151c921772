// What of a file may be shown beside a problem: never a secret, and nothing that a terminal would obey.
#include <algorithm>

#include "app/config/validate.h"
#include "base/utf8.h"

namespace gw::app {
namespace {

constexpr std::size_t kExcerptWidth = 100;

std::string_view line_of(std::string_view text, std::size_t line) {
  for (std::size_t n = 1; n < line; ++n) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '+' || c == '=';
}

// A run of letters and digits as long as a key or token is not repeated; ids of AWS accounts are shorter.
std::string without_tokens(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = i;
    bool digit = false;
    bool letter = false;
    for (; end < line.size() && is_token_char(line[end]); ++end) {
      const bool is_digit = line[end] >= '0' && line[end] <= '9';
      digit = digit || is_digit;
      letter = letter || (!is_digit && line[end] != '-' && line[end] != '_');
    }
    if (end == i) {
      out.push_back(line[i++]);
      continue;
    }
    if (end - i >= 20 && digit && letter) {
      out.append(end - i, '.');
    } else {
      out += line.substr(i, end - i);
    }
    i = end;
  }
  return out;
}

// What such a key holds may be a secret, whatever is wrong with the line.
bool names_secret(std::string_view line) {
  std::string lower(line);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view word : {"token", "secret", "passw", "_key", "apikey", "webhook", "credential", "://"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string out = "`";
  std::size_t shown = 0;
  for (std::size_t i = 0; i < text.size(); ++shown) {
    if (shown == kMost) return out + "…`";
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid || is_unsafe_to_show(c.code_point)) {
      out += '?';
    } else {
      out += text.substr(i, c.length);
    }
    i += c.length;
  }
  return out + "`";
}

std::string showable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (c.valid && !is_unsafe_to_show(c.code_point)) {
      out += text.substr(i, c.length);
    } else {
      out += '?';
    }
    i += c.length;
  }
  return out;
}

std::string excerpt_of(std::string_view text, int line_number, int column) {
  if (line_number < 1 || column < 1) return {};
  const std::string_view line = line_of(text, static_cast<std::size_t>(line_number));
  if (line.empty() || names_secret(line)) return {};
  const std::string shown = without_tokens(line);
  std::string out = "    ";
  std::string caret = "    ";
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown.size() && width < kExcerptWidth; ++width) {
    const Utf8Char c = next_utf8(shown, i);
    if (c.valid && !is_unsafe_to_show(c.code_point)) {
      out += shown.substr(i, c.length);
    } else {
      out += shown[i] == '\t' ? ' ' : '?';
    }
    i += c.length;
  }
  if (static_cast<std::size_t>(column) > kExcerptWidth) return out;
  return out + "\n" + caret.append(static_cast<std::size_t>(column) - 1, ' ') + "^";
}

}  // namespace gw::app

#include "base/neutralise.h"

#include <charconv>

#include "base/utf8.h"

namespace gw {

void append_visible(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (c.valid && !is_unsafe_to_show(c.code_point)) {
      out.append(text, i, c.length);
    } else {
      const std::uint32_t code = c.valid ? c.code_point : static_cast<unsigned char>(text[i]);
      char digits[8];
      const auto end = std::to_chars(digits, digits + sizeof digits, code, 16).ptr;
      out += c.valid ? "\\u{" : "\\x{";
      out.append(digits, end);
      out.push_back('}');
    }
    i += c.length;
  }
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

void append_html(std::string& out, std::string_view text) {
  for (const char c : visible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out.push_back(c);
    }
  }
}

namespace {

// Whether a spreadsheet would take the cell for a formula: = + - @ first, also as full-width characters, which some
// locales read as the plain ones. White space in front does not hide it. | and % begin formulas in older programs.
bool looks_like_formula(std::string_view text) {
  constexpr std::uint32_t kFullWidth = 0xFF00 - 0x20;  // U+FF01… stand for U+0021…
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    std::uint32_t p = c.code_point;
    i += c.length;
    if (p == ' ' || p == 0xA0 || p == 0x3000 || (p >= 0x2000 && p <= 0x200A)) continue;
    if (p > 0xFF00 && p < 0xFF5F) p -= kFullWidth;
    return p == '=' || p == '+' || p == '-' || p == '@' || p == '\t' || p == '\r' || p == '\n' || p == '|' || p == '%';
  }
  return false;
}

}  // namespace

void append_csv_cell(std::string& out, std::string_view text) {
  std::string cell;
  if (looks_like_formula(text)) cell.push_back('\'');
  append_visible(cell, text);
  // Semicolons separate cells where the comma is the decimal sign.
  if (cell.find_first_of(",;\"' ") == std::string::npos) {
    out += cell;
    return;
  }
  out.push_back('"');
  for (const char c : cell) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    const std::uint32_t p = c.code_point;
    const bool combining = (p >= 0x300 && p <= 0x36F) || (p >= 0x20D0 && p <= 0x20FF);
    const bool wide = (p >= 0x1100 && p <= 0x115F) || (p >= 0x2E80 && p <= 0xA4CF) || (p >= 0xAC00 && p <= 0xD7A3) ||
                      (p >= 0xF900 && p <= 0xFAFF) || (p >= 0xFE30 && p <= 0xFE6F) || (p >= 0xFF00 && p <= 0xFF60) ||
                      (p >= 0xFFE0 && p <= 0xFFE6) || (p >= 0x1F300 && p <= 0x1FAFF) || (p >= 0x20000 && p <= 0x3FFFD);
    width += combining ? 0 : wide ? 2 : 1;
    i += c.length;
  }
  return width;
}

}  // namespace gw

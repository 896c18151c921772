// Making text that somebody else wrote safe to show. Every printer uses these for every field of a record, and for paths.
// Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace gw {

// For terminals and logs: what a terminal would obey, hide or reorder (controls, ANSI and OSC sequences, bidirectional
// overrides, zero-width characters, invalid UTF-8) becomes visible text such as \u{1b}. One line in, one line out.
void append_visible(std::string& out, std::string_view text);
[[nodiscard]] std::string visible(std::string_view text);

// For HTML, in an element's text or a quoted attribute: append_visible, and & < > " ' as references.
void append_html(std::string& out, std::string_view text);

// One CSV cell (RFC 4180): append_visible, quoted where needed; a cell that a spreadsheet would take for a formula
// (beginning with = + - @, a tab or a carriage return) gets an apostrophe in front.
void append_csv_cell(std::string& out, std::string_view text);

// Columns that the text takes on a terminal, about: wide East Asian characters and emoji count two.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace gw

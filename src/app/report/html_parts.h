// Inside of the HTML report: cells, tables, and the dossier of one use. Whatever text goes in is neutralised here.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "app/report/report.h"

namespace gw::report {

// A dash where there is nothing. `css`: empty, n (a number), no, high.
void cell(std::string& out, std::string_view text, std::string_view css = {});
void cell(std::string& out, std::uint64_t number);
void cell(std::string& out, const std::optional<Time>& time);
// Begins a table; kEnd ends it. Titles are ours.
void head(std::string& out, std::initializer_list<std::string_view> titles);
inline constexpr std::string_view kEnd = "</tbody></table>\n";
// A row of a label of ours and its value.
void pair(std::string& out, std::string_view label, std::string_view value);

[[nodiscard]] std::string place_of(const model::Session& session);
[[nodiscard]] std::string severity_of(const model::Session& session);
// What became of an alert at each receiver.
[[nodiscard]] std::string deliveries_of(const ports::AlertView& view);

void append_use(std::string& out, const Use& use);

}  // namespace gw::report

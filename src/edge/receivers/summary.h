// What one message says, in words and without any receiver's markup: for receivers that are no Slack. Every text is a piece
// (slack_text.h): one line, visible, bounded. Each receiver escapes it for its own reader. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/model/severity.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

struct SummaryRow {
  std::string label;  // ours
  std::string text;
};

struct Summary {
  std::string title;     // BREAK-GLASS · alice → prod-payments (4444…) · BreakGlassAdmin
  std::string headline;  // what this message adds, one line: of several facts that which matters most
  model::Severity severity = model::Severity::high;  // of the gravest fact
  std::vector<SummaryRow> rows;                      // at most 24
  std::vector<std::string> lines;                    // further facts, or the sessions of a storm; at most kSummaryLines
  std::vector<SummaryRow> links;  // label and URL: http or https, printable ASCII without quotes, < > or blanks
  std::string subject;            // the session's id, else the alert's
  std::string acknowledge;        // how; empty where there is nothing to acknowledge
};

inline constexpr std::size_t kSummaryLines = 200;
[[nodiscard]] Summary summary_of(const ports::Message& message);

// Title and headline in one line, for receivers that show a list.
[[nodiscard]] std::string one_line(const Summary& summary);

// Readers make links of addresses that stand in a text. Where one begins at `at` (https://…, www.…): what to write for the `length` bytes
// there, so that none is made; length 0: none begins.
struct Unlinked {
  std::size_t length = 0;
  std::string_view text;
};
[[nodiscard]] Unlinked unlinked_at(std::string_view text, std::size_t at);

// Cut to at most `limit` bytes, between characters; what was cut ends in an ellipsis.
[[nodiscard]] std::string cut_bytes(std::string_view text, std::size_t limit);

}  // namespace gw::receivers

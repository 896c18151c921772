// The messages of a CloudWatch Logs payload, without reading it as JSON first: nothing but its messages is of interest, and in
// these every tenth character is escaped. Each is found, and what it says is put together, many bytes at a time. A payload of
// other members than the service writes is left to the general way. Source: "Log group-level subscription filters". Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json/unquote.h"

namespace gw::cloudtrail {

// The content of a message's string, still escaped.
struct LogMessage {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool is_plain = false;  // as json::QuotedEnd has it
};

// Finds the messages of `payload`, behind which json::kUnquoteSlack bytes must be readable. False when it is not written so, is no
// data message, or has more than `most` messages; `found` is of no use then.
[[nodiscard]] bool find_log_messages(std::string_view payload, std::size_t most, std::vector<LogMessage>& found);

// What a plain message says, at most `message.end - message.begin` bytes: written to `to`, which takes json::kUnquoteSlack more.
inline std::size_t read_log_message(std::string_view payload, const LogMessage& message, char* to) {
  return json::unquoter().unquote(payload.data() + message.begin, message.end - message.begin, to);
}

}  // namespace gw::cloudtrail

// What kind of input its first bytes announce: by content, never by name. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gw::cloudtrail {

enum class Shape : std::uint8_t {
  records,    // {"Records":[ … : a log file, or one of the AWS events of that form
  array,      // [ … : a list of records
  documents,  // JSON documents, one or more, of any layout
  lines,      // one document a line, perhaps behind a time stamp (CloudWatch Logs exports)
  nothing,    // empty
  unknown,    // see `reason`
};

struct Sniffed {
  Shape shape = Shape::nothing;
  std::size_t start = 0;    // records, array: behind the opening bracket; else of the first document
  std::string_view reason;  // unknown: why, a constant
};

// `head` are the first bytes of the inflated input (some thousands of them unless it is shorter); `whole` says that there
// is no more.
[[nodiscard]] Sniffed sniff(std::string_view head, bool whole);

// A line of a CloudWatch Logs export, `2026-07-01T10:00:00.000Z {…}`, without its time stamp; other lines as they are.
[[nodiscard]] std::string_view strip_timestamp(std::string_view line);

}  // namespace gw::cloudtrail

// CloudWatch Logs filter patterns, all three families: terms, JSON selectors, space-delimited fields.
//
// Source: "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail". What that page
// leaves open is decided here: `!=` needs the field (unless `missing_differs`), a number equals a string of the same text,
// true and false equal their words, text in terms needs no word boundary, and in a space-delimited pattern a last field
// without conditions takes the rest of the line when the field before it has one (as the page's examples do).
//
// A pattern is immutable after parsing and may be matched by several threads at once. Matching a wildcard costs at most
// pattern times text; all else is linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json/doc.h"
#include "domain/pattern/tree.h"

namespace re2 {
class RE2;
}

namespace gw::pattern {

struct LogLimits {
  bool lifted = false;
  bool missing_differs = false;  // `!=` also matches where there is no such field
  std::size_t characters = 1024;
  std::size_t regexes = 2;
  std::size_t wildcard_selectors = 3;
};

// What stands right of an operator.
struct LogValue {
  std::string text;  // unquoted
  std::string glob;  // for wildcard_matches()
  bool is_number = false;
  double number = 0;
  std::shared_ptr<const re2::RE2> regex;  // null unless %…%
};

struct LogStep {
  enum class Kind : std::uint8_t { name, index, any_index, any_name };
  Kind kind = Kind::name;
  std::string name;
  std::size_t index = 0;
};

struct LogExpression {
  enum class Kind : std::uint8_t {
    both,
    either,
    equal,
    differs,
    less,
    at_most,
    greater,
    at_least,
    is_null,
    is_true,
    is_false,
    missing
  };
  Kind kind = Kind::both;  // of no parts: holds always
  std::vector<LogExpression> parts;
  std::vector<LogStep> selector;  // JSON patterns only
  LogValue value;
};

struct LogTerm {
  enum class Kind : std::uint8_t { required, optional, excluded };
  Kind kind = Kind::required;
  LogValue value;
};

struct LogField {
  bool any_number = false;  // `...`
  LogExpression condition;
};

struct LogPattern {
  enum class Family : std::uint8_t { terms, json, fields };
  Family family = Family::terms;
  bool missing_differs = false;
  std::vector<LogTerm> terms;
  LogExpression json;
  std::vector<LogField> fields;
  bool last_takes_rest = false;
};

[[nodiscard]] std::variant<LogPattern, PatternError> parse_log_pattern(std::string_view text,
                                                                       const LogLimits& limits = {});

[[nodiscard]] bool matches(const LogPattern& pattern, std::string_view message);
// The same of a message that has been parsed.
[[nodiscard]] bool matches(const LogPattern& pattern, json::Value message);

// AWS's regex subset as RE2 writes it. `offset` places an error in the whole pattern `text`.
[[nodiscard]] std::variant<LogValue, PatternError> parse_log_regex(std::string_view text, std::string_view regex,
                                                                   std::size_t offset);

}  // namespace gw::pattern

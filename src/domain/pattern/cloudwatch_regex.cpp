#include <re2/re2.h>

#include <utility>

#include "domain/pattern/cloudwatch.h"

namespace gw::pattern {
namespace {

constexpr std::string_view kOperators = "^$?[]{}|\\*+.";
constexpr std::string_view kLiterals = ":_#=@/;,- ";

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

}  // namespace

std::variant<LogValue, PatternError> parse_log_regex(std::string_view text, std::string_view regex,
                                                     std::size_t offset) {
  const auto bad = [&](std::size_t i, std::string message, std::string expected, std::string hint = {}) {
    return error_at(text, offset + i, std::move(message), std::move(expected), std::move(hint));
  };
  std::string translated;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const char c = regex[i];
    if (c == '\\') {
      const char next = i + 1 < regex.size() ? regex[i + 1] : '\0';
      const bool hex = next == 'x' && i + 3 < regex.size() && is_hex(regex[i + 2]) && is_hex(regex[i + 3]);
      if (next == '\0' || (!hex && !has("dDsSwW", next) && !has(kOperators, next) && !has(kLiterals, next)))
        return bad(i, "an unknown escape in a regex",
                   "\\ before an operator, \\d \\s \\w and their capitals, or \\xhh");
      translated += c;
      translated += next;
      ++i;
      continue;
    }
    if (c == '(' || c == ')')
      return bad(i, "parentheses are not allowed in a regex", "an operator of AWS's subset", "write \\x28 and \\x29");
    if (!is_word(c) && !has(kOperators, c) && !has(kLiterals, c))
      return bad(i, "a character that AWS's regexes do not allow", "letters, digits, : _ # = @ / ; , - or an operator",
                 "write other ASCII characters as \\xhh");
    // RE2 would read {,n} as plain text.
    translated += c;
    if (c == '{' && i + 1 < regex.size() && regex[i + 1] == ',') translated += '0';
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_shared<const re2::RE2>(translated, options);
  if (regex.empty() || !compiled->ok())
    return bad(0, regex.empty() ? "an empty regex" : "a broken regex: " + compiled->error(), "a regex of AWS's subset");
  LogValue value;
  value.text = std::string(regex);
  value.regex = std::move(compiled);
  return value;
}

}  // namespace gw::pattern

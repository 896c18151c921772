#include "domain/pattern/pattern.h"

#include <utility>

namespace gw::pattern {
namespace {

// No filter pattern of CloudWatch Logs has a quote right behind its brace.
bool begins_as_object(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t brace = text.find_first_not_of(kSpace);
  if (brace == std::string_view::npos || text[brace] != '{') return false;
  const std::size_t next = text.find_first_not_of(kSpace, brace + 1);
  return next != std::string_view::npos && (text[next] == '"' || text[next] == '}');
}

}  // namespace

std::variant<Pattern, PatternError> parse_pattern(std::string_view text, const PatternOptions& options) {
  const bool event =
      options.syntax == Syntax::automatic ? begins_as_object(text) : options.syntax == Syntax::eventbridge;
  if (event) {
    EventLimits limits;
    limits.lifted = options.lift_limits;
    auto parsed = parse_event_pattern(text, limits);
    if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
    return Pattern{std::move(*std::get_if<EventPattern>(&parsed))};
  }
  LogLimits limits;
  limits.lifted = options.lift_limits;
  limits.missing_differs = options.missing_differs;
  auto parsed = parse_log_pattern(text, limits);
  if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
  return Pattern{std::move(*std::get_if<LogPattern>(&parsed))};
}

bool matches(const Pattern& pattern, std::string_view text) {
  if (const EventPattern* event = pattern.event()) return matches(*event, text);
  return matches(*pattern.log(), text);
}

}  // namespace gw::pattern

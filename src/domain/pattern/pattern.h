// A pattern in either language of AWS.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/eventbridge.h"

namespace gw::pattern {

enum class Syntax : std::uint8_t {
  automatic,  // EventBridge for what is a JSON object, or begins as one; CloudWatch Logs for all else
  cloudwatch,
  eventbridge,
};

struct PatternOptions {
  Syntax syntax = Syntax::automatic;
  bool lift_limits = false;      // take what AWS would refuse for its size
  bool missing_differs = false;  // CloudWatch Logs: `!=` also holds where there is no such field
};

struct Pattern {
  std::variant<LogPattern, EventPattern> of;

  [[nodiscard]] const LogPattern* log() const { return std::get_if<LogPattern>(&of); }
  [[nodiscard]] const EventPattern* event() const { return std::get_if<EventPattern>(&of); }
};

[[nodiscard]] std::variant<Pattern, PatternError> parse_pattern(std::string_view text,
                                                                const PatternOptions& options = {});

// `text` is a message, or an event.
[[nodiscard]] bool matches(const Pattern& pattern, std::string_view text);

}  // namespace gw::pattern

// Needs → the filter or the rules of a feed: what AWS takes, letting through at least what is needed. Deterministic and pure.
//
// Sources: "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail" and PutSubscriptionFilter
// (1,024 characters, two regular expressions, three wildcards in selectors; two filters a log group); "Comparison operators for use
// in event patterns" and EventBridge quotas (2,048 characters a rule).
#pragma once

#include <string>
#include <vector>

#include "domain/filter/needs.h"

namespace gw::filter {

// A subscription filter, or a rule. The filters of a log group have the names `filter` and `second`.
struct Part {
  std::string name;
  std::string pattern;
};

struct Rendering {
  std::vector<Part> parts;
  std::vector<std::string> refused;  // what cannot be said, each with its watch; then `parts` must not be used
};

[[nodiscard]] Rendering cloudwatch_filters(const Needs& needs);
[[nodiscard]] Rendering eventbridge_rules(const Needs& needs);

}  // namespace gw::filter

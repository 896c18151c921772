// Filters and rules as the AWS CLI exports them: `aws logs describe-subscription-filters`, `aws events list-rules` and
// `describe-rule`; also a bare pattern, and what `config render` prints. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/pattern/pattern.h"

namespace gw::filter {

struct DeployedPart {
  std::string name;
  pattern::Pattern pattern;
  bool takes_reads = true;  // false: an EventBridge rule whose state brings no read-only calls
};

struct Deployed {
  std::vector<DeployedPart> parts;
  bool is_eventbridge = false;
  std::vector<std::string> notes;
  std::string problem;  // not empty: nothing can be said
};

// Of the names that begin with `prefix` where there are any; else all count.
[[nodiscard]] Deployed read_deployed(std::string_view text, std::string_view prefix);

}  // namespace gw::filter

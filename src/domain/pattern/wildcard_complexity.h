// How complex a field's wildcards are: AWS refuses a rule that is too complex.
//
// Source: MachineComplexityEvaluator of aws/event-ruler: the greatest number of beginnings of wildcard patterns that one value can
// match at the same time. AWS does not publish where it stops; TestEventPattern refuses `*:*:*:*:*:event-bus/*`, which comes to
// eleven.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gw::pattern {

// Of the wildcards on one field, at most `limit`. `*` is any run of bytes, `\*` and `\\` are themselves. A list that is negated as one
// is one element.
[[nodiscard]] std::size_t wildcard_complexity(std::vector<std::vector<std::string>> wildcards, std::size_t limit);

}  // namespace gw::pattern

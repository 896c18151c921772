// What a feed holds and what an empty result does not exclude: Coverage → statements. Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/scan/scan.h"

namespace gw::app {

struct MechanismView {
  model::Mechanism mechanism;
  bool visible = false;  // records of the kind that shows it were there
  std::string why;       // when not: what is missing
};

struct Gap {
  scan::AccountRegion where;
  Time from;   // the first hour without anything
  Time until;  // exclusive
};

struct CoverageReport {
  std::size_t accounts = 0;
  std::size_t regions = 0;
  std::optional<Time> first;
  std::optional<Time> last;
  // Of accounts and regions that are busy around them, and of those that stopped or began within the time in which others
  // were busy; at most 1000, in order.
  std::vector<Gap> gaps;
  std::vector<MechanismView> mechanisms;  // empty when records were skipped unread
  std::vector<std::string> limits;        // what this kind of feed can never show
};

[[nodiscard]] CoverageReport judge_coverage(const scan::Coverage& coverage);

// For people. `whole`: with a line per account and region and every gap.
[[nodiscard]] std::string coverage_text(const scan::Coverage& coverage, const scan::Stats& stats, bool whole);
[[nodiscard]] std::string coverage_json(const scan::Coverage& coverage, const scan::Stats& stats);

}  // namespace gw::app

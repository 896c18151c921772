// A store, a pipeline over it, and what came of the records that were delivered, in a form that does not depend on how.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/pipeline/pipeline.h"
#include "engine/ports/store.h"

namespace gw::property {

// How records are delivered.
struct Plan {
  std::uint64_t seed = 0;
  bool shuffled = false;
  std::size_t most_in_one = 100;  // records of a delivery
  double twice = 0;               // share of deliveries that come twice
  double over_both = 0;           // share of records that come over another feed as well
  bool all_forms = false;         // else log files only
  bool sweeps = false;            // the clock speaks in between
  bool restarts = false;          // the process ends in between
};

struct Outcome {
  std::map<std::string, std::string> sessions;  // by the key of the first event: all that the order must not change
  std::map<std::string, std::string> folds;     // what was told of denied attempts
  std::map<std::string, std::string> events;    // by key: kind, and whose session it is
  std::uint64_t matched = 0;
  std::uint64_t attached = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Delivers the records as planned to a new store; checks the books after each delivery. `now` is after all of them.
[[nodiscard]] Outcome deliver(const std::vector<std::string>& records, const watch::Config& config, const Plan& plan,
                              Time now);

// The first difference between two outcomes, for people; empty: none.
[[nodiscard]] std::string difference(const Outcome& expected, const Outcome& got);

}  // namespace gw::property

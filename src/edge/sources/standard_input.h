// Standard input, until its end: nothing is delivered again, so what could not be stored is only counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "edge/sources/submit.h"

namespace gw::sources {

struct StandardInputConfig {
  int descriptor = 0;
  std::string source = "-";
  std::string feed = "file";
  std::size_t part = std::size_t{4} << 20;     // of lines
  std::size_t whole = std::size_t{256} << 20;  // of anything else
};

struct StandardInputResult {
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t not_stored = 0;  // deliveries
};

// Reads to the end, or until `stop`. Lines are delivered in parts of whole lines, at the latest when nothing more comes for a
// moment; anything else (gzip, a document) as one. Returns when everything is settled. Fails when reading does.
[[nodiscard]] Result<StandardInputResult> read_standard_input(const StandardInputConfig& config, const Submit& submit,
                                                              const std::function<Time()>& clock,
                                                              const std::stop_token& stop);

}  // namespace gw::sources

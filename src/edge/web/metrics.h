// Inside of edge/web: what is counted, in Prometheus' text form. Pure.
#pragma once

#include <string>
#include <vector>

#include "edge/web/web.h"

namespace gw::web {

// Labels are outcomes, states, feeds and names of receivers: nothing that a record could have brought.
[[nodiscard]] std::string metrics_text(const ports::Totals& totals, const InFlight& in_flight,
                                       const std::vector<Metric>& more);

}  // namespace gw::web

// What OCSF 1.4.0 asks of the events that we write: the part of its schema that concerns them, as one table. Pure.
#pragma once

#include <string>

#include "base/json/doc.h"

namespace gw::ocsf {

// How an event deviates from the schema: the first attribute that is required and missing or empty ("finding_info.uid is missing"),
// of another type, outside of its values, or not of its class; empty: it does not.
[[nodiscard]] std::string deviation(json::Value event);

}  // namespace gw::ocsf

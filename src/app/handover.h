// The digest for who comes on duty: what is open, what nobody has looked at, what is muted, silent, or could not be told.
#pragma once

#include <string>

#include "app/config/daemon.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::app {

// When the latest digest was due at `now`.
[[nodiscard]] Time handover_due(const HandoverConfig& config, const std::string& usual_zone, Time now);

// Makes the digest that was due at `due` and commits it as an alert to its receivers; nothing when it was made already, by this
// process or another.
[[nodiscard]] Status hand_over(ports::Store& store, ports::Committer& committer, const pipeline::Settings& settings,
                               const HandoverConfig& config, Time due, Time now);

}  // namespace gw::app

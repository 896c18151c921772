// One session, changed in one commit. Internal to this folder.
#pragma once

#include <functional>
#include <string>

#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// Loads a session by id or alias, has `change` change it, writes it when it did. `change` may be called several times.
// Answers the session as it is then. `not_found`, or what `change` answers.
using SessionEdit = std::function<Status(model::Session&, const ports::Loaded&, ports::Commit&)>;
[[nodiscard]] Result<model::Session> change_session(ports::Committer& store, const std::string& id, Time now,
                                                    const SessionEdit& change);

}  // namespace gw::pipeline

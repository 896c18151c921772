// What a call was for. Internal to this folder, but for kinds_of() (entries.h). Pure.
#pragma once

#include <string>
#include <vector>

#include "domain/model/record.h"
#include "domain/session/entries.h"

namespace gw::session {

// The group of high-risk calls that this one is of (iam, organizations, kms, logging, network, secrets, data, or the service
// of one that `more` names as service:Action globs); empty: none. A group is told once for each session.
[[nodiscard]] std::string high_risk_group(const model::Record& record, const std::vector<std::string>& more);

}  // namespace gw::session

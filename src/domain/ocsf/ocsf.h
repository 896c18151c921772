// Access events in the Open Cybersecurity Schema Framework, version 1.3.0, with its cloud profile.
//
// What a watch matched, and every change (tampering), is a Detection Finding (2004). Any other access is an Authentication
// (3002). All attributes that these classes require are always there. The whole event, glasswatch.access.v1, stands under
// `unmapped.glasswatch`: the mapping loses nothing. One line without its newline, as json::append_string() writes text.
// Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "domain/model/access_event.h"

namespace gw::ocsf {

inline constexpr std::string_view kSchemaVersion = "1.3.0";

void append_event(std::string& out, const model::AccessEvent& event);

}  // namespace gw::ocsf

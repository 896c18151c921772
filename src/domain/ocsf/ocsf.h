// Access events in the Open Cybersecurity Schema Framework, version 1.4.0, with its cloud profile.
//
// What a watch matched, and every change (tampering), is a Detection Finding (2004). Any other access is an Authentication
// (3002). All attributes that these classes require are always there. The whole event, glasswatch.access.v1, stands under
// `unmapped.glasswatch`: the mapping loses nothing. One line without its newline, as json::append_string() writes text.
// Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "domain/model/access_event.h"
#include "domain/model/alert.h"
#include "domain/model/session.h"

namespace gw::ocsf {

inline constexpr std::string_view kSchemaVersion = "1.4.0";

void append_event(std::string& out, const model::AccessEvent& event);

// A fact to tell, as a Detection Finding: Create where it opens a session or is about none, Close where the session is over and
// acknowledged (not perhaps by the actor, when critical) and where a silence ended, else Update. `finding_info.uid` is the
// session's id, the key of a silence, else the alert's id; of a merge it is the session that is no more, and closed. `session`
// may be null. `fact` is one JSON object, and stands under `unmapped.glasswatch`; other texts are cut to kAlertText bytes.
inline constexpr std::size_t kAlertText = 256;
void append_alert(std::string& out, const model::Alert& alert, const model::Session* session, std::string_view fact);

}  // namespace gw::ocsf

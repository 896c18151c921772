// The wire form of an access event, `glasswatch.access.v1`: every field of the contract always present, null where
// unknown. One line without its newline; valid UTF-8; control characters escaped. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "domain/model/access_event.h"

namespace gw::model {

void append_access_json(std::string& out, const AccessEvent& event);
// With the session that it belongs to.
void append_access_json(std::string& out, const AccessEvent& event, std::string_view session_id);

// Adds one more of the `flags` to what append_access_json() wrote, and nothing else stands in `json`.
void add_flag_to_access_json(std::string& json, std::string_view flag);

}  // namespace gw::model

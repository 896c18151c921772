// What a store holds, as JSON for people and scripts: the same for the HTTP interface and for reports. Every text is escaped by
// json/write.h. Pure.
#pragma once

#include <string>

#include "engine/ports/store.h"

namespace gw::ports {

// glasswatch.access.v1 with `kind`, `kinds`, `high_risk` and `feeds` behind it.
void append_event_json(std::string& out, const StoredEvent& event);
void append_mute_json(std::string& out, const model::Mute& mute);
void append_coverage_json(std::string& out, const CoverageSighting& sighting);
// With the same members.
void append_coverage_json(std::string& out, const NeverHeard& account);
// With the payload as text where it is UTF-8, else as base64; without it for lists.
void append_quarantine_json(std::string& out, const QuarantineItem& item, bool with_payload);

}  // namespace gw::ports

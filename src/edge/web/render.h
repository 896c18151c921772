// Inside of edge/web: what is in the store as JSON. Every text is escaped by json/write.h. Pure.
#pragma once

#include <string>

#include "engine/pipeline/silence_watch.h"
#include "engine/ports/store.h"

namespace gw::web {

// glasswatch.access.v1 with `kind`, `kinds` and `high_risk` behind it.
void append_event_json(std::string& out, const ports::StoredEvent& event);
void append_alert_json(std::string& out, const ports::AlertView& view);
// A notification by itself, with what it is about.
void append_outbox_json(std::string& out, const model::Alert& alert, const model::Notification& notification);
void append_mute_json(std::string& out, const model::Mute& mute);
void append_coverage_json(std::string& out, const ports::CoverageSighting& sighting, const pipeline::QuietView& quiet);
// With the payload as text where it is UTF-8, else as base64; without it for lists.
void append_quarantine_json(std::string& out, const ports::QuarantineItem& item, bool with_payload);

}  // namespace gw::web

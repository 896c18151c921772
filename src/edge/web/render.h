// Inside of edge/web: what is in the store as JSON, beside engine/ports/store_json.h. Every text is escaped by json/write.h. Pure.
#pragma once

#include <string>

#include "engine/pipeline/lag_book.h"
#include "engine/pipeline/silence_watch.h"
#include "engine/ports/store_json.h"

namespace gw::web {

void append_alert_json(std::string& out, const ports::AlertView& view);
// A notification by itself, with what it is about.
void append_outbox_json(std::string& out, const model::Alert& alert, const model::Notification& notification);
// With what is known of its quiet.
void append_coverage_json(std::string& out, const ports::CoverageSighting& sighting, const pipeline::QuietView& quiet,
                          const coverage::LagCounts& lags);
void append_never_heard_json(std::string& out, const ports::NeverHeard& account);

}  // namespace gw::web

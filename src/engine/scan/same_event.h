// What a record is beside its text: which event it is, whether two of them are the same, and what duplicate keys make of it.
// Pure.
#pragma once

#include <string>

#include "domain/model/access_event.h"
#include "domain/model/record.h"

namespace gw::scan {

// eventID + newline + recipient account; without an eventID the canonical form (sorted keys, minimal escapes).
void append_event_key(std::string& out, const model::Record& record, std::string_view event_id);

// What makes two records of one event key the same event, however their JSON is written.
void append_content(std::string& out, const model::AccessEvent& event);

// Duplicate keys: the last one counts, and readings with earlier ones are tried up to so many.
inline constexpr unsigned kMaxOccurrences = 8;
[[nodiscard]] bool duplicates_decide(const model::Record& record);
// Whether a key stands in one of the deciding objects more often than readings are tried.
[[nodiscard]] bool occurs_too_often(const model::Record& record);

}  // namespace gw::scan

// One JSON object → Record ("CloudTrail record contents"). Lenient: old and new versions, missing and null fields, unknown
// fields. Pure; the Record's views live in the Value's Doc and text.
#pragma once

#include "base/json/doc.h"
#include "domain/model/record.h"

namespace gw::cloudtrail {

// `value` is an object (else an empty Record with wrong_type "record" comes back).
// `occurrence` chooses between duplicated deciding keys: the last one when `kLast`, else the n-th where there are so many.
inline constexpr unsigned kLast = ~0u;
[[nodiscard]] model::Record decode_record(json::Value value, unsigned occurrence = kLast);

// True when the object looks like a CloudTrail record at all: it has a string eventName or eventSource, or is one of
// CloudTrail's other kinds (Insight, aggregated event), which have neither.
enum class RecordKind : std::uint8_t { record, insight, aggregated, not_a_record };
[[nodiscard]] RecordKind kind_of(json::Value value);

}  // namespace gw::cloudtrail

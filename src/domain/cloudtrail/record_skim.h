// One record of a list without a tape: what it says in texts, which is enough to know of most calls that nobody asks about them.
//
// The same answers as decode_record(), or none: whatever is not plain (an escape, a duplicate key, another JSON type than CloudTrail's,
// a person of Identity Center, details of a service, another kind of record) is left to it. Pure.
#pragma once

#include <functional>

#include "base/json/doc.h"
#include "domain/model/record.h"

namespace gw::cloudtrail {

// Reads the record at the cursor of `doc`. When it is plain and `accept` agrees, the cursor stands behind it; else it is where it was.
// All but the Values of `record` (request, response, root, …) is filled then.
[[nodiscard]] bool skim_record(json::Doc& doc, model::Record& record,
                               const std::function<bool(const model::Record&)>& accept);

}  // namespace gw::cloudtrail

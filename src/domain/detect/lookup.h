// Record → the row that is about it. Internal to this folder; the index is built once and never changes: safe from any
// thread.
#pragma once

#include "domain/detect/families.h"

namespace gw::detect {

// The row whose eventSource and eventName are the record's, or nullptr. Both must match exactly: a source that merely
// begins or ends like a known one is nobody's. `signin.amazon.com`, which one AWS table prints, is read as signin.amazonaws.com.
[[nodiscard]] const EventRow* find_row(const model::Record& record);

}  // namespace gw::detect

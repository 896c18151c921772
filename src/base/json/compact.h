// A value written again: without white space, strings with the escapes of write.h and no others. Pure; recursion is bounded by
// the depth that Doc accepts.
#pragma once

#include <string>

#include "base/json/doc.h"

namespace gw::json {

inline constexpr unsigned kLastOccurrence = ~0u;

// Of duplicated keys only the n-th occurrence is written, at every level (the last, where there are fewer).
void append_compact(std::string& out, Value value, unsigned occurrence = kLastOccurrence);

// The same with the keys of objects sorted bytewise: equal for texts that mean the same, whatever their layout.
void append_canonical(std::string& out, Value value);

}  // namespace gw::json

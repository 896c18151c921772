// UUIDv7 (RFC 9562): ids that sort by the time they were made.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace gw {

// 36 characters. The first 48 bits are milliseconds of `time`; the others come from `a` and `b`. Pure.
[[nodiscard]] std::string uuid7(Time time, std::uint64_t a, std::uint64_t b);
// The same with bits from the system's random source. Safe from any thread.
[[nodiscard]] std::string random_uuid7(Time time);

}  // namespace gw

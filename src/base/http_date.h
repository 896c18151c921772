// Times in HTTP headers. Pure; safe from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace gw {

// `Wed, 21 Oct 2015 07:28:00 GMT`: the preferred form of RFC 9110 ("HTTP Semantics", 5.6.7) only.
[[nodiscard]] std::optional<Time> parse_http_date(std::string_view text);

// The value of Retry-After (the same, 10.2.3): whole seconds, or a date, of which none is left when it has passed. At most 24 days.
// nullopt when it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now);

}  // namespace gw

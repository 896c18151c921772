// Inside of edge/web: the target of a request, taken apart. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gw::web {

struct Target {
  std::vector<std::string> path;             // decoded segments: /a/b%2Fc is {"a", "b/c"}; / is {}
  std::map<std::string, std::string> query;  // decoded
};

// A path of at most 8 segments and a query of at most 32 parameters, each named once. Escapes must be complete, what comes
// out must be valid UTF-8 without control characters; `+` in a query is a space. Anything else: invalid_input.
[[nodiscard]] Result<Target> parse_target(std::string_view target);
// The same target as text.
[[nodiscard]] std::string to_string(const Target& target);

// `host`, `host:port`, `[v6]:port`: the host in lower case without port and brackets; nullopt when it is none.
[[nodiscard]] std::optional<std::string> host_of(std::string_view host_header);
// localhost, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace gw::web

// Inside of edge/net: the head of an answer as text.
#pragma once

#include <string>

#include "edge/net/http_server.h"

namespace gw::net {

struct Framing {
  bool keep_alive = true;
  bool is_http_10 = false;
  std::int64_t unix_seconds = 0;
};
// Status line and headers with the closing empty line. Line breaks in headers are taken out: they would be headers of
// their own.
[[nodiscard]] std::string response_head(const ServerResponse& response, const Framing& framing);
// May a body follow for that status?
[[nodiscard]] bool may_have_body(unsigned status);

}  // namespace gw::net

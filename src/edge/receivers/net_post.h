// HttpPost on edge/net's client.
#pragma once

#include "edge/net/http_client.h"
#include "edge/receivers/http_post.h"

namespace gw::receivers {

// With a client, and connections, of its own: make one for each receiver. Copies share it; calls from several threads wait for
// each other.
[[nodiscard]] HttpPost make_http_post(net::ClientOptions options);

}  // namespace gw::receivers

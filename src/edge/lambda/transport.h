// Calls to the Lambda Runtime API: plain HTTP/1.1 on a socket of our own, because it is the first thing that a new sandbox does,
// and a library for HTTP costs more time at start than everything else together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/lambda/response_reader.h"

namespace gw::lambda {

struct ApiAddress {
  std::string host;  // a name or an address, an IPv6 one without brackets
  std::uint16_t port = 80;
};

// The value of AWS_LAMBDA_RUNTIME_API: `host:port`, `host`, `[address]:port` ("Using the Lambda runtime API for custom runtimes").
// `invalid_input` for anything else.
[[nodiscard]] Result<ApiAddress> parse_api_address(std::string_view text);

struct ApiRequest {
  std::string_view method = "GET";
  std::string path;
  Headers headers;  // a line break in one is refused
  std::string_view body;
};

class ApiTransport {
 public:
  virtual ~ApiTransport() = default;
  // Any status is an answer, and so is one whose body was over the limit (too_long). There is no time limit: a sandbox is frozen
  // while it waits. A connection that has died since its last use, as after a thaw, is replaced, and the request sent
  // again. Errc: `unavailable` when nobody can be reached or the connection broke, `corrupt` for what is not HTTP, `invalid_input` for a
  // request that cannot be sent, `cancelled` once `stop` asks for it. One thread at a time; blocks.
  [[nodiscard]] virtual Result<ApiResponse> send(const ApiRequest& request, const std::stop_token& stop) = 0;
};

// Events are at most 6 MB ("Lambda quotas"), answers to our posts a few bytes.
inline constexpr std::size_t kMaxEvent = std::size_t{8} << 20;

// Connects with the first request.
[[nodiscard]] std::unique_ptr<ApiTransport> make_socket_transport(ApiAddress address,
                                                                  std::size_t body_limit = kMaxEvent);

}  // namespace gw::lambda

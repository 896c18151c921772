// One HTTP exchange, as the calls to AWS need it: an interface, so that tests put something else in its place, and libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/aws/uri.h"

namespace gw::aws {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https; sent as it is written
  Headers headers;  // a line break in one is refused
  std::string_view body;

  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{60'000};  // of everything
  std::chrono::milliseconds stall{20'000};    // without a single byte
  bool use_proxy = true;                      // false for addresses of this machine

  std::size_t body_limit = std::size_t{8} << 20;  // of what is kept; more is an error
  // When set, bodies of answers of the 200s go here piece by piece and are not kept; false ends the transfer, and send()
  // answers `cancelled`. May have been called when send() fails.
  std::function<bool(std::string_view)> on_body;
  std::stop_token stop{};  // ends the exchange within about a second: `cancelled`
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
  // The first one of that name (in lower case); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Any status is an answer; redirects are not followed. Errc: `unavailable` for what may pass, `invalid_input` for what
  // cannot be sent, `corrupt` for a body over its limit, `cancelled`. Messages hold neither path, query nor headers.
  // Safe from any thread; blocks.
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

struct CurlOptions {
  std::string ca_file;  // PEM; empty: AWS_CA_BUNDLE, SSL_CERT_FILE of the environment, then the system's
  std::string user_agent = "glasswatch/" GW_VERSION;
};

// Proxies come from the environment, as libcurl reads it: https_proxy, HTTPS_PROXY, http_proxy, ALL_PROXY, NO_PROXY.
// Connections are kept and shared between calls: as many as there were calls at a time.
[[nodiscard]] std::unique_ptr<Transport> make_curl_transport(CurlOptions options = {});

}  // namespace gw::aws

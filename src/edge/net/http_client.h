// One HTTP exchange at a time with somebody else's server, on libcurl.
//
// The addresses that come from configuration are secrets (a webhook's URL is its password) and may have been written by
// somebody who wants this machine to call its neighbours. Hence: https only, no redirects, the address that is really
// connected to is checked, and messages name scheme, host and port but never user, path or query.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gw::net {

struct ClientRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // a line break in one is refused
  std::string body;
};

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last one of a name
  std::string body;                            // at most ClientOptions::body_limit bytes of it
  bool truncated = false;                      // more would have come, or should have (status_suffices)
  // `name` in lower case; empty when it is not there.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct ClientOptions {
  std::chrono::milliseconds deadline{10'000};  // of the whole call: name, connection, TLS, answer
  std::size_t body_limit = std::size_t{1} << 20;
  // The status line and headers are an answer, although the body does not end in time or the connection breaks within it.
  bool status_suffices = false;
  // http as well, and any address. Otherwise https and addresses of the internet only.
  bool allow_private = false;
  std::string ca_file;  // PEM bundle; empty: the system's
  // As libcurl reads them: [scheme://][user:password@]host:port; empty: none. A proxy is chosen by the operator, so its own
  // address is not checked; behind it only literal addresses and localhost can be refused.
  std::string https_proxy;
  std::string http_proxy;
  std::string no_proxy;  // names (with all below them), addresses and networks, separated by commas; * is all
  std::string user_agent = "glasswatch/" GW_VERSION;
};

// Fills what is empty: proxies from (lower case before upper) https_proxy, http_proxy (lower case only, as a request header
// named Proxy would set the other one in CGI), all_proxy, no_proxy; ca_file from AWS_CA_BUNDLE, then SSL_CERT_FILE.
using ReadVariable = std::function<std::optional<std::string>(const char* name)>;
void fill_from_environment(ClientOptions& options, const ReadVariable& read);
void fill_from_environment(ClientOptions& options);  // of this process

// The proxy for a URL of that scheme and host (lower case, without brackets); empty: none.
[[nodiscard]] std::string proxy_for(const ClientOptions& options, std::string_view scheme, std::string_view host);

// Keeps its connections between calls. An answer with more than 256 KB of headers is none. One thread at a time; different objects are independent.
class HttpClient {
 public:
  explicit HttpClient(ClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Any status is an answer. Errc: `invalid_input` for a URL, method or header that cannot be used and for a CA file that
  // cannot be read; `denied` when every address of the host is refused; `unavailable` for all that may pass (no answer in
  // time, no connection, a certificate that does not verify). Blocks until `deadline` (default: of the options) at most.
  [[nodiscard]] Result<ClientResponse> send(const ClientRequest& request);
  [[nodiscard]] Result<ClientResponse> send(const ClientRequest& request, std::chrono::milliseconds deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::net

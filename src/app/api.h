// How commands ask a glasswatch: a running server over HTTP, or its store, read-only, by the server's own code without the
// network. Both answer with the same JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/io.h"
#include "base/result.h"

namespace gw::app {

struct ApiArguments {
  std::string config;
  std::string store;  // sqlite:PATH
  std::string url;
  std::string token;  // reference
};

struct ApiAnswer {
  unsigned status = 0;
  std::string body;
};

using Api =
    std::function<Result<ApiAnswer>(std::string_view method, const std::string& target, const std::string& body)>;

// The server at --url, else the one that --config (or GLASSWATCH_CONFIG) describes, else http://127.0.0.1:8080. The token is
// --token, else GLASSWATCH_TOKEN, else, for its own server, a shared operator's or admin's of the configuration. `invalid_input`:
// what is wrong with these.
[[nodiscard]] Result<Api> open_server(const ApiArguments& arguments, const Io& io);
// For commands that only read: the store that --store, --config or GLASSWATCH_CONFIG names, unless --url asks for a server; without any of
// them, the server.
[[nodiscard]] Result<Api> open_to_read(const ApiArguments& arguments, const Io& io);

// A component of a path or query, percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);
// `host:port` of a listener → the URL at which this machine reaches it.
[[nodiscard]] std::string local_url(const std::string& listen, bool tls);

}  // namespace gw::app

// How commands ask a glasswatch: over HTTP when a server runs, else by opening its store. Both answer with the same JSON,
// because the second way is the server's own code without the network.
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

// `may_open_store`: where no server answers, the store is opened (and held while the answer is made).
[[nodiscard]] Result<Api> open_api(const ApiArguments& arguments, const Io& io, bool may_open_store);

// A component of a path or query, percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);

}  // namespace gw::app

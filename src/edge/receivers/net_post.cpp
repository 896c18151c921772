#include "edge/receivers/net_post.h"

#include <memory>
#include <mutex>
#include <utility>

namespace gw::receivers {

HttpPost make_http_post(net::ClientOptions options) {
  struct Shared {
    explicit Shared(net::ClientOptions o) : client(std::move(o)) {}
    std::mutex mutex;
    net::HttpClient client;
  };
  options.body_limit = std::size_t{64} << 10;  // answers are short, and nobody is to fill our memory
  // Who has said 2xx has the message: telling it again because the rest of the answer is missing would be once too often.
  options.status_suffices = true;
  auto shared = std::make_shared<Shared>(std::move(options));
  return [shared](const std::string& url, const Headers& headers, const std::string& body,
                  std::chrono::milliseconds deadline) -> Result<Reply> {
    net::ClientRequest request;
    request.url = url;
    request.headers = headers;
    request.body = body;
    const std::lock_guard lock(shared->mutex);
    Result<net::ClientResponse> response = shared->client.send(request, deadline);
    if (!response) return std::move(response).error();
    return Reply{response->status, std::move(response->headers), std::move(response->body)};
  };
}

}  // namespace gw::receivers

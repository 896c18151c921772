#include "app/api.h"

#include <memory>
#include <utility>

#include "app/config/config.h"
#include "app/secrets.h"
#include "app/store_path.h"
#include "base/json/doc.h"
#include "edge/net/http_client.h"
#include "edge/store/sqlite/store.h"
#include "edge/web/web.h"

namespace gw::app {
namespace {

// Nothing can be delivered where no server runs.
class NoIngest final : public web::Ingest {
 public:
  void submit(ports::Delivery delivery) override {
    if (delivery.settle) delivery.settle(ports::Settled::unavailable);
  }
  bool has_room() override { return false; }
};

// Answers requests in this process.
struct Local {
  std::unique_ptr<ports::Store> store;
  NoIngest ingest;
  std::unique_ptr<web::Web> web;

  Result<ApiAnswer> ask(std::string_view method, const std::string& target, const std::string& body) {
    net::ServerRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"host", "127.0.0.1"}};
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = body;
    request.peer = "127.0.0.1";
    request.peer_is_loopback = true;
    ApiAnswer answer;
    const auto take = [&](const net::ServerResponse& response) {
      answer.status = response.status;
      answer.body = response.body;
    };
    if (const auto admission = web->admit(request); admission.refuse) {
      take(*admission.refuse);
      return answer;
    }
    web->handle(std::move(request), net::Responder([&](net::ServerResponse response) { take(response); }));
    return answer;
  }
};

std::string url_of(const std::string& listen, bool tls) {
  std::string host = listen;
  if (host.starts_with("0.0.0.0:")) host = "127.0.0.1" + host.substr(7);
  if (host.starts_with("[::]:")) host = "[::1]" + host.substr(4);
  return (tls ? "https://" : "http://") + host;
}

}  // namespace

std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

Result<Api> open_api(const ApiArguments& arguments, const Io& io, bool may_open_store) {
  DaemonConfig daemon;
  if (!arguments.config.empty()) {
    Loaded loaded = load_file(arguments.config);
    if (!loaded.problems.empty()) return Error{Errc::invalid_input, loaded.problems.front().to_string()};
    daemon = loaded.config.daemon;
  }
  if (!arguments.store.empty()) daemon.store = arguments.store;
  const bool names_store = !arguments.config.empty() || !arguments.store.empty();
  std::string url = arguments.url;
  if (url.empty()) url = url_of(daemon.http.listen, !daemon.http.certificate.empty());
  while (url.ends_with('/')) url.pop_back();

  std::string authorization;
  const bool named = !arguments.token.empty();
  const std::string reference = named ? arguments.token : "env:GLASSWATCH_TOKEN";
  if (named || io.environment("GLASSWATCH_TOKEN")) {
    auto secret = resolve_secret(reference, io.environment);
    if (!secret) return std::move(secret).error();
    authorization = "Bearer " + secret->reveal();
  }
  net::ClientOptions options;
  options.allow_private = true;  // it is the operator's own server
  net::fill_from_environment(options);
  auto client = std::make_shared<net::HttpClient>(options);
  Api remote = [client, url, authorization](std::string_view method, const std::string& target,
                                            const std::string& body) -> Result<ApiAnswer> {
    net::ClientRequest request;
    request.method = method;
    request.url = url + target;
    if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = body;
    auto response = client->send(request);
    if (!response) return std::move(response).error().in(url);
    return ApiAnswer{static_cast<unsigned>(response->status), std::move(response->body)};
  };
  if (!may_open_store || !arguments.url.empty() || !names_store) return remote;

  const auto alive = remote("GET", "/healthz", "");
  if (alive) return remote;
  const auto path = store_file(daemon.store);
  if (!path) return std::move(path).error();
  auto opened = sqlite::open(*path);
  if (!opened) return std::move(opened).error();
  auto local = std::make_shared<Local>();
  local->store = std::move(*opened);
  web::Hooks hooks;
  hooks.now = io.now;
  web::Config config;
  config.version = GW_VERSION;
  local->web = std::make_unique<web::Web>(std::move(config), *local->store, local->ingest, std::move(hooks));
  return Api([local](std::string_view method, const std::string& target, const std::string& body) {
    return local->ask(method, target, body);
  });
}

}  // namespace gw::app

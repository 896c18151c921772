#include "app/api.h"

#include <memory>
#include <optional>
#include <utility>

#include "app/config/config.h"
#include "app/config_place.h"
#include "app/secrets.h"
#include "app/store_path.h"
#include "edge/net/address.h"
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
  bool has_room(std::size_t) override { return false; }
};

// Answers requests in this process.
struct Local {
  std::unique_ptr<ports::Store> store;
  NoIngest ingest;
  std::unique_ptr<web::Web> web;

  ApiAnswer ask(std::string_view method, const std::string& target) {
    net::ServerRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"host", "127.0.0.1"}};
    request.peer = "127.0.0.1";
    request.peer_is_loopback = true;
    ApiAnswer answer;
    const auto take = [&](const net::ServerResponse& response) {
      answer.status = response.status;
      answer.body = response.body;
    };
    if (const auto admission = web->admit(request); admission.refuse) {
      take(*admission.refuse);
    } else {
      web->handle(std::move(request), net::Responder([&](const net::ServerResponse& response) { take(response); }));
    }
    return answer;
  }
};

// `arguments` with what the environment says instead of a missing --config.
ApiArguments completed(ApiArguments arguments, const Io& io) {
  if (arguments.config.empty() && arguments.store.empty() && arguments.url.empty())
    arguments.config = default_config(io);
  return arguments;
}

Result<DaemonConfig> read_config(const ApiArguments& arguments, const Io& io) {
  DaemonConfig daemon;
  if (!arguments.config.empty()) {
    Loaded loaded = load_config(arguments.config, io);
    if (!loaded.problems.empty()) return Error{Errc::invalid_input, loaded.problems.front().to_string()};
    daemon = std::move(loaded.config.daemon);
  }
  if (!arguments.store.empty()) daemon.store = arguments.store;
  return daemon;
}

// The value of the Authorization header; empty: none.
Result<std::string> authorization(const ApiArguments& arguments, const DaemonConfig& daemon, const Io& io) {
  std::string reference = arguments.token;
  if (reference.empty() && io.environment("GLASSWATCH_TOKEN")) reference = "env:GLASSWATCH_TOKEN";
  if (!reference.empty()) {
    auto secret = resolve_secret(reference, io);
    if (!secret) return std::move(secret).error();
    return "Bearer " + secret->reveal();
  }
  // Whoever can read the configuration's secrets may use them for its own server, but for those that speak in somebody's name.
  if (!arguments.url.empty()) return std::string();
  for (const TokenConfig& token : daemon.http.tokens) {
    if (!token.person.empty() || (token.role != "operator" && token.role != "admin")) continue;
    if (auto secret = resolve_secret(token.token, io); secret) return "Bearer " + secret->reveal();
  }
  return std::string();
}

// A token must not travel readable over a network.
bool is_safe_for_tokens(std::string_view url) {
  if (!url.starts_with("http://")) return true;
  std::string_view host = url.substr(7);
  host = host.substr(0, host.find('/'));
  if (host.starts_with("[")) {
    host = host.substr(0, host.find(']') + 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (host == "localhost") return true;
  const auto address = net::parse_address(host);
  return address && net::is_loopback(*address);
}

Result<Api> server(const ApiArguments& arguments, const DaemonConfig& daemon, const Io& io) {
  std::string url = arguments.url;
  if (url.empty()) url = local_url(daemon.http.listen, !daemon.http.certificate.empty());
  while (url.ends_with('/')) url.pop_back();
  auto header = authorization(arguments, daemon, io);
  if (!header) return std::move(header).error();
  if (!header->empty() && !is_safe_for_tokens(url)) {
    return Error{Errc::invalid_input, "a token is not sent over http to another machine; use https"};
  }
  net::ClientOptions options;
  options.allow_private = true;  // it is the operator's own server
  options.deadline = std::chrono::milliseconds(30'000);
  options.body_limit = std::size_t{64} << 20;
  net::fill_from_environment(options);
  auto client = std::make_shared<net::HttpClient>(options);
  return Api([client, url, header = std::move(*header)](std::string_view method, const std::string& target,
                                                        const std::string& body) -> Result<ApiAnswer> {
    net::ClientRequest request;
    request.method = method;
    request.url = url + target;
    if (!header.empty()) request.headers.emplace_back("Authorization", header);
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = body;
    auto response = client->send(request);
    if (!response) {
      Error error = std::move(response).error();
      if (error.code == Errc::unavailable)
        error.message += " (is `glasswatch serve` running there? --url names another)";
      return error;
    }
    if (response->truncated) return Error{Errc::unavailable, "the answer is too long; ask for less with --limit"};
    return ApiAnswer{static_cast<unsigned>(response->status), std::move(response->body)};
  });
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

std::string local_url(const std::string& listen, bool tls) {
  std::string host = listen;
  if (host.starts_with("0.0.0.0:")) host = "127.0.0.1" + host.substr(7);
  if (host.starts_with("[::]:")) host = "[::1]" + host.substr(4);
  return (tls ? "https://" : "http://") + host;
}

Result<Api> open_server(const ApiArguments& given, const Io& io) {
  const ApiArguments arguments = completed(given, io);
  auto daemon = read_config(arguments, io);
  if (!daemon) return std::move(daemon).error();
  return server(arguments, *daemon, io);
}

Result<Api> open_to_read(const ApiArguments& given, const Io& io) {
  const ApiArguments arguments = completed(given, io);
  auto daemon = read_config(arguments, io);
  if (!daemon) return std::move(daemon).error();
  if (!arguments.url.empty() || (arguments.config.empty() && arguments.store.empty())) {
    return server(arguments, *daemon, io);
  }
  const auto path = store_file(daemon->store);
  if (!path) return path.error();
  auto opened = sqlite::open_to_read(*path);
  if (!opened) return std::move(opened).error();
  auto local = std::make_shared<Local>();
  local->store = std::move(*opened);
  web::Hooks hooks;
  hooks.now = io.now;
  web::Config config;
  local->web = std::make_unique<web::Web>(std::move(config), *local->store, local->ingest, std::move(hooks));
  return Api([local](std::string_view method, const std::string& target, const std::string&) -> Result<ApiAnswer> {
    return local->ask(method, target);
  });
}

}  // namespace gw::app

// Who may ask what: routes, tokens and permissions. Everything is decided from the head of a request, so that a body is read
// only for those who may send one; handle() decides again, because a configuration may have changed in between.
#include "edge/web/web.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <variant>

#include "edge/web/call.h"
#include "edge/web/press_desk.h"
#include "edge/web/slack_socket.h"
#include "edge/web/target.h"

namespace gw::web {
namespace {

constexpr std::size_t kSmallBody = std::size_t{64} << 10;
constexpr std::size_t kPressBody = std::size_t{256} << 10;  // it holds the message that was pressed

bool fits(std::string_view pattern, const std::vector<std::string>& path, std::vector<std::string>& arguments) {
  arguments.clear();
  for (const std::string& segment : path) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    if (pattern.substr(0, end) == "*") {
      arguments.push_back(segment);
    } else if (pattern.substr(0, end) != segment) {
      return false;
    }
    pattern.remove_prefix(end);
  }
  return pattern.empty();
}

struct Found {
  const Route* route = nullptr;
  std::string allow;  // methods of that path
};

Found find_route(std::string_view method, const std::vector<std::string>& path, std::vector<std::string>& arguments) {
  if (method == "HEAD") method = "GET";
  Found found;
  std::vector<std::string> fitting;
  for (const auto routes : {health_routes(), read_routes(), act_routes(), quarantine_routes(), slack_routes(),
                            ingest_routes(), page_routes()}) {
    for (const Route& route : routes) {
      const std::string_view pattern = route.path == "/" ? std::string_view{} : route.path;
      if (!fits(pattern, path, fitting)) continue;
      found.allow += (found.allow.empty() ? "" : ", ") + std::string(route.method);
      if (route.method != method) continue;
      found.route = &route;
      arguments = fitting;
    }
  }
  return found;
}

bool is_json(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  constexpr std::string_view kJson = "application/json";
  return content_type.size() == kJson.size() &&
         std::equal(kJson.begin(), kJson.end(), content_type.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
}

bool has_body(const net::ServerRequest& head) {
  if (head.count("transfer-encoding") > 0) return true;
  const std::string_view length = head.header("content-length");
  return !length.empty() && length != "0";
}

// As far as it is told beforehand.
std::size_t length_of(const net::ServerRequest& head) {
  const std::string_view text = head.header("content-length");
  std::size_t length = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  return error == std::errc{} && stop == text.data() + text.size() ? length : 0;
}

net::ServerResponse unauthorized(bool was_wrong) {
  net::ServerResponse response = net::problem(401, was_wrong ? "the token is none of ours" : "a token is needed");
  response.headers.emplace_back("WWW-Authenticate", was_wrong ? R"(Bearer realm="glasswatch", error="invalid_token")"
                                                              : R"(Bearer realm="glasswatch")");
  return response;
}

}  // namespace

struct Web::State {
  State(ports::Store& to, Ingest& into, Hooks given)
      : hooks(std::move(given)), desk(to, hooks, presses), sockets(hooks, presses, desk), services{to,      into,
                                                                                                   hooks,   failures,
                                                                                                   presses, desk,
                                                                                                   sockets} {}

  Hooks hooks;
  FailureLimit failures;
  Presses presses;
  std::mutex mutex;
  std::shared_ptr<const Config> config;
  PressDesk desk;
  SlackSockets sockets;  // what they hear goes to the desk
  Services services;

  struct Judged {
    const Route* route = nullptr;
    Call call;
  };
  using Judgement = std::variant<Judged, net::ServerResponse>;
  Judgement judge(const net::ServerRequest& head);
  std::variant<Caller, net::ServerResponse> identify(const net::ServerRequest& head, const Config& now_valid,
                                                     const Route& route, Time now);
  std::optional<net::ServerResponse> object(const net::ServerRequest& head, const Route& route, const Call& call);
};

std::variant<Caller, net::ServerResponse> Web::State::identify(const net::ServerRequest& head, const Config& now_valid,
                                                               const Route& route, Time now) {
  const bool is_open = route.permission == Permission::none || (now_valid.open_metrics && route.path == "/metrics");
  if (is_open) return Caller{"anybody", {}, Role::viewer, false, {}};
  if (now_valid.tokens.empty()) {
    if (const std::string_view why = local_refusal(head); !why.empty()) {
      net::ServerResponse response = unauthorized(false);
      response.body = net::problem(401, why).body;
      return response;
    }
    return Caller{"local", {}, Role::operator_, true, {}};
  }
  std::optional<std::string_view> secret = bearer(head);
  if (route.body == Body::firehose && head.count("x-amz-firehose-access-key") == 1) {
    secret = head.header("x-amz-firehose-access-key");
  }
  if (!secret) return unauthorized(false);
  const auto token = find_token(now_valid.tokens, *secret);
  const bool is_in_time =
      token ? failures.succeeded(head.peer, now_valid.tokens[*token].hash, now, now_valid.failed_tokens)
            : failures.failed(head.peer, now, now_valid.failed_tokens);
  if (!is_in_time) {
    net::ServerResponse response = net::problem(429, "too many wrong tokens came from there");
    response.headers.emplace_back("Retry-After", "60");
    return response;
  }
  if (!token) return unauthorized(true);
  const Token& found = now_valid.tokens[*token];
  return Caller{found.name, found.person, found.role, false, found.accounts};
}

std::optional<net::ServerResponse> Web::State::object(const net::ServerRequest& head, const Route& route,
                                                      const Call& call) {
  if (!call.caller.may(route.permission)) {
    return net::problem(403, "the role " + std::string(to_string(call.caller.role)) + " may not do that");
  }
  if (!route.has_query && !call.query.empty()) {
    return net::problem(400, "there is no parameter " + call.query.begin()->first.substr(0, 64));
  }
  if (route.body == Body::json) {
    if (has_body(head) && !is_json(head.header("content-type"))) return net::problem(415, "application/json is needed");
    // Without a body and without a type a page of somebody else's could send it; see local_refusal() for what stops that.
    if (head.count("content-encoding") > 0) return net::problem(415, "the body has to come as it is");
  } else if (route.body == Body::form) {
    if (head.count("content-encoding") > 0) return net::problem(415, "the body has to come as it is");
  } else if (route.body != Body::none) {
    const std::string_view encoding = head.header("content-encoding");
    if (!encoding.empty() && encoding != "gzip" && encoding != "x-gzip" && encoding != "identity") {
      return net::problem(415, "only gzip is understood as Content-Encoding");
    }
    if (!services.ingest.has_room(length_of(head))) return come_back_later("too much is in flight");
  }
  return std::nullopt;
}

Web::State::Judgement Web::State::judge(const net::ServerRequest& head) {
  Judged judged;
  Call& call = judged.call;
  call.now = hooks.now();
  {
    const std::lock_guard lock(mutex);
    call.config = config;
  }
  auto target = parse_target(head.target);
  if (!target) return problem_of(target.error());
  const Found found = find_route(head.method, target->path, call.arguments);
  if (found.route == nullptr) {
    net::ServerResponse response =
        found.allow.empty() ? net::problem(404, "there is nothing here") : net::problem(405, "not with this method");
    if (!found.allow.empty()) response.headers.emplace_back("Allow", found.allow);
    return response;
  }
  judged.route = found.route;
  call.query = std::move(target->query);
  auto caller = identify(head, *call.config, *found.route, call.now);
  std::optional<net::ServerResponse> refusal;
  if (auto* refused = std::get_if<net::ServerResponse>(&caller)) {
    refusal = std::move(*refused);
  } else {
    call.caller = std::move(std::get<Caller>(caller));
    refusal = object(head, *found.route, call);
  }
  if (!refusal) return judged;
  if (found.route->body == Body::firehose) {
    return firehose_answer(head, refusal->status, call.now, net::reason_phrase(refusal->status));
  }
  return std::move(*refusal);
}

Web::Web(Config config, ports::Store& store, Ingest& ingest, Hooks hooks)
    : state_(std::make_unique<State>(store, ingest, std::move(hooks))) {
  reload(std::move(config));
}
Web::~Web() = default;

void Web::reload(Config config) {
  auto next = std::make_shared<const Config>(std::move(config));
  {
    const std::lock_guard lock(state_->mutex);
    state_->config = next;
  }
  state_->sockets.reload(next);
}

std::vector<std::string> Web::doubts() const { return socket_doubts(state_->sockets); }

net::Handler::Admission Web::admit(const net::ServerRequest& head) {
  Admission admission;
  auto judgement = state_->judge(head);
  if (auto* refused = std::get_if<net::ServerResponse>(&judgement)) {
    admission.refuse = std::move(*refused);
    return admission;
  }
  const State::Judged& judged = std::get<State::Judged>(judgement);
  switch (judged.route->body) {
    case Body::none: break;
    case Body::json: admission.body_limit = kSmallBody; break;
    case Body::form: admission.body_limit = kPressBody; break;
    case Body::event: admission.body_limit = judged.call.config->eventbridge_limit; break;
    case Body::delivery:
    case Body::firehose: admission.body_limit = judged.call.config->ingest_limit; break;
  }
  return admission;
}

void Web::handle(net::ServerRequest request, net::Responder responder) {
  auto judgement = state_->judge(request);
  if (auto* refused = std::get_if<net::ServerResponse>(&judgement)) return responder.send(std::move(*refused));
  State::Judged& judged = std::get<State::Judged>(judgement);
  judged.call.request = std::move(request);
  if (judged.route->take != nullptr) {
    judged.route->take(state_->services, std::move(judged.call), std::move(responder));
  } else {
    responder.send(judged.route->answer(state_->services, judged.call));
  }
}

}  // namespace gw::web

#include "app/demo.h"

#include <algorithm>

#include "base/json/doc.h"
#include "base/json/write.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxMessages = 300;
constexpr std::size_t kMaxBody = std::size_t{256} * 1024;

net::ServerResponse json_answer(std::string body) {
  net::ServerResponse response;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(body);
  return response;
}

}  // namespace

std::vector<std::string> DemoSlack::messages() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const Posted& posted : posted_) out.push_back(posted.json);
  return out;
}

net::Handler::Admission DemoSlack::admit(const net::ServerRequest& head) {
  if (!head.peer_is_loopback) return {0, net::problem(403, "")};
  return {kMaxBody, std::nullopt};
}

void DemoSlack::handle(net::ServerRequest request, net::Responder responder) {
  const std::string target = request.target.substr(0, request.target.find('?'));
  if (target.ends_with("/auth.test")) return responder.send(json_answer(R"({"ok":true,"team":"demo"})"));
  if (target.ends_with("/chat.postMessage")) return responder.send(json_answer(post(request.body, false)));
  if (target.ends_with("/chat.update")) return responder.send(json_answer(post(request.body, true)));
  responder.send(json_answer(R"({"ok":false,"error":"unknown_method"})"));
}

std::string DemoSlack::post(const std::string& body, bool update) {
  json::Doc doc;
  if (!doc.parse(body) || !doc.root().is_object()) return R"({"ok":false,"error":"invalid_json"})";
  const json::Value message = doc.root();
  const std::lock_guard lock(mutex_);
  std::string ts(message["ts"].text());
  if (update) {
    const auto old = std::find_if(posted_.begin(), posted_.end(), [&](const Posted& p) { return p.ts == ts; });
    if (old == posted_.end()) return R"({"ok":false,"error":"message_not_found"})";
  } else {
    // Slack's: seconds, and a number that makes it unique.
    const std::string number = std::to_string(++count_);
    ts = std::to_string(now_().micros / 1'000'000) + "." +
         std::string(6 - std::min<std::size_t>(6, number.size()), '0') + number;
  }
  Posted posted{ts, "{\"at\":"};
  json::append_string(posted.json, format_time(now_()));
  posted.json += ",\"receiver\":\"demo\",\"ts\":";
  json::append_string(posted.json, ts);
  posted.json += ",\"thread_ts\":";
  json::append_string_or_null(posted.json, message["thread_ts"].text());
  posted.json += ",\"text\":";
  json::append_string(posted.json, message["text"].text());
  posted.json += ",\"blocks\":";
  posted.json += message["blocks"].is_array() ? message["blocks"].raw() : std::string_view("[]");
  posted.json += "}";
  const auto old = std::find_if(posted_.begin(), posted_.end(), [&](const Posted& p) { return p.ts == ts; });
  if (old != posted_.end()) {
    *old = std::move(posted);
  } else {
    posted_.push_front(std::move(posted));
    if (posted_.size() > kMaxMessages) posted_.pop_back();
  }
  std::string answer = R"({"ok":true,"channel":"C0DEMO","ts":)";
  json::append_string(answer, ts);
  return answer + "}";
}

void add_demo_receiver(AppConfig& config, const std::string& url) {
  ReceiverConfig slack;
  slack.name = "demo";
  slack.type = "slack";
  slack.token = "env:GLASSWATCH_DEMO_TOKEN";
  slack.channel = "C0DEMO";
  slack.allow_private = true;
  slack.api_url = url;
  config.daemon.receivers = {slack};
  config.receivers = {slack.name};
}

void add_demo_token(Io& io) {
  const auto before = io.environment;
  io.environment = [before](const std::string& name) -> std::optional<std::string> {
    if (name == "GLASSWATCH_DEMO_TOKEN") return "demo";
    return before(name);
  };
}

}  // namespace gw::app

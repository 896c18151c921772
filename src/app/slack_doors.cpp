#include "app/slack_doors.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/receiver_secrets.h"
#include "base/json/doc.h"
#include "edge/receivers/net_post.h"

namespace gw::app {
namespace {

constexpr std::chrono::milliseconds kSlackCall{2'000};  // whoever presses is answered within three seconds

// Slack's own word for what is wrong, when it is one.
std::string reason_of(json::Value answer) {
  const std::string_view word = answer["error"].text();
  const bool is_word = !word.empty() && word.size() <= 64 &&
                       std::all_of(word.begin(), word.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
  return "Slack did not accept it" + (is_word ? ": " + std::string(word) : "");
}

Result<receivers::Reply> ask_slack(const receivers::HttpPost& post, const receivers::SecretText& token,
                                   const std::string& url, const std::string& body) {
  const auto secret = token();
  if (!secret) return secret.error();
  const bool is_json = body.starts_with('{');
  return post(url,
              {{"authorization", "Bearer " + *secret},
               {"content-type", is_json ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded"}},
              body, kSlackCall);
}

// The answer's body, when it says ok.
Result<std::string> body_of(const Result<receivers::Reply>& reply) {
  if (!reply) return reply.error();
  json::Doc doc;
  if (reply->status != 200)
    return Error{Errc::unavailable, "Slack answered with status " + std::to_string(reply->status)};
  if (!doc.parse(reply->body)) return Error{Errc::unavailable, "Slack's answer is damaged"};
  if (!doc.root()["ok"].boolean().value_or(false)) return Error{Errc::unavailable, reason_of(doc.root())};
  return reply->body;
}

Result<std::string> socket_url(const Result<receivers::Reply>& reply) {
  const auto answer = body_of(reply);
  if (!answer) return answer;
  json::Doc doc;
  if (!doc.parse(*answer) || doc.root()["url"].text().empty())
    return Error{Errc::unavailable, "Slack gave no address to connect to"};
  return std::string(doc.root()["url"].text());
}

Result<web::SlackDoor> make_door(const ReceiverConfig& r, const Io& io) {
  web::SlackDoor door;
  door.receiver = r.name;
  door.team = r.team;
  door.app = r.app;
  receivers::SecretText token;
  receivers::SecretText app_token;
  ReceiverSecrets secrets(io);
  for (const Status& taken : {secrets.take(r.signing_secret, door.signing_secret), secrets.take(r.token, token),
                              secrets.take(r.app_token, app_token)}) {
    if (!taken) return taken.error();
  }
  door.network.allow_private = r.allow_private;
  net::fill_from_environment(door.network);
  std::string base = r.api_url.empty() ? receivers::Config{}.api_url : r.api_url;
  if (!base.ends_with('/')) base.push_back('/');
  // What is whispered follows an answer that was given: no other answer is to wait for it.
  door.call = [post = receivers::make_http_post(door.network), whisper = receivers::make_http_post(door.network), token,
               base](const std::string& method, const std::string& body) {
    return body_of(ask_slack(method == "chat.postEphemeral" ? whisper : post, token, base + method, body));
  };
  if (!app_token) return door;
  door.socket = r.app_token + " " + base + (r.allow_private ? " private" : "");
  // With a client of its own: no press waits for a connection that does not come about.
  door.open_socket = [post = receivers::make_http_post(door.network), app_token, url = base + "apps.connections.open",
                      now = io.now](std::chrono::seconds& pause) {
    const auto reply = ask_slack(post, app_token, url, {});
    if (reply) pause = receivers::retry_after(*reply, now()).value_or(pause);
    return socket_url(reply);
  };
  return door;
}

}  // namespace

bool takes_presses(const ReceiverConfig& receiver) {
  return receiver.type == "slack" && !receiver.token.empty() &&
         !(receiver.signing_secret.empty() && receiver.app_token.empty());
}

Result<std::vector<web::SlackDoor>> make_slack_doors(const AppConfig& config, const Io& io) {
  std::vector<web::SlackDoor> doors;
  for (const ReceiverConfig& r : config.daemon.receivers) {
    if (!takes_presses(r)) continue;
    auto door = make_door(r, io);
    if (!door) return std::move(door).error().in("receiver " + r.name);
    doors.push_back(std::move(*door));
  }
  return doors;
}

}  // namespace gw::app

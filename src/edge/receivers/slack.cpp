// Order of calls for a session that is told already: edit first, post second. An edit can be repeated without harm, so that when
// the post fails, all of it is simply done again. Slack has no idempotency key: a post whose answer got lost is posted
// twice, and nobody can prevent that.
#include "edge/receivers/slack.h"

#include <algorithm>
#include <array>

#include "base/json/doc.h"
#include "base/json/write.h"

namespace gw::receivers {
namespace {

using ports::Claim;
using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// Slack's words are lower case letters and underscores; anything else is not repeated.
std::string word(std::string_view text) {
  const bool is_word = !text.empty() && text.size() <= 60 &&
                       std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_word ? std::string(text) : "an unknown error";
}

const Claim* with_session(const Message& message) {
  for (const Claim& claim : message.facts) {
    if (claim.session) return &claim;
  }
  return nullptr;
}

bool is_about_none(const Message& message) {
  return message.facts.front().alert.session_id.empty() || with_session(message) == nullptr;
}

// {"channel":…,"text":…,"blocks":[…] — without the closing brace.
std::string payload(const std::string& channel, const SlackText& text) {
  std::string out = "{";
  if (!channel.empty()) {
    out += "\"channel\":";
    json::append_string(out, channel);
    out.push_back(',');
  }
  out += "\"text\":";
  json::append_string(out, text.text);
  out += ",\"blocks\":" + text.blocks + R"(,"mrkdwn":false,"parse":"none","link_names":false)";
  return out;
}

constexpr std::string_view kNoUnfurl = R"(,"unfurl_links":false,"unfurl_media":false)";

SendResult accepted(std::string reason, std::string reference) {
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = std::move(reason);
  result.reference = std::move(reference);
  return result;
}

}  // namespace

SendVerdict judge_slack_error(std::string_view error) {
  constexpr std::array<std::string_view, 10> kPassing = {
      "ratelimited",       "rate_limited",       "internal_error",
      "fatal_error",       "request_timeout",    "service_unavailable",
      "team_added_to_org", "org_login_required", "external_channel_migrating",  // a migration, which ends
      "rollup_error"};
  return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end() ? SendVerdict::retry
                                                                              : SendVerdict::refused;
}

bool is_about_token(std::string_view error) {
  constexpr std::array<std::string_view, 5> kWords = {"invalid_auth", "not_authed", "token_revoked", "token_expired",
                                                      "account_inactive"};
  return std::find(kWords.begin(), kWords.end(), error) != kWords.end();
}

struct SlackApp::Call {
  Call(const Config& c, const HttpPost& p, Time at, milliseconds deadline)
      : config(c), post(p), now(at), end(Steady::now() + deadline) {}

  const Config& config;
  const HttpPost& post;
  Time now;
  Steady::time_point end;
  std::string error;  // of the last call: Slack's word
  std::string ts;
  std::string channel;

  SendResult operator()(std::string_view method, const std::string& body) { return ask(method, body, config.token); }

  SendResult ask(std::string_view method, const std::string& body, const SecretText& secret) {
    error.clear();
    const Result<std::string> token = secret();  // may take a while where AWS keeps it
    if (!token) return retry("token: " + token.error().message);
    const auto left = std::chrono::duration_cast<milliseconds>(end - Steady::now());
    if (left.count() <= 0) return retry("no time was left");
    const Result<Reply> reply =
        post(config.api_url + std::string(method),
             {{"authorization", "Bearer " + *token}, {"content-type", "application/json; charset=utf-8"}}, body, left);
    SendResult result = judge(reply, now);
    if (result.verdict != SendVerdict::accepted) {
      result.reason = std::string(method) + ": " + result.reason;
      return result;
    }
    json::Doc doc;
    if (!doc.parse(reply->body)) return retry(std::string(method) + ": the answer is no JSON");
    const json::Value root = doc.root();
    if (root["ok"].boolean().value_or(false)) {
      ts = root["ts"].text();
      channel = root["channel"].text();
      return accepted("ok", ts);
    }
    error = word(root["error"].text());
    result.verdict = judge_slack_error(error);
    result.about_secret = is_about_token(error);
    result.reason = std::string(method) + ": ok:false " + error;
    if (result.verdict == SendVerdict::retry) result.retry_after = retry_after(*reply, now);
    return result;
  }
};

SlackApp::SlackApp(Config config, HttpPost post)
    : config_(std::move(config)), look_{config_.mention, config_.links, config_.buttons}, post_(std::move(post)) {
  if (!config_.api_url.ends_with('/')) config_.api_url.push_back('/');
}

ports::Receiver::Traits SlackApp::traits() const {
  Traits t;
  t.threads = true;
  t.pause = milliseconds(1000);
  return t;
}

SendResult SlackApp::send(const Message& message, milliseconds deadline) {
  Call call(config_, post_, message.now, deadline);
  if (is_about_none(message)) {
    std::string body = payload(config_.channel, alert_message(message, look_));
    return call("chat.postMessage", body.append(kNoUnfurl) + "}");
  }
  for (const Claim& claim : message.facts) {
    if (claim.thread && !claim.thread->ts.empty()) return follow_session(message, *claim.thread, call);
  }
  return open_session(message, call);
}

SendResult SlackApp::open_session(const Message& message, Call& call) {
  std::string body = payload(config_.channel, session_message(message, look_));
  SendResult result = call("chat.postMessage", body.append(kNoUnfurl) + "}");
  if (result.verdict != SendVerdict::accepted || call.ts.empty()) return result;
  const Claim& claim = *with_session(message);
  // A channel's name is answered with its id, which edits need.
  const std::string& channel = call.channel.empty() ? config_.channel : call.channel;
  result.thread =
      model::Thread{config_.name, claim.session->id, channel, call.ts, message.now, session_shown(message, look_)};
  close_merged(message, call);
  return result;
}

SendResult SlackApp::follow_session(const Message& message, const model::Thread& before, Call& call) {
  model::Thread thread = before;
  if (const std::uint64_t shown = session_shown(message, look_); shown != thread.shown) {
    Message edit = message;
    edit.quiet = true;  // an edit mentions nobody
    std::string body = payload(thread.channel, session_message(edit, look_));
    body += ",\"ts\":";
    json::append_string(body, thread.ts);
    SendResult result = call("chat.update", body + "}");
    if (result.verdict == SendVerdict::accepted) {
      thread.shown = shown;
    } else if (call.error == "message_not_found" || call.error == "thread_not_found") {
      Message again = message;  // somebody deleted it
      again.is_first = true;
      again.quiet = true;
      return open_session(again, call);
    } else if (result.verdict == SendVerdict::retry || call.error.empty() || is_about_token(call.error) ||
               call.error == "is_archived" || call.error == "channel_not_found" || call.error == "missing_scope") {
      return result;
    }
    // What else may be wrong with an edit (a time limit of the workspace, say) does not keep the facts from being told.
  }
  const bool is_edit_only = std::all_of(message.facts.begin(), message.facts.end(), [](const Claim& c) {
    return c.alert.kind == model::AlertKind::session_acknowledged;
  });
  SendResult result = accepted("ok", thread.ts);
  if (!is_edit_only) {
    std::string body = payload(thread.channel, thread_message(message, look_));
    body += ",\"thread_ts\":";
    json::append_string(body, thread.ts);
    result = call("chat.postMessage", body.append(kNoUnfurl) + "}");
    if (result.verdict != SendVerdict::accepted) return result;
    thread.posted_at = message.now;
  }
  thread.session_id = with_session(message)->session->id;
  result.thread = thread;
  close_merged(message, call);
  return result;
}

// The first messages of sessions that were merged into this one say so. Best effort: the facts are told already.
void SlackApp::close_merged(const Message& message, Call& call) {
  for (const Claim& claim : message.facts) {
    if (claim.alert.kind != model::AlertKind::session_merged) continue;
    for (const model::Thread& other : claim.alias_threads) {
      if (other.ts.empty() || other.session_id != claim.alert.fact) continue;
      std::string body = payload(other.channel, merged_message(message, other.session_id, look_));
      body += ",\"ts\":";
      json::append_string(body, other.ts);
      call("chat.update", body + "}");
    }
  }
}

SendResult SlackApp::check(milliseconds deadline) {
  Call call(config_, post_, Time{}, deadline);
  SendResult result = call("auth.test", "{}");
  // A connection is asked for and not made: that would take presses away from the daemon that has one.
  if (result.verdict == SendVerdict::accepted && config_.app_token)
    result = call.ask("apps.connections.open", "{}", config_.app_token);
  return result;
}

SlackWebhook::SlackWebhook(Config config, HttpPost post)
    : config_(std::move(config)), look_{config_.mention, config_.links}, post_(std::move(post)) {}

ports::Receiver::Traits SlackWebhook::traits() const {
  Traits t;
  t.threads = true;  // so that facts of a session come together
  t.pause = milliseconds(1000);
  t.digests_only = true;
  return t;
}

SendResult SlackWebhook::send(const Message& message, milliseconds deadline) {
  const Result<std::string> url = config_.webhook_url();
  if (!url) return retry("webhook_url: " + url.error().message);
  const SlackText text = is_about_none(message) ? alert_message(message, look_)
                         : message.is_first     ? session_message(message, look_)
                                                : thread_message(message, look_, true);
  const Result<Reply> reply = post_(*url, {{"content-type", "application/json; charset=utf-8"}},
                                    payload({}, text).append(kNoUnfurl) + "}", deadline);
  SendResult result = judge_service(reply, message.now);
  if (reply && result.verdict != SendVerdict::accepted && reply->status >= 300)
    result.reason += " " + word(reply->body);
  if (result.verdict == SendVerdict::accepted && !is_about_none(message))
    result.thread = model::Thread{config_.name, with_session(message)->session->id, {}, {}, message.now, 0};
  return result;
}

SendResult SlackWebhook::check(milliseconds) {
  const Result<std::string> url = config_.webhook_url();
  if (!url) return refused("webhook_url: " + url.error().message);
  if (!url->starts_with("https://") && !url->starts_with("http://")) return refused("webhook_url is no URL");
  return accepted("an incoming webhook cannot be tried without posting", {});
}

}  // namespace gw::receivers

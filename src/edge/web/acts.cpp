// What people decide: acknowledgements, notes, mutes, retries, test alerts. Each is one commit, so that it is in the ledger.
#include <algorithm>
#include <array>

#include "edge/web/call.h"
#include "edge/web/render.h"
#include "engine/pipeline/operate.h"
#include "engine/pipeline/respond.h"

namespace gw::web {
namespace {

constexpr std::int64_t kLongestSpanMicros = std::int64_t{1000} * 24 * 3600 * 1'000'000;  // adds up without overflow

net::ServerResponse session_or_why(const Result<model::Session>& session) {
  if (!session) {
    const Error& error = session.error();
    return error.code == Errc::denied ? net::problem(403, error.message) : problem_of(error);
  }
  std::string body;
  model::append_session_json(body, *session);
  return respond_json(200, body + "\n");
}

net::ServerResponse acknowledge(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 3> kMembers = {"note", "ticket", "kind"};
  auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  model::Response mine;
  mine.at = call.now;
  mine.by = call.caller.author();
  mine.via = "api";
  mine.note = (*given)["note"];
  mine.ticket = (*given)["ticket"];
  if (const std::string& kind = (*given)["kind"]; !kind.empty()) {
    const auto known = model::parse_response_kind(kind);
    if (!known) return net::problem(400, "kind is acknowledged, handling, false_alarm or reason");
    mine.kind = *known;
  }
  auto answer = pipeline::respond(s.store, *s.hooks.settings(), call.arguments[0], mine, !call.caller.person.empty());
  if (!answer) return problem_of(answer.error());
  if (answer->is_own && mine.kind != model::ResponseKind::reason)
    return net::problem(403, "nobody acknowledges a session of their own; what you said is kept");
  return session_or_why(std::move(answer->session));
}

net::ServerResponse note(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 1> kMembers = {"note"};
  const auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  if (!given->contains("note")) return net::problem(400, "note is needed");
  return session_or_why(
      pipeline::add_note(s.store, call.arguments[0], {call.now, call.caller.author(), given->at("note")}));
}

net::ServerResponse list_mutes(const Services& s, const Call& call) {
  bool with_ended = false;
  for (const auto& [name, value] : call.query) {
    if (name != "ended" || (value != "true" && value != "false")) {
      return net::problem(400, "the only parameter is ended, true or false");
    }
    with_ended = value == "true";
  }
  auto found = s.store.mutes(with_ended);
  if (!found) return problem_of(found.error());
  return respond_json(200, page_json(ports::Page<model::Mute>{std::move(*found), {}}, ports::append_mute_json));
}

net::ServerResponse add_mute(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 5> kMembers = {"watch", "account_id", "session_id", "reason", "until"};
  auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  model::Mute mute;
  mute.watch = (*given)["watch"];
  mute.account_id = (*given)["account_id"];
  mute.session_id = (*given)["session_id"];
  mute.reason = (*given)["reason"];
  mute.author = call.caller.author();
  if (mute.reason.empty()) return net::problem(400, "reason is needed");
  const std::string& until = (*given)["until"];
  if (const auto time = parse_time(until)) {
    mute.until = *time;
  } else if (const auto span = parse_duration_micros(until); span && *span <= kLongestSpanMicros) {
    mute.until = Time{call.now.micros + *span};
  } else {
    return net::problem(400, "until is needed: a time (RFC 3339), or for how long (2h)");
  }
  if (mute.until <= call.now) return net::problem(400, "until has to lie in the future");
  if (mute.watch.empty() && mute.account_id.empty() && mute.session_id.empty()) {
    return net::problem(400, "one of watch, account_id and session_id is needed");
  }
  const auto id = pipeline::add_mute(s.store, mute, call.now);
  if (!id) return problem_of(id.error());
  mute.id = *id;
  mute.created_at = call.now;
  std::string body;
  ports::append_mute_json(body, mute);
  body.back() = ',';
  body += "\"note\":\"critical alerts are not muted: they are folded into their session's thread\"}\n";
  return respond_json(201, body);
}

net::ServerResponse end_mute(const Services& s, const Call& call) {
  const auto in_query = call.query.find("id");
  if (call.query.size() > (in_query == call.query.end() ? 0u : 1u))
    return net::problem(400, "the only parameter is id");
  const std::string id = !call.arguments.empty()        ? call.arguments[0]
                         : in_query == call.query.end() ? std::string()
                                                        : in_query->second;
  if (const Status done = pipeline::end_mute(s.store, id, call.caller.author(), call.now); !done) {
    return problem_of(done.error());
  }
  const auto all = s.store.mutes(true);
  if (!all) return problem_of(all.error());
  const auto found = std::find_if(all->begin(), all->end(), [&](const model::Mute& mute) { return mute.id == id; });
  if (found == all->end()) return net::problem(404, "there is no such mute");
  std::string body;
  ports::append_mute_json(body, *found);
  return respond_json(200, body + "\n");
}

net::ServerResponse retry(const Services& s, const Call& call) {
  if (const Status done = s.store.retry(call.arguments[0], call.now); !done) return problem_of(done.error());
  return respond_json(202, "{\"status\":\"due\"}\n");
}

net::ServerResponse alert_test(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 1> kMembers = {"receiver"};
  const auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  if (!given->contains("receiver")) return net::problem(400, "receiver is needed");
  if (!s.hooks.alert_test) return net::problem(404, "there is no way to send one");
  const auto sent = s.hooks.alert_test(given->at("receiver"), call.caller.author());
  if (!sent) return problem_of(sent.error());
  std::string body = R"({"status":"due","alert_id":)";
  json::append_string(body, *sent);
  return respond_json(202, body + "}\n");
}

constexpr std::array<Route, 8> kActs{{
    {"POST", "/api/v1/sessions/*/ack", Permission::operate, Body::json, false, acknowledge, nullptr},
    {"POST", "/api/v1/sessions/*/notes", Permission::operate, Body::json, false, note, nullptr},
    {"GET", "/api/v1/mutes", Permission::read, Body::none, true, list_mutes, nullptr},
    {"POST", "/api/v1/mutes", Permission::operate, Body::json, false, add_mute, nullptr},
    {"DELETE", "/api/v1/mutes", Permission::operate, Body::none, true, end_mute, nullptr},
    {"DELETE", "/api/v1/mutes/*", Permission::operate, Body::none, false, end_mute, nullptr},
    {"POST", "/api/v1/alerts/*/retry", Permission::operate, Body::json, false, retry, nullptr},
    {"POST", "/api/v1/alert-test", Permission::operate, Body::json, false, alert_test, nullptr},
}};

}  // namespace

std::span<const Route> act_routes() { return kActs; }

}  // namespace gw::web

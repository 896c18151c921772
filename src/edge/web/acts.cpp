// What people decide: acknowledgements, notes, mutes, retries, test alerts. Each is one commit, so that it is in the ledger.
#include <algorithm>
#include <array>
#include <cctype>

#include "base/uuid.h"
#include "edge/web/call.h"
#include "edge/web/render.h"

namespace gw::web {
namespace {

constexpr std::size_t kNotes = 200;                                                      // of one session
constexpr std::int64_t kLongestSpanMicros = std::int64_t{1000} * 24 * 3600 * 1'000'000;  // adds up without overflow

bool is_same_person(std::string_view a, std::string_view b) {
  return !a.empty() && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                  [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_actor(const model::Session& session, const Caller& caller) {
  return is_same_person(caller.person, session.principal.name) || is_same_person(caller.person, session.session_name) ||
         is_same_person(caller.person, session.principal.id) || is_same_person(caller.person, session.principal.arn);
}

void make_notifications(const Services& s, const Call& call, ports::Commit& commit) {
  if (s.hooks.notify) return s.hooks.notify(commit, call.now);
  for (const model::Alert& alert : commit.alerts) {
    const auto& receivers = alert.receivers.empty() ? call.config->default_receivers : alert.receivers;
    for (const std::string& receiver : receivers) {
      model::Notification notification;
      notification.id = random_uuid7(call.now);
      notification.alert_id = alert.id;
      notification.receiver = receiver;
      notification.due_at = notification.created_at = call.now;
      commit.notifications.push_back(std::move(notification));
    }
  }
}

model::Alert acknowledged_alert(const model::Session& session, const Call& call) {
  model::Alert alert;
  alert.id = random_uuid7(call.now);
  alert.kind = model::AlertKind::session_acknowledged;
  alert.key = std::string(to_string(alert.kind)) + '|' + session.id + '|';
  alert.session_id = session.id;
  alert.severity = session.severity.value_or(model::Severity::high);
  alert.watch = session.watch;
  alert.receivers = session.receivers;
  alert.reason = "acknowledged by " + session.acknowledged->by;
  alert.data.clear();
  {
    Object data(alert.data);
    data.text("by", session.acknowledged->by);
    data.text("via", session.acknowledged->via);
    data.text("note", session.acknowledged->note);
  }
  alert.created_at = call.now;
  alert.config_hash = call.config->config_hash;
  return alert;
}

// Loads the session, has `change` change it, writes it. `change` answers why not, or nothing; it may be called again.
template <class Change>
net::ServerResponse change_session(const Services& s, const Call& call, Change change) {
  ports::Ask ask;
  ask.session_ids = {call.arguments[0]};
  std::optional<net::ServerResponse> refused;
  model::Session after;
  const Status done = s.store.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit;
    commit.at = call.now;
    const auto alias = loaded.aliases.find(call.arguments[0]);
    const std::string& id = alias == loaded.aliases.end() ? call.arguments[0] : alias->second;
    const auto found = std::find_if(loaded.sessions.begin(), loaded.sessions.end(),
                                    [&](const model::Session& session) { return session.id == id; });
    if (found == loaded.sessions.end()) {
      refused = net::problem(404, "there is no such session");
      return commit;
    }
    after = *found;
    refused = change(after, commit);
    if (refused) return ports::Commit{};
    if (!(after == *found)) commit.sessions.push_back({after, {}});
    make_notifications(s, call, commit);
    return commit;
  });
  if (!done) return problem_of(done.error());
  if (refused) return std::move(*refused);
  std::string body;
  model::append_session_json(body, after);
  return respond_json(200, body + "\n");
}

using Refusal = std::optional<net::ServerResponse>;

Refusal add_note(model::Session& session, const Call& call, const std::string& text) {
  if (session.notes.size() >= kNotes) return net::problem(409, "the session has all the notes that it can hold");
  session.notes.push_back({call.now, call.caller.author(), text});
  return std::nullopt;
}

net::ServerResponse acknowledge(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 1> kMembers = {"note"};
  const auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  const std::string note = given->contains("note") ? given->at("note") : std::string();
  return change_session(s, call, [&](model::Session& session, ports::Commit& commit) -> Refusal {
    if (is_actor(session, call.caller)) return net::problem(403, "nobody acknowledges a session of their own");
    // The first acknowledgement stands; what somebody has to say after it is a note.
    if (session.acknowledged) return note.empty() ? std::nullopt : add_note(session, call, note);
    session.acknowledged = {call.now, call.caller.author(), "api", note, !call.caller.person.empty()};
    commit.alerts.push_back(acknowledged_alert(session, call));
    return std::nullopt;
  });
}

net::ServerResponse note(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 1> kMembers = {"note"};
  const auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  if (!given->contains("note")) return net::problem(400, "note is needed");
  return change_session(s, call, [&](model::Session& session, ports::Commit&) -> Refusal {
    return add_note(session, call, given->at("note"));
  });
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
  return respond_json(200, page_json(ports::Page<model::Mute>{std::move(*found), {}}, append_mute_json));
}

net::ServerResponse add_mute(const Services& s, const Call& call) {
  static constexpr std::array<std::string_view, 5> kMembers = {"watch", "account_id", "session_id", "reason", "until"};
  auto given = json_texts(call.request.body, kMembers);
  if (!given) return problem_of(given.error());
  model::Mute mute;
  mute.id = random_uuid7(call.now);
  mute.watch = (*given)["watch"];
  mute.account_id = (*given)["account_id"];
  mute.session_id = (*given)["session_id"];
  mute.reason = (*given)["reason"];
  mute.author = call.caller.author();
  mute.created_at = call.now;
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
  const Status done = s.store.commit({}, [&](const ports::Loaded&) {
    ports::Commit commit;
    commit.at = call.now;
    commit.mutes = {mute};
    return commit;
  });
  if (!done) return problem_of(done.error());
  std::string body;
  append_mute_json(body, mute);
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
  auto all = s.store.mutes(true);
  if (!all) return problem_of(all.error());
  const auto found = std::find_if(all->begin(), all->end(), [&](const model::Mute& mute) { return mute.id == id; });
  if (found == all->end()) return net::problem(404, "there is no such mute");
  if (!found->ended_at) {
    found->ended_at = call.now;
    found->ended_by = call.caller.author();
    const Status done = s.store.commit({}, [&](const ports::Loaded&) {
      ports::Commit commit;
      commit.at = call.now;
      commit.mutes = {*found};
      return commit;
    });
    if (!done) return problem_of(done.error());
  }
  std::string body;
  append_mute_json(body, *found);
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

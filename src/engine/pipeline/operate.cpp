#include "engine/pipeline/operate.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/json/write.h"
#include "base/uuid.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

using model::Alert;
using model::AlertKind;
using model::Session;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Alert acknowledged_alert(const Session& session, const Settings& settings) {
  Alert alert;
  alert.id = random_uuid7(session.acknowledged->at);
  alert.kind = AlertKind::session_acknowledged;
  alert.key = std::string(to_string(alert.kind)) + "|" + session.id + "|";
  alert.session_id = session.id;
  alert.severity = session.severity.value_or(model::Severity::high);
  alert.watch = session.watch;
  alert.receivers = session.receivers;
  alert.reason = "acknowledged by " + session.acknowledged->by;
  alert.data = "{\"by\":";
  json::append_string(alert.data, session.acknowledged->by);
  alert.data += ",\"via\":";
  json::append_string(alert.data, session.acknowledged->via);
  alert.data += ",\"note\":";
  json::append_string_or_null(alert.data, session.acknowledged->note);
  alert.data += "}";
  alert.created_at = session.acknowledged->at;
  alert.config_hash = settings.config_hash;
  return alert;
}

// Loads a session by id or alias, has `change` change it, writes it when it did. `change` may be called several times.
using Change = std::function<Status(Session&, const ports::Loaded&, ports::Commit&)>;
Result<Session> change_session(ports::Committer& store, const std::string& id, Time now, const Change& change) {
  ports::Ask ask;
  ask.session_ids = {id};
  std::optional<Session> after;
  Status verdict = ok();
  const Status status = store.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit;
    commit.at = now;
    const auto alias = loaded.aliases.find(id);
    const std::string& real = alias == loaded.aliases.end() ? id : alias->second;
    const auto found = std::find_if(loaded.sessions.begin(), loaded.sessions.end(),
                                    [&](const Session& session) { return session.id == real; });
    if (found == loaded.sessions.end()) {
      verdict = Error{Errc::not_found, "there is no such session"};
      return commit;
    }
    after = *found;
    verdict = change(*after, loaded, commit);
    if (verdict && !(*after == *found)) commit.sessions.push_back({*after, {}});
    return commit;
  });
  if (!status) return status.error();
  if (!verdict) return verdict.error();
  return std::move(*after);
}

}  // namespace

bool is_actor(const Session& session, std::string_view person) {
  if (person.empty()) return false;
  const model::Principal& who = session.principal;
  for (const std::string_view name : {std::string_view(who.name), std::string_view(who.id), std::string_view(who.arn),
                                      std::string_view(session.session_name)}) {
    if (!name.empty() && is_same(name, person)) return true;
  }
  return false;
}

Result<Session> acknowledge(ports::Committer& store, const Settings& settings, const std::string& session_id,
                            model::Acknowledgement acknowledgement) {
  const Time now = acknowledgement.at;
  return change_session(
      store, session_id, now, [&](Session& session, const ports::Loaded& loaded, ports::Commit& commit) -> Status {
        if (is_actor(session, acknowledgement.by))
          return Error{Errc::denied, "nobody acknowledges a session of their own"};
        if (session.acknowledged) return ok();
        session.acknowledged = acknowledgement;
        // A person, and one who can be told from the actor.
        session.acknowledged->independent = acknowledgement.independent && !session.principal.name.empty();
        route(settings, {acknowledged_alert(session, settings)}, loaded, commit);
        return ok();
      });
}

Result<Session> add_note(ports::Committer& store, const std::string& session_id, model::Note note) {
  if (note.text.empty() || note.text.size() > kMaxNoteText)
    return Error{Errc::invalid_input, "a note has between 1 and " + std::to_string(kMaxNoteText) + " bytes"};
  return change_session(store, session_id, note.at,
                        [&](Session& session, const ports::Loaded&, ports::Commit&) -> Status {
                          if (session.notes.size() >= kMaxNotes)
                            return Error{Errc::invalid_input, "the session has all the notes that it can hold"};
                          session.notes.push_back(note);
                          return ok();
                        });
}

Result<std::string> add_mute(ports::Committer& store, model::Mute mute, Time now) {
  if (mute.author.empty() || mute.reason.empty())
    return Error{Errc::invalid_input, "a mute needs an author and a reason"};
  if (!(now < mute.until)) return Error{Errc::invalid_input, "a mute needs an end that is still to come"};
  mute.id = random_uuid7(now);
  mute.created_at = now;
  mute.ended_at.reset();
  const Status status = store.commit({}, [&](const ports::Loaded&) {
    ports::Commit commit;
    commit.at = now;
    commit.mutes.push_back(mute);
    return commit;
  });
  if (!status) return status.error();
  return mute.id;
}

Status end_mute(ports::Store& store, const std::string& mute_id, const std::string& by, Time now) {
  auto mutes = store.mutes(true);
  if (!mutes) return mutes.error();
  const auto found = std::find_if(mutes->begin(), mutes->end(), [&](const model::Mute& m) { return m.id == mute_id; });
  if (found == mutes->end()) return Error{Errc::not_found, "there is no such mute"};
  if (found->ended_at || !(now < found->until)) return ok();
  found->ended_at = now;
  found->ended_by = by;
  return store.commit({}, [&](const ports::Loaded&) {
    ports::Commit commit;
    commit.at = now;
    commit.mutes.push_back(*found);
    return commit;
  });
}

Result<std::string> alert_test(ports::Committer& store, const Settings& settings, const std::string& receiver,
                               const std::string& by, Time now) {
  Alert alert;
  alert.id = random_uuid7(now);
  alert.kind = AlertKind::alert_test;
  alert.key = std::string(to_string(alert.kind)) + "|" + alert.id + "|";
  alert.severity = model::Severity::info;
  alert.receivers = {receiver};
  alert.reason = "a test, asked for by " + by;
  alert.created_at = now;
  alert.event_time = now;
  alert.config_hash = settings.config_hash;
  model::Notification notification;
  notification.id = random_uuid7(now);
  notification.alert_id = alert.id;
  notification.receiver = receiver;
  notification.created_at = now;
  notification.due_at = now;
  const Status status = store.commit({}, [&](const ports::Loaded&) {
    ports::Commit commit;
    commit.at = now;
    commit.alerts = {alert};
    commit.notifications = {notification};
    return commit;
  });
  if (!status) return status.error();
  return alert.id;
}

}  // namespace gw::pipeline

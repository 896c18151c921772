#include "engine/pipeline/operate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json/write.h"
#include "base/uuid.h"
#include "engine/pipeline/change_session.h"

namespace gw::pipeline {
namespace {

using model::Alert;
using model::AlertKind;
using model::Session;

}  // namespace

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

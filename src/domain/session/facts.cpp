#include "domain/session/facts.h"

#include <algorithm>
#include <utility>

#include "base/json/write.h"
#include "domain/model/access_json.h"
#include "domain/session/keys.h"
#include "domain/session/merge.h"

namespace gw::session {
namespace {

using model::Alert;
using model::AlertKind;
using model::Session;

constexpr std::size_t kMaxFoldTexts = 20;

Alert begin(AlertKind kind, std::string_view subject, std::string_view fact, const Context& context) {
  Alert alert;
  alert.id = context.new_id(context.now);
  alert.kind = kind;
  alert.fact = fact;
  alert.key = std::string(to_string(kind)) + "|" + std::string(subject) + "|" + std::string(fact);
  alert.created_at = context.now;
  alert.config_hash = context.config_hash;
  return alert;
}

Alert about(const Session& session, AlertKind kind, std::string_view fact, const Context& context) {
  Alert alert = begin(kind, session.id, fact, context);
  alert.session_id = session.id;
  alert.severity = session.severity.value_or(model::Severity::high);
  alert.watch = session.watch;
  alert.receivers = session.receivers;
  alert.event_time = session.started_at;
  if (!session.planned.empty() && session.all_planned) alert.planned = session.planned.front();
  return alert;
}

std::string with_counts(const std::map<std::string, std::uint64_t>& counts) {
  std::string out = "{";
  for (const auto& [text, count] : counts) {
    if (out.size() > 1) out.push_back(',');
    json::append_string(out, text);
    out += ":" + std::to_string(count);
  }
  return out + "}";
}

void count(std::map<std::string, std::uint64_t>& counts, const std::string& text) {
  if (text.empty()) return;
  const auto at = counts.find(text);
  if (at != counts.end()) {
    ++at->second;
  } else if (counts.size() < kMaxFoldTexts) {
    counts.emplace(text, 1);
  } else if (text < counts.rbegin()->first) {  // the smallest are kept, whatever came first
    counts.erase(std::prev(counts.end()));
    counts.emplace(text, 1);
  }
}

bool waits(const Session& session, const model::EscalationStep& step) {
  return !step.told_at && session.severity.value_or(model::Severity::high) >= step.least;
}

// Escalation knows no lapse: that nobody answered is not mended by credentials that have expired. What is planned as a whole was
// announced to people, and calls nobody.
std::optional<Time> next_step(const Session& session) {
  if (is_answered(session) || session.all_planned) return std::nullopt;
  std::optional<Time> next;
  for (const model::EscalationStep& step : session.escalation) {
    if (waits(session, step) && (!next || step.due_at < *next)) next = step.due_at;
  }
  return next;
}

void escalate(Session& session, const Context& context, std::vector<Alert>& alerts) {
  if (is_answered(session) || session.all_planned) return;
  for (std::size_t i = 0; i < session.escalation.size(); ++i) {
    model::EscalationStep& step = session.escalation[i];
    if (!waits(session, step) || step.due_at > context.now) continue;
    step.told_at = context.now;
    const std::string number = std::to_string(i + 1);
    Alert alert = about(session, AlertKind::session_escalated, number, context);
    alert.receivers = step.to;
    const std::int64_t minutes = (step.due_at.micros - session.opened_at.micros) / 60'000'000;
    alert.reason =
        (session.acknowledged ? "not acknowledged by anybody who is known to be another person than the actor"
                              : "not acknowledged") +
        std::string(" within ") + std::to_string(minutes) + " min: step " + number;
    alert.data = "{\"step\":" + number + ",\"due_at\":";
    json::append_string(alert.data, format_time(step.due_at));
    alert.data += "}";
    alerts.push_back(std::move(alert));
  }
}

void tell_once(Session& session, const std::string& told, const Context& context, std::vector<Alert>& alerts,
               AlertKind kind, std::string_view fact, std::string reason, std::optional<Time> event_time = {}) {
  if (!session.told.insert(told).second) return;
  Alert alert = about(session, kind, fact, context);
  alert.reason = std::move(reason);
  if (event_time) alert.event_time = event_time;
  alerts.push_back(std::move(alert));
}

}  // namespace

bool is_change(const model::AccessEvent& e) {
  return e.mechanism == model::Mechanism::tamper || e.also.has(model::Mechanism::tamper) || e.emergency_path_change;
}

void tell_facts(Session& session, const Context& context, std::vector<Alert>& alerts) {
  tell_once(session, "opened", context, alerts, AlertKind::session_opened, {},
            session.mechanisms.empty() ? "calls by watched credentials; how they got in was not seen"
                                       : "watch " + session.watch + " matched");
  for (const auto& [group, sighting] : session.high_risk) {
    tell_once(session, "high_risk|" + group, context, alerts, AlertKind::session_high_risk, group,
              "first high-risk call of its kind in this session", sighting.first);
  }
  for (std::size_t n = 2; n <= session.addresses.size(); ++n) {
    tell_once(session, "address|" + std::to_string(n), context, alerts, AlertKind::session_new_address,
              std::to_string(n), "another source address in this session");
  }
}

std::string access_data(const model::Entry& entry, std::string_view session_id) {
  std::string out = "{\"access\":";
  model::append_access_json(out, entry.event, session_id);
  return out + "}";
}

Alert change_alert(const model::Entry& entry, std::string session_id, const Context& context) {
  const model::AccessEvent& e = entry.event;
  const AlertKind kind = e.emergency_path_change ? AlertKind::emergency_path : AlertKind::tamper;
  Alert alert = begin(kind, entry.event_key, e.event_name, context);
  alert.session_id = std::move(session_id);
  alert.severity = e.severity.value_or(model::Severity::critical);
  alert.watch = e.watch;
  alert.receivers = e.receivers;
  alert.reason = "watch " + e.watch + " matched";
  alert.event_time = e.event_time;
  alert.planned = e.planned;
  alert.data = access_data(entry, alert.session_id);
  return alert;
}

Alert merged_alert(const Session& session, const std::string& absorbed, const Context& context) {
  Alert alert = about(session, AlertKind::session_merged, absorbed, context);
  alert.also = escalated_to(session);  // who was called for either: a pager has an incident to close
  alert.reason = "a late record showed that two sessions are one";
  alert.data = "{\"merged\":";
  json::append_string(alert.data, absorbed);
  alert.data += "}";
  return alert;
}

Alert fold_alert(const model::Fold& fold, const Context& context) {
  Alert alert = begin(AlertKind::access_denied, fold.key, std::to_string(fold.generation), context);
  alert.severity = fold.severity;
  alert.watch = fold.watch;
  alert.receivers = fold.receivers;
  alert.reason = "attempts that failed, counted for 15 minutes";
  alert.event_time = fold.first;
  std::string& out = alert.data;
  out = "{\"count\":" + std::to_string(fold.count) + ",\"first\":";
  json::append_string(out, format_time(fold.first));
  out += ",\"last\":";
  json::append_string(out, format_time(fold.last));
  out += ",\"mechanism\":";
  json::append_string(out, to_string(fold.mechanism));
  out += ",\"account_id\":";
  json::append_string_or_null(out, fold.account_id);
  out += ",\"account_name\":";
  json::append_string_or_null(out, fold.account_name);
  out += ",\"role\":";
  json::append_string_or_null(out, fold.role);
  out += ",\"principals\":" + with_counts(fold.principals) + ",\"addresses\":" + with_counts(fold.addresses) +
         ",\"errors\":" + with_counts(fold.errors) + ",\"first_event_id\":";
  json::append_string_or_null(out, fold.first_event_id);
  out += "}";
  return alert;
}

std::string fold_key(const model::AccessEvent& e, Time received_at) {
  const std::int64_t at = e.event_time.value_or(received_at).micros;
  const std::int64_t window = (at >= 0 ? at : at - kFoldMicros + 1) / kFoldMicros * kFoldMicros;
  return e.account_id + "|" + std::string(to_string(e.mechanism)) + "|" + e.role + "|" + std::to_string(window);
}

void add_failure(model::Fold& fold, const model::Entry& entry) {
  const model::AccessEvent& e = entry.event;
  const Time at = e.event_time.value_or(Time{});
  const bool fresh = fold.count == 0;
  if (fresh) {
    fold.account_id = e.account_id;
    fold.role = e.role;
    fold.mechanism = e.mechanism;
    fold.window = Time{(at.micros >= 0 ? at.micros : at.micros - kFoldMicros + 1) / kFoldMicros * kFoldMicros};
    fold.severity = model::Severity::info;
    fold.next_due = plus(fold.window, kFoldMicros + kGraceMicros);
  }
  if (fold.account_name.empty()) fold.account_name = e.account_name;
  ++fold.count;
  if (fresh || at < fold.first || (at == fold.first && e.event_id < fold.first_event_id)) {
    fold.first = at;
    fold.first_event_id = e.event_id;
  }
  fold.last = fresh ? at : std::max(fold.last, at);
  const model::Severity severity = e.severity.value_or(model::Severity::medium);
  if (fresh || severity > fold.severity || (severity == fold.severity && e.watch < fold.watch)) {
    fold.severity = severity;
    fold.watch = e.watch;
  }
  for (const std::string& receiver : e.receivers) {
    if (std::find(fold.receivers.begin(), fold.receivers.end(), receiver) == fold.receivers.end())
      fold.receivers.insert(std::lower_bound(fold.receivers.begin(), fold.receivers.end(), receiver), receiver);
  }
  const model::Principal& who = e.principal;
  count(fold.principals, !who.name.empty() ? who.name : !who.arn.empty() ? who.arn : who.id);
  count(fold.addresses, e.source_ip);
  count(fold.errors, e.error_code.empty() ? e.error_message : e.error_code);
}

std::optional<Time> next_due(const Session& session) {
  if (session.backfilled)  // of which nothing is told
    return session.state == model::SessionState::open ? std::optional(lapse_time(session)) : std::nullopt;
  const std::optional<Time> step = next_step(session);
  if (session.state != model::SessionState::open) return step;
  const Time lapse = lapse_time(session);
  // A digest for what is going on; what is over by then is summed up by the lapse.
  const Time digest = plus(session.told_at, kDigestMicros);
  const Time due = session.calls > session.told_calls && digest < lapse ? digest : lapse;
  return step ? std::min(*step, due) : due;
}

Changes sweep(std::span<const Session> sessions, std::span<const model::Fold> folds, const Context& context) {
  Changes changes;
  for (Session session : sessions) {
    if (!session.next_due || *session.next_due > context.now) continue;
    escalate(session, context, changes.alerts);
    const Time lapse = lapse_time(session);
    if (session.state != model::SessionState::open) {
      // Nothing but steps.
    } else if (lapse <= context.now) {
      session.state = model::SessionState::lapsed;
      session.lapsed_at = lapse;
      session.told_calls = session.calls;
      if (session.backfilled) {  // nobody was told that it is there
        session.next_due.reset();
        changes.sessions.push_back({std::move(session), {}});
        continue;
      }
      Alert alert = about(session, AlertKind::session_lapsed, std::to_string(lapse.micros / 1'000'000), context);
      alert.also = escalated_to(session);
      alert.event_time = lapse;
      alert.reason = session.by_identity ? "no call for 30 minutes" : "its credentials have expired";
      changes.alerts.push_back(std::move(alert));
    } else if (session.calls > session.told_calls && !session.backfilled &&
               plus(session.told_at, kDigestMicros) <= context.now) {
      ++session.digests;
      session.told_calls = session.calls;
      session.told_at = context.now;
      Alert alert = about(session, AlertKind::session_digest, std::to_string(session.digests), context);
      alert.event_time = session.last_seen_at;
      alert.reason = "it is active";
      changes.alerts.push_back(std::move(alert));
    }
    session.next_due = next_due(session);
    changes.sessions.push_back({std::move(session), {}});
  }
  for (model::Fold fold : folds) {
    if (!fold.next_due || *fold.next_due > context.now) continue;
    fold.next_due.reset();
    if (fold.count > fold.told) {
      fold.told = fold.count;
      ++fold.generation;
      changes.alerts.push_back(fold_alert(fold, context));
    }
    changes.folds.push_back(std::move(fold));
  }
  return changes;
}

}  // namespace gw::session

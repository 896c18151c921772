// Every event is one POST whose answer is 202; PagerDuty itself folds events of one dedup_key, so that a try whose answer was lost
// does no harm.
//
// Facts of one session may come in another order than they happened: each has tries of its own. So what is sent follows from the
// session as it is now. An opening that gets through after its acknowledgement makes an incident that is acknowledged, and one that
// gets through after all is over makes none: PagerDuty forgot the `acknowledge` or `resolve` that came before, and nobody would
// send it again.
#include "edge/receivers/pagerduty.h"

#include <algorithm>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "base/sha256.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {
namespace {

using model::AlertKind;
using ports::Claim;
using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// "Send an event": limits of the fields. Texts are cut in bytes, of which a character has at least one.
constexpr std::size_t kSummaryLimit = 1024;
constexpr std::size_t kDedupLimit = 255;

enum class Action : std::uint8_t { nothing, trigger, trigger_acknowledged, acknowledge, resolve };

// As for escalation: what may be the actor's own word ends no page about a critical session.
bool is_answered(const Claim& claim) {
  const model::Session& s = *claim.session;
  if (!s.acknowledged) return false;
  return s.acknowledged->independent || s.severity.value_or(claim.alert.severity) != model::Severity::critical;
}

// Where the session is not known any more, there is nothing that it could follow.
bool is_follow_up(AlertKind kind) {
  return kind == AlertKind::session_digest || kind == AlertKind::session_response ||
         kind == AlertKind::session_acknowledged || kind == AlertKind::session_lapsed ||
         kind == AlertKind::session_merged;
}

bool is_over(const Claim& claim) { return claim.session->state == model::SessionState::lapsed; }

// Has it an incident that can say that it is over? Of many sessions at once most were told in a summary, and none of these is to
// page by itself when it ends. The incident of one that was merged into it counts, which is resolved. What was planned at first may
// have paged nobody; what another receiver refused is told whatever came before.
bool has_incident(const Claim& claim) {
  return claim.thread || !claim.alias_threads.empty() || !claim.session->planned.empty() ||
         !claim.notification.rerouted_from.empty();
}

// A fact that was there before somebody answered, or before the end of what is answered, calls nobody any more.
Action late_or(Action otherwise, const Claim& claim) {
  if (!is_answered(claim)) return otherwise;
  const model::Session& s = *claim.session;
  const bool is_before_answer = claim.alert.created_at <= s.acknowledged->at;
  if (!is_over(claim)) return is_before_answer ? Action::trigger_acknowledged : otherwise;
  const bool is_before_end = s.lapsed_at && claim.alert.created_at <= *s.lapsed_at;
  return is_before_answer || is_before_end ? Action::nothing : otherwise;
}

Action action_of(const Claim& claim) {
  if (claim.alert.kind == AlertKind::coverage_heard) return Action::resolve;
  if (claim.alert.kind == AlertKind::handover) return Action::nothing;  // nobody is to be woken by a digest
  if (!claim.session) return is_follow_up(claim.alert.kind) ? Action::nothing : Action::trigger;
  switch (claim.alert.kind) {
    case AlertKind::session_digest:
    case AlertKind::session_response: return Action::nothing;
    case AlertKind::session_acknowledged:
      if (!is_answered(claim)) return Action::nothing;
      return is_over(claim) ? Action::resolve : Action::acknowledge;
    case AlertKind::session_lapsed:
      if (!is_answered(claim)) return has_incident(claim) ? Action::trigger : Action::nothing;
      return is_over(claim) ? Action::resolve : Action::nothing;  // it went on, and ends once more
    case AlertKind::session_opened:
    case AlertKind::session_escalated:
    case AlertKind::session_high_risk:
    case AlertKind::session_new_address: return late_or(Action::trigger, claim);
    default: return Action::trigger;
  }
}

std::string_view name_of(Action action) {
  switch (action) {
    case Action::acknowledge: return "acknowledge";
    case Action::resolve: return "resolve";
    default: return "trigger";
  }
}

std::string_view severity_of(model::Severity severity) {
  switch (severity) {
    case model::Severity::critical: return "critical";
    case model::Severity::high: return "error";
    case model::Severity::medium: return "warning";
    default: return "info";
  }
}

void text(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out.push_back(',');
  json::append_string(out, name);
  out.push_back(':');
  json::append_string(out, value);
}

// What is too long ends in a hash of all of it: keys that begin alike stay apart.
std::string dedup_key_of(const std::string& incident) {
  if (incident.size() <= kDedupLimit) return incident;
  const std::string hash = "#" + sha256_hex(incident);
  return cut_bytes(incident, kDedupLimit - hash.size()) + hash;
}

std::string start(const std::string& routing_key, Action action, std::string_view dedup_key) {
  std::string out = "{";
  text(out, "routing_key", routing_key);
  text(out, "event_action", name_of(action));
  text(out, "dedup_key", dedup_key);
  return out;
}

// PagerDuty answers a key that it does not know as it does an event that is wrong, and says which in words.
SendResult judge_event(const Result<Reply>& reply, Time now) {
  SendResult result = judge_service(reply, now);
  if (!reply || reply->status != 400) return result;
  for (const std::string_view words : {"routing_key", "routing key"}) {
    if (reply->body.find(words) == std::string::npos) continue;
    result.about_secret = true;
    result.reason += ": the routing key is not valid";
    break;
  }
  return result;
}

std::string account_of(const Message& message) {
  const Claim& claim = message.facts.front();
  if (claim.session) return claim.session->account_id;
  json::Doc doc;
  if (!doc.parse(claim.alert.data)) return {};
  const json::Value access = doc.root()["access"];
  return std::string((access.is_object() ? access : doc.root())["account_id"].text());
}

std::string trigger(const std::string& routing_key, const Message& message, const std::string& dedup_key) {
  const Summary summary = summary_of(message);
  const model::Alert& alert = message.facts.front().alert;
  std::string out = start(routing_key, Action::trigger, dedup_key);
  text(out, "client", "glasswatch");
  if (!summary.links.empty()) text(out, "client_url", summary.links.front().text);
  out += ",\"payload\":{";
  text(out, "summary", cut_bytes(one_line(summary), kSummaryLimit));
  const std::string account = cut_bytes(account_of(message), 100);
  text(out, "source", account.empty() ? "glasswatch" : account);
  // A mute that does not hold for what is critical holds for the noise of it.
  text(out, "severity", message.quiet ? "info" : severity_of(summary.severity));
  text(out, "timestamp", format_time(alert.event_time.value_or(alert.created_at)));
  text(out, "component", cut_bytes(alert.watch, 200));
  text(out, "class", to_string(alert.kind));
  out += ",\"custom_details\":{";
  for (const SummaryRow& row : summary.rows) text(out, row.label, row.text);
  std::string more;
  for (const std::string& line : summary.lines) more += (more.empty() ? "" : "\n") + line;
  text(out, "More", cut_bytes(more, 8000));
  text(out, "Acknowledge", summary.acknowledge);
  out += "}},\"links\":[";
  for (const SummaryRow& one : summary.links) {
    if (out.back() == '}') out.push_back(',');
    out.push_back('{');
    text(out, "href", one.text);
    text(out, "text", one.label);
    out.push_back('}');
  }
  return out + "]}";
}

SendResult accepted(std::string reason) {
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = std::move(reason);
  return result;
}

// What an incident is known by: its session; a silence by its key, which the news of its end names; else the alert.
std::string incident_of(const Claim& claim) {
  if (claim.session) return claim.session->id;
  if (claim.alert.kind == AlertKind::coverage_silent) return claim.alert.key;
  // Summaries of one storm, and counts of one kind of failure, are one incident: their keys end in what tells them apart.
  if (claim.alert.kind == AlertKind::storm || claim.alert.kind == AlertKind::access_denied)
    return claim.alert.key.substr(0, claim.alert.key.rfind('|'));
  json::Doc doc;
  if (claim.alert.kind == AlertKind::coverage_heard && doc.parse(claim.alert.data))
    return std::string(doc.root()["ends"].text());
  return claim.alert.id;
}

std::string merged_away(const Claim& claim) {
  json::Doc doc;
  if (doc.parse(claim.alert.data) && !doc.root()["merged"].text().empty())
    return std::string(doc.root()["merged"].text());
  return claim.alert.fact;
}

}  // namespace

SendResult PagerDuty::enqueue(const std::string& event, const std::string& dedup_key, Time now,
                              Steady::time_point end) {
  const auto left = std::chrono::duration_cast<milliseconds>(end - Steady::now());
  if (left <= milliseconds::zero()) return retry("no time left");
  std::string url = config_.events_url;
  if (!url.ends_with("/enqueue")) url += url.ends_with('/') ? "v2/enqueue" : "/v2/enqueue";
  SendResult result = judge_event(post_(url, {{"content-type", "application/json"}}, event, left), now);
  if (result.verdict == SendVerdict::accepted) result.reference = dedup_key;
  return result;
}

SendResult PagerDuty::send(const Message& message, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  const Result<std::string> key = config_.routing_key();
  if (!key) return retry("routing_key: " + key.error().message);
  const Claim& claim = message.facts.front();
  const std::string own = dedup_key_of(incident_of(claim));
  bool is_opened = false;
  const auto tell = [&](Action action, const std::string& incident) {
    const bool opens = action == Action::trigger;
    const std::string event = opens ? trigger(*key, message, incident) : start(*key, action, incident) + "}";
    SendResult result = enqueue(event, incident, message.now, end);
    const bool is_accepted = result.verdict == SendVerdict::accepted;
    is_opened = is_opened || (opens && is_accepted);
    if (is_opened && is_accepted && claim.session)  // remembered with the session: it has an incident here
      result.thread = model::Thread{config_.name, claim.session->id, {}, {}, message.now, 0};
    return result;
  };
  if (claim.session && claim.alert.kind == AlertKind::session_merged) {
    // The incident of the session that is no more is closed; before, the one that goes on has its own, unless nobody needs it.
    if (!is_answered(claim) && !is_over(claim)) {
      SendResult opened = tell(Action::trigger, own);
      if (opened.verdict != SendVerdict::accepted) return opened;
    }
    const std::string other = merged_away(claim);
    return other.empty() ? accepted("nothing to resolve") : tell(Action::resolve, dedup_key_of(other));
  }
  const Action action = action_of(claim);
  if (action == Action::nothing) return accepted("changes no incident");
  if (action != Action::trigger_acknowledged) return tell(action, own);
  SendResult opened = tell(Action::trigger, own);
  return opened.verdict == SendVerdict::accepted ? tell(Action::acknowledge, own) : opened;
}

SendResult PagerDuty::check(milliseconds) {
  const Result<std::string> key = config_.routing_key();
  if (!key) return refused("routing_key: " + key.error().message);
  const bool is_key = key->size() == 32 && std::all_of(key->begin(), key->end(), [](char c) {
                        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                      });
  if (!is_key) return refused("routing_key: an integration key has 32 letters and digits");
  return accepted("an integration key cannot be tried without an event");
}

}  // namespace gw::receivers

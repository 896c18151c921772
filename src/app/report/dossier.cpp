// One use: its session as it was known by then, and what happened in it as one list by time.
//
// Records come newest first and are looked at once; of each kind of moment the earliest kMaxMoments are kept. A session is
// merged state and has no history: what people added and how it ended is taken back by its time, and, where the caller says as
// of when, whatever can be counted from records is counted from those that were stored by then.
#include <algorithm>
#include <set>

#include "app/report/report.h"
#include "domain/session/merge.h"

namespace gw::report {
namespace {

using model::EntryKind;
using model::Independence;
using model::Mechanism;
using model::Response;
using model::ResponseKind;
using model::Session;
using ports::StoredEvent;

Time time_of(const StoredEvent& event) { return event.event.event_time.value_or(event.received_at); }

template <class Sightings>
void see(Sightings& seen, const std::string& text, Time at, const std::string& event_id) {
  if (text.empty()) return;
  model::Sighting& one = seen[text];
  if (one.count++ == 0) one.last = at;
  // The newest come first; of those of one moment, whichever has the smallest id, as in the session.
  if (one.count == 1 || at < one.first || event_id < one.first_event_id) one.first_event_id = event_id;
  one.first = at;
}

void add_once(std::vector<std::string>& list, const std::string& text) {
  const auto place = std::lower_bound(list.begin(), list.end(), text);
  if (!text.empty() && (place == list.end() || *place != text)) list.insert(place, text);
}

std::string what_became_of(const ports::AlertView& view) {
  std::string out;
  for (const model::Notification& n : view.notifications) {
    if (!out.empty()) out += "; ";
    out += n.receiver + " " + std::string(to_string(n.state));
    if (n.settled_at) out += " " + format_time(*n.settled_at);
  }
  return out.empty() ? "nobody is told" : out;
}

Moment told_by(const ports::AlertView& view) {
  const model::Alert& a = view.alert;
  const std::string kind(to_string(a.kind));
  return {a.created_at,         "told", a.fact.empty() ? kind : kind + " (" + a.fact + ")", {}, {}, {}, {},
          what_became_of(view), a.id};
}

}  // namespace

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

std::string joined(const std::set<std::string>& texts) {
  return joined(std::vector<std::string>(texts.begin(), texts.end()));
}

std::string who(const model::Principal& p) {
  std::string out = p.name;
  for (const std::string& more : {p.arn, p.id}) {
    if (more.empty() || more == p.name || (!p.arn.empty() && more == p.id)) continue;
    out += out.empty() ? more : " (" + more + ")";
  }
  return out;
}

std::vector<std::string> mechanism_names(model::MechanismSet set) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (set.has(static_cast<Mechanism>(i))) names.emplace_back(model::kMechanismNames[i]);
  }
  return names;
}

// All that is known of one is shown: this is the only place that names its fields.
std::vector<std::pair<std::string, std::string>> acknowledgement(const Session& session) {
  if (!session.acknowledged) return {};
  const model::Acknowledgement& a = *session.acknowledged;
  return {{"at", format_time(a.at)},
          {"by", a.by},
          {"as", std::string(to_string(a.kind))},
          {"via", a.via},
          {"independent", a.independent ? "yes" : "no"},
          {"reason", a.note},
          {"ticket", a.ticket}};
}

void Dossier::Shown::add(Moment moment, std::uint64_t& left_out) {
  if (moments.size() >= 2 * kMaxMoments) {  // the earliest are wanted, and they come last
    moments.erase(moments.begin(), moments.begin() + kMaxMoments);
    left_out += kMaxMoments;
  }
  moments.push_back(std::move(moment));
}

// Joins the parts that say something.
std::string labelled(const std::vector<std::pair<std::string, std::string>>& values, std::string_view between) {
  std::string out;
  for (const auto& [label, value] : values) {
    if (value.empty()) continue;
    if (!out.empty()) out += between;
    out.append(label).append(": ").append(value);
  }
  return out;
}

Dossier::Dossier(Session session, const Question& question) : question_(question) {
  for (const model::Join& join : session.joins) joins_.emplace(join.event_id, join);
  for (const model::IdentityRun& run : session.runs)
    firsts_.emplace(run.first_event_key.substr(0, run.first_event_key.find('\n')), run.from);
  for (const model::Issue& issue : session.issues) later_issues_.insert(issue.at);
  use_.session = std::move(session);
}

// Every call by root or an IAM user is an access by itself; only the first of a run is a way in.
bool Dossier::is_call(const StoredEvent& event) const {
  if (event.kind == EntryKind::activity) return true;
  if (event.kind != EntryKind::access || firsts_.empty()) return false;
  const Mechanism m = event.event.mechanism;
  if (m != Mechanism::root_api && m != Mechanism::iam_user_api) return false;
  const auto first = firsts_.find(event.event.event_id);
  return first == firsts_.end() || first->second != time_of(event);
}

// A root or IAM user's way in is a call as well: it is no call of the sum, and yet may be the first or last of its kind.
void Dossier::count_call(const StoredEvent& event, bool is_call) {
  if (is_call) {
    ++use_.calls;
    if ((event.kinds & bit(model::ActivityKind::denied)) != 0) ++use_.denied;
  }
  const Time at = time_of(event);
  const std::string name = event.event.event_source + ":" + event.event.event_name;
  for (std::size_t i = 0; i < model::kActivityKinds; ++i) {
    if ((event.kinds >> i & 1) == 0) continue;
    model::KindTotals& kind = then_.kinds[i];
    if (is_call) ++kind.count;
    // The newest come first; within one moment names decide, as in the session.
    if (!kind.last || (at == *kind.last && name > kind.last_event)) kind.last_event = name;
    if (!kind.last) kind.last = at;
    if (!kind.first || at < *kind.first || name < kind.first_event) kind.first_event = name;
    kind.first = at;
  }
}

// Two records may have one event id, or none: the one of this moment and this trail is meant.
std::optional<model::Join> Dossier::take_join(const StoredEvent& event) {
  const auto [from, to] = joins_.equal_range(event.event.event_id);
  auto best = to;
  for (auto at = from; at != to; ++at) {
    const auto fit = [&](const model::Join& join) {
      return (join.time == time_of(event) ? 2 : 0) +
             (join.event_key.ends_with("\n" + event.event.recipient_account_id) ? 1 : 0);
    };
    if (best == to || fit(at->second) > fit(best->second)) best = at;
  }
  if (best == to) return std::nullopt;
  return joins_.extract(best).mapped();
}

void Dossier::record(const StoredEvent& event, Totals& totals) {
  if (event.received_at > question_.as_of) return;
  const model::AccessEvent& e = event.event;
  const Time at = time_of(event);
  const bool call = is_call(event);
  const std::optional<model::Join> join = take_join(event);
  Moment m{at, {}, e.event_source + ":" + e.event_name, e.source_ip, {}, {}, {}, {}, e.event_id};
  if (join) {
    m.grade = to_string(join->grade);
    m.by = join->by;
    ++use_.joins[static_cast<std::size_t>(join->grade)];
    then_.joins.push_back(*join);
  }
  m.feeds = question_.as_of_given ? e.origin.feed : joined(event.feeds);
  m.outcome = !e.error_code.empty() ? e.error_code : e.outcome == model::Outcome::success ? "success" : "failure";

  const bool by_identity = e.mechanism == Mechanism::root_api || e.mechanism == Mechanism::iam_user_api;
  if (call || (by_identity && event.kind == EntryKind::access)) count_call(event, call);
  if (call) {
    // counted
  } else if (event.kind == EntryKind::half) {
    ++use_.halves;
  } else if (event.kind == EntryKind::access) {
    ++use_.ways_in;
  }
  if (!event.high_risk.empty()) ++use_.high_risk;
  if (!call && event.kind != EntryKind::change) {
    if (e.mechanism != Mechanism::other || event.kind == EntryKind::access) then_.mechanisms.add(e.mechanism);
    if (!by_identity) ++then_.ways_in;
    m.what = event.kind == EntryKind::half ? "second half" : "way in";
    m.text += " (" + std::string(to_string(e.mechanism)) + ")";
    ways_in_.add(std::move(m), use_.moments_left_out);
  } else if (!event.high_risk.empty()) {
    m.what = "high risk";
    m.text += " (" + event.high_risk + ")";
    risky_.add(std::move(m), use_.moments_left_out);
  } else if ((event.kinds & bit(model::ActivityKind::denied)) != 0) {
    m.what = "denied";
    denied_.add(std::move(m), use_.moments_left_out);
  }

  later_issues_.erase(at);
  if (then_.feeds.empty()) then_.last_seen_at = at;
  then_.feeds.insert(e.origin.feed);
  see(then_.high_risk, event.high_risk, at, e.event_id);
  if (e.source_ip_kind == model::SourceIpKind::person) {
    see(then_.addresses, e.source_ip, at, e.event_id);
    see(then_.agents, e.user_agent, at, e.event_id);
  }
  see(then_.regions, e.region, at, e.event_id);
  if (event.kind != EntryKind::activity) then_.also.add(e.also);
  for (const std::string& watch : e.watches) add_once(then_.watches, watch);
  for (const std::string& receiver : e.receivers) add_once(then_.receivers, receiver);
  if (e.severity &&
      (!then_.severity || *e.severity > *then_.severity || (*e.severity == *then_.severity && e.watch < then_.watch))) {
    then_.severity = e.severity;
    then_.watch = e.watch;
  }

  Place place{e.recipient_account_id.empty() ? e.account_id : e.recipient_account_id, e.region, e.origin.feed};
  auto kept = totals.kept.find(place);
  if (kept == totals.kept.end()) {
    if (totals.kept.size() >= kMaxPlaces) {
      ++totals.kept_elsewhere;
      return;
    }
    kept = totals.kept.emplace(std::move(place), Kept{0, at, at}).first;
  }
  ++kept->second.records;
  kept->second.first = std::min(kept->second.first, at);
  kept->second.newest = std::max(kept->second.newest, at);
}

void Dossier::add_told(const ports::AlertView& view) {
  for (const model::Notification& n : view.notifications) {
    // Summaries that are due together become one message: those that are folded were accepted with it.
    const bool is_part = view.alert.kind == model::AlertKind::storm && n.state == model::SendState::folded;
    if ((n.state != model::SendState::delivered && !is_part) || !n.settled_at) continue;
    add_once(use_.told, n.receiver);
    if (!use_.first_told || *n.settled_at < *use_.first_told) use_.first_told = n.settled_at;
  }
}

void Dossier::alert(ports::AlertView view) {
  add_told(view);
  use_.alerts.push_back(std::move(view));
}

void Dossier::summary(const ports::AlertView& view) {
  add_told(view);
  summaries_.push_back(told_by(view));
}

// What the store's state says now, as it was.
void Dossier::put_back() {
  Session& s = use_.session;
  if (s.lapsed_at && *s.lapsed_at > question_.as_of) {
    s.lapsed_at.reset();
    s.state = model::SessionState::open;
  }
  put_back_answers();
  if (!question_.as_of_given) {
    use_.is_incomplete = s.calls > use_.calls;
    return;
  }
  s.last_seen_at = then_.feeds.empty() ? s.started_at : then_.last_seen_at;
  s.calls = use_.calls;
  for (std::size_t i = 0; i < model::kActivityKinds; ++i) s.kinds[i] = then_.kinds[i];
  s.ways_in = then_.ways_in;
  s.mechanisms = then_.mechanisms;
  s.also = then_.also;
  s.receivers = then_.receivers;
  s.feeds = then_.feeds;
  s.high_risk = then_.high_risk;
  s.addresses = then_.addresses;
  s.agents = then_.agents;
  s.regions = then_.regions;
  s.watches = then_.watches;
  s.severity = then_.severity;
  s.watch = then_.watch;
  std::sort(then_.joins.begin(), then_.joins.end(), [](const model::Join& a, const model::Join& b) {
    return std::tie(a.time, a.event_key) < std::tie(b.time, b.event_key);
  });
  s.joins = then_.joins;
  if (later_issues_.empty()) return;  // else credentials were renewed by a record that came later
  std::erase_if(s.issues, [&](const model::Issue& issue) { return later_issues_.contains(issue.at); });
  session::set_expiry(s);
}

// Everything that was said, whether it counted or not. A reason's note is the reason: it is not said twice.
void Dossier::show_answers() {
  const Session& s = use_.session;
  std::vector<Moment>& all = use_.timeline;
  const auto is_of = [](const auto& what) {
    return [&what](const Response& r) { return r.at == what.at && r.by == what.by; };
  };
  for (const Response& r : s.responses) {
    const bool is_reason = r.kind == ResponseKind::reason;
    const std::string_view what = is_reason                            ? "reason"
                                  : r.independence == Independence::no ? "refused"
                                                                       : "acknowledged";
    const std::string text = labelled({{"as", is_reason ? "" : std::string(to_string(r.kind))},
                                       {"via", r.via},
                                       {"independent", is_reason ? "" : std::string(to_string(r.independence))},
                                       {"reason", r.note},
                                       {"ticket", r.ticket}},
                                      ", ");
    all.push_back({r.at, std::string(what), text, {}, {}, r.by, {}, {}, {}});
  }
  if (s.acknowledged && std::none_of(s.responses.begin(), s.responses.end(), is_of(*s.acknowledged))) {
    auto values = acknowledgement(s);  // of a store that kept no responses
    std::erase_if(values, [](const auto& value) { return value.first == "at" || value.first == "by"; });
    all.push_back({s.acknowledged->at, "acknowledged", labelled(values, ", "), {}, {}, s.acknowledged->by, {}, {}, {}});
  }
  for (const model::Note& note : s.notes) {
    if (std::any_of(s.responses.begin(), s.responses.end(), is_of(note))) continue;
    all.push_back({note.at, "note", note.text, {}, {}, note.by, {}, {}, {}});
  }
}

void Dossier::show() {
  std::vector<Moment>& all = use_.timeline;
  for (Shown* shown : {&ways_in_, &risky_, &denied_}) {
    std::vector<Moment>& some = shown->moments;
    const std::size_t most = std::min(some.size(), kMaxMoments);
    use_.moments_left_out += some.size() - most;
    all.insert(all.end(), some.rbegin(), some.rbegin() + static_cast<std::ptrdiff_t>(most));
  }
  for (const ports::AlertView& view : use_.alerts) all.push_back(told_by(view));
  all.insert(all.end(), summaries_.begin(), summaries_.end());
  const Session& s = use_.session;
  show_answers();
  if (s.lapsed_at) {
    all.push_back({*s.lapsed_at,
                   "lapsed",
                   s.by_identity ? "no call for 30 minutes" : "its credentials have expired",
                   {},
                   {},
                   {},
                   {},
                   {},
                   {}});
  }
  std::stable_sort(all.begin(), all.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
}

Use Dossier::finish() {
  std::reverse(use_.alerts.begin(), use_.alerts.end());
  put_back();
  show();
  return std::move(use_);
}

}  // namespace gw::report

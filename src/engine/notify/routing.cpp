#include "engine/notify/routing.h"

#include <algorithm>

#include "base/json/write.h"

namespace gw::notify {
namespace {

using model::Alert;
using model::AlertKind;
using model::Notification;

constexpr std::int64_t kMinute = std::int64_t{60} * 1'000'000;

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!holds(names, name)) names.push_back(name);
}

void add_known(std::vector<std::string>& names, const std::vector<std::string>& more, const Routes& routes) {
  for (const std::string& name : more) {
    if (routes.knows(name)) add_once(names, name);
  }
}

Notification begin(const Alert& alert, const std::string& receiver, Time now, const NewId& new_id) {
  Notification n;
  n.id = new_id(now);
  n.alert_id = alert.id;
  n.receiver = receiver;
  n.due_at = now;
  n.created_at = now;
  return n;
}

bool is_pager(const std::string& name, const Routes& routes) {
  return std::any_of(routes.receivers.begin(), routes.receivers.end(),
                     [&](const Routes::Receiver& r) { return r.name == name && r.type == "pagerduty"; });
}

bool is_of_session(AlertKind kind) { return to_string(kind).starts_with("session."); }

std::vector<std::string> told_of(const Alert& alert, const Routes& routes) {
  std::vector<std::string> names = receivers_of(alert.receivers, routes);
  if (!routes.shadow) add_known(names, alert.also, routes);
  return names;
}

// The openings of one watch beyond the cap, in this batch; or its escalations.
struct Flood {
  Alert summary;
  std::vector<std::string> receivers;
  std::size_t sessions = 0;
  Time due_at;
};

Flood begin_flood(const Alert& opened, const Storm& storm, std::size_t openings, Time now, const NewId& new_id) {
  Flood flood;
  Alert& a = flood.summary;
  a.id = new_id(now);
  a.kind = AlertKind::storm;
  a.severity = opened.severity;
  a.watch = opened.watch;
  a.fact = std::to_string(now.micros / storm.within_micros * storm.within_micros / 1'000'000);
  a.key = std::string(to_string(a.kind)) + "|" + a.watch + "|" + a.fact + "|" + opened.id;
  a.reason = "more than " + std::to_string(storm.opened) + " sessions of one watch opened within " +
             std::to_string(storm.within_micros / kMinute) + " minutes";
  a.data = "{\"sessions\":[";
  a.created_at = now;
  a.event_time = opened.event_time;
  a.config_hash = opened.config_hash;
  flood.due_at = openings <= storm.opened ? now : Time{(now.micros / kMinute + 1) * kMinute};
  return flood;
}

Flood begin_escalated(const Alert& escalated, const Storm& storm, Time now, const NewId& new_id) {
  Flood flood = begin_flood(escalated, storm, 0, now, new_id);
  flood.summary.fact += "|" + escalated.fact;
  flood.summary.key =
      std::string(to_string(AlertKind::storm)) + "|" + escalated.watch + "|" + flood.summary.fact + "|" + escalated.id;
  flood.summary.reason = "many sessions of one watch, " + escalated.reason;
  return flood;
}

void add_session(Flood& flood, const Alert& opened) {
  if (flood.sessions++ > 0) flood.summary.data.push_back(',');
  json::append_string(flood.summary.data, opened.session_id);
  flood.summary.severity = std::max(flood.summary.severity, opened.severity);
}

void end_flood(Flood flood, Made& made, Time now, const NewId& new_id) {
  flood.summary.data += "],\"count\":" + std::to_string(flood.sessions) + "}";
  flood.summary.receivers = flood.receivers;
  for (const std::string& receiver : flood.receivers) {
    Notification n = begin(flood.summary, receiver, now, new_id);
    n.due_at = flood.due_at;
    made.notifications.push_back(std::move(n));
  }
  made.alerts.push_back(std::move(flood.summary));
}

}  // namespace

bool Routes::knows(const std::string& name) const {
  return std::any_of(receivers.begin(), receivers.end(), [&](const Receiver& r) { return r.name == name; });
}

std::vector<std::string> receivers_of(const std::vector<std::string>& wanted, const Routes& routes) {
  std::vector<std::string> names;
  if (routes.shadow) {
    for (const Routes::Receiver& r : routes.receivers) {
      if (r.type == "file" || r.type == "stdout") names.push_back(r.name);
    }
    return names;
  }
  add_known(names, wanted, routes);
  const bool all_known =
      std::all_of(wanted.begin(), wanted.end(), [&](const std::string& n) { return routes.knows(n); });
  if (wanted.empty() || !all_known) add_known(names, routes.defaults, routes);
  if (names.empty()) {
    for (const Routes::Receiver& r : routes.receivers) names.push_back(r.name);
  }
  return names;
}

std::vector<std::string> reroute(const Alert& alert, const Notification& refused, const Routes& routes) {
  std::vector<std::string> names;
  if (routes.shadow) return names;
  // A receiver that the alert does not ask for got it because the defaults did, when it was created.
  const bool was_asked_for = holds(alert.receivers, refused.receiver) || !refused.rerouted_from.empty();
  const std::vector<std::string> told = was_asked_for ? alert.receivers : receivers_of({}, routes);
  for (const std::string& name : routes.defaults) {
    if (name == refused.receiver || name == refused.rerouted_from || !routes.knows(name) || holds(told, name)) continue;
    add_once(names, name);
  }
  return names;
}

Made make_notifications(const std::vector<Alert>& alerts, const Routes& routes, const Storm& storm,
                        const std::map<std::string, std::vector<Time>>& openings, Time now, const NewId& new_id) {
  Made made;
  std::map<std::string, std::size_t> opened;  // by watch: how many lately, those before in this batch included
  std::map<std::string, Flood> floods;  // by watch: the summary that is being filled; of escalations by watch|step
  std::map<std::string, std::size_t> escalated;
  for (const Alert& alert : alerts) {
    Flood* flood = nullptr;
    if (alert.kind == AlertKind::session_escalated) {
      // Whom a step calls for many sessions at once is called for a few of them, and for the rest together.
      const std::string step = alert.watch + "|" + alert.fact;
      if (escalated[step]++ >= kEscalatedAlone) {
        auto at = floods.find(step);
        if (at != floods.end() && at->second.sessions == kStormSessions) {
          end_flood(std::move(at->second), made, now, new_id);
          floods.erase(at);
          at = floods.end();
        }
        if (at == floods.end()) at = floods.emplace(step, begin_escalated(alert, storm, now, new_id)).first;
        flood = &at->second;
        add_session(*flood, alert);
      }
    }
    if (alert.kind == AlertKind::session_opened) {
      const auto [count, fresh] = opened.try_emplace(alert.watch, 0);
      if (const auto lately = openings.find(alert.watch); fresh && lately != openings.end()) {
        count->second =
            static_cast<std::size_t>(std::count_if(lately->second.begin(), lately->second.end(), [&](Time at) {
              return at.micros > now.micros - storm.within_micros && at <= now;
            }));
      }
      if (count->second >= storm.opened) {
        auto at = floods.find(alert.watch);
        if (at != floods.end() && at->second.sessions == kStormSessions) {
          end_flood(std::move(at->second), made, now, new_id);
          floods.erase(at);
          at = floods.end();
        }
        if (at == floods.end())
          at = floods.emplace(alert.watch, begin_flood(alert, storm, count->second, now, new_id)).first;
        flood = &at->second;
        add_session(*flood, alert);
      }
      ++count->second;
    }
    const std::vector<std::string> told = told_of(alert, routes);
    const bool is_planned = is_of_session(alert.kind) && !alert.planned.empty();
    const bool spares_pagers = is_planned && std::any_of(told.begin(), told.end(), [&](const std::string& name) {
                                 return !is_pager(name, routes);
                               });
    for (const std::string& receiver : told) {
      Notification n = begin(alert, receiver, now, new_id);
      if (spares_pagers && is_pager(receiver, routes)) {
        n.state = model::SendState::folded;
        n.settled_at = now;
        n.reason = "planned, " + alert.planned + ": told to the other receivers, nobody is paged";
      } else if (flood != nullptr) {
        add_once(flood->receivers, receiver);
        n.state = model::SendState::folded;
        n.settled_at = now;
        n.reason = "folded into " + flood->summary.id + ": " + flood->summary.reason;
      }
      made.notifications.push_back(std::move(n));
    }
  }
  for (auto& [watch, flood] : floods) end_flood(std::move(flood), made, now, new_id);
  return made;
}

Told who_is_told(const model::AccessEvent& e, const Routes& routes) {
  if (!e.ignored_by.empty()) return {{}, "ignored: " + e.ignored_by};
  if (!e.break_glass) return {{}, "no watch matches"};
  Told told{receivers_of(e.receivers, routes), "watch " + e.watch + " matches"};
  if (routes.shadow) told.why += "; shadow mode: files and stdout only";
  if (e.outcome == model::Outcome::failure) told.why += "; it failed: counted for 15 minutes, then told";
  if (!e.planned.empty()) told.why += "; planned: " + e.planned;
  if (told.receivers.empty()) told.why += "; no receiver is configured for it";
  return told;
}

}  // namespace gw::notify

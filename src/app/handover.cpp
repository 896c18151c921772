#include "app/handover.h"

#include <utility>
#include <vector>

#include "app/imported_marks.h"
#include "base/json/write.h"
#include "base/uuid.h"
#include "edge/receivers/local_time.h"
#include "engine/pipeline/silence_watch.h"
#include "engine/pipeline/writer.h"

namespace gw::app {
namespace {

using model::Session;

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;
constexpr std::size_t kListed = 20;

// A list, of which a message shows some.
struct Some {
  std::uint64_t count = 0;
  std::vector<std::string> lines;
  void add(std::string line) {
    ++count;
    if (lines.size() < kListed) lines.push_back(std::move(line));
  }
};

std::string line_of(const Session& s, Time now) {
  std::string who = s.principal.name.empty() ? s.principal.id : s.principal.name;
  std::string out = who.empty() ? std::string("somebody") : std::move(who);
  out += " → " + (s.account_name.empty() ? s.account_id : s.account_name + " (" + s.account_id + ")");
  if (!s.role.empty()) out += " · " + s.role;
  out += " · " + receivers::ago(now.micros - s.started_at.micros) + " ago";
  return out + " · " + s.id;
}

// Every session that a query finds.
template <class Use>
Status each_session(ports::Reader& reader, std::map<std::string, std::string> filters, Use&& use) {
  ports::ListQuery query;
  query.filters = std::move(filters);
  query.limit = 1000;
  for (;;) {
    const auto page = reader.sessions(query);
    if (!page) return page.error();
    for (const Session& s : page->items) use(s);
    if (page->next_cursor.empty()) return ok();
    query.cursor = page->next_cursor;
  }
}

struct Digest {
  Some open;
  Some unacknowledged;
  Some overdue;  // unacknowledged for an hour or more
  Some mutes;
  Some silent;
  std::uint64_t parked = 0;
  std::uint64_t waiting = 0;
  std::uint64_t quarantined = 0;
};

Status collect(ports::Store& store, Digest& d, Time now) {
  // What was imported is history: whoever was to be told of it was told elsewhere, or nobody.
  const auto imported = ImportedMarks::read(store);
  if (!imported) return imported.error();
  const auto take = [&](const Session& s) {
    if (imported->is_history(s)) return;
    if (s.state == model::SessionState::open) d.open.add(line_of(s, now));
  };
  if (Status read = each_session(store, {{"state", "open"}}, take); !read) return read;
  const auto take_unseen = [&](const Session& s) {
    if (imported->is_history(s)) return;
    d.unacknowledged.add(line_of(s, now));
    if (now.micros - s.started_at.micros >= kHour) d.overdue.add(s.id);
  };
  // A day is what one shift hands to the next; what is open is handed on however old it is.
  const std::string since = format_time(Time{now.micros - 24 * kHour});
  if (Status read = each_session(store, {{"acknowledged", "false"}, {"since", since}}, take_unseen); !read) return read;
  const auto take_old = [&](const Session& s) {
    if (s.started_at < Time{now.micros - 24 * kHour}) take_unseen(s);
  };
  if (Status read = each_session(store, {{"acknowledged", "false"}, {"state", "open"}, {"until", since}}, take_old);
      !read)
    return read;
  const auto mutes = store.mutes(false);
  if (!mutes) return mutes.error();
  for (const model::Mute& m : *mutes) {
    if (m.until <= now) continue;
    const std::string& what = !m.watch.empty() ? m.watch : !m.account_id.empty() ? m.account_id : m.session_id;
    d.mutes.add((what.empty() ? std::string("everything") : what) + " until " + format_time(m.until) + " by " +
                m.author + ": " + m.reason);
  }
  const auto places = store.coverage();
  if (!places) return places.error();
  const auto quiet = pipeline::QuietView::read(store);
  if (!quiet) return quiet.error();
  for (const ports::CoverageSighting& place : *places) {
    if (const auto since_then = quiet->silent_since(place))
      d.silent.add(place.feed + " " + place.account_id + " " + place.region + " since " + format_time(*since_then));
  }
  for (const ports::NeverHeard& account : quiet->never_heard(*places)) {
    if (account.is_told)
      d.silent.add(account.account_id + " expected and never heard, since " + format_time(account.since));
  }
  const auto totals = store.totals();
  if (!totals) return totals.error();
  for (const auto& [receiver, states] : totals->alerts) {
    d.parked += states[static_cast<std::size_t>(model::SendState::parked)];
    d.waiting += states[static_cast<std::size_t>(model::SendState::trying)];
  }
  d.quarantined = totals->quarantine_open;
  return ok();
}

std::string data_of(const Digest& d) {
  std::string out = "{\"open\":" + std::to_string(d.open.count);
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out += ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  const auto list = [&out](std::string_view name, const Some& some) {
    if (some.count == 0) return;
    out += ",\"" + std::string(name) + "\":[";
    for (std::size_t i = 0; i < some.lines.size(); ++i) {
      if (i > 0) out.push_back(',');
      json::append_string(out, some.lines[i]);
    }
    out.push_back(']');
  };
  number("unacknowledged", d.unacknowledged.count);
  number("overdue", d.overdue.count);
  number("mutes", d.mutes.count);
  number("silent_places", d.silent.count);
  number("alerts_parked", d.parked);
  number("alerts_waiting", d.waiting);
  number("quarantined", d.quarantined);
  list("open_sessions", d.open);
  list("unacknowledged_sessions", d.unacknowledged);
  list("muted", d.mutes);
  list("silent", d.silent);
  out.push_back('}');
  return out;
}

}  // namespace

Time handover_due(const HandoverConfig& config, const std::string& usual_zone, Time now) {
  return receivers::latest_local(now, config.minute, config.timezone.empty() ? usual_zone : config.timezone);
}

Status hand_over(ports::Store& store, ports::Committer& committer, const pipeline::Settings& settings,
                 const HandoverConfig& config, Time due, Time now) {
  Digest digest;
  if (Status collected = collect(store, digest, now); !collected) return collected;
  model::Alert alert;
  alert.id = random_uuid7(now);
  alert.kind = model::AlertKind::handover;
  alert.key = "handover|" + std::to_string(due.micros);
  alert.severity = digest.overdue.count > 0 ? model::Severity::medium : model::Severity::info;
  alert.receivers = config.to;
  alert.reason = std::to_string(digest.open.count) + " open, " + std::to_string(digest.unacknowledged.count) +
                 " unacknowledged, " + std::to_string(digest.overdue.count) + " of them for an hour or more; " +
                 std::to_string(digest.mutes.count) + " mutes, " + std::to_string(digest.silent.count) +
                 " places silent, " + std::to_string(digest.parked) + " alerts parked";
  alert.data = data_of(digest);
  alert.created_at = now;
  alert.config_hash = settings.config_hash;
  ports::Ask ask;
  ask.alert_keys = {alert.key};
  return committer.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit;
    commit.at = now;
    if (!loaded.alert_keys.contains(alert.key)) pipeline::route(settings, {alert}, loaded, commit);
    return commit;
  });
}

}  // namespace gw::app

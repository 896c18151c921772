// Whether something exists already is not asked for what is new as a rule: the first try takes it to be new, and the condition
// of its put tells; the tries after it look.
#include "edge/store/dynamodb/change.h"

#include <algorithm>

#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {
namespace {

constexpr std::size_t kPayload = std::size_t{256} << 10;
constexpr std::int64_t kChainMicros = std::int64_t{24} * 3600 * 1'000'000;
constexpr std::int64_t kOpeningMicros = std::int64_t{24} * 3600 * 1'000'000;
constexpr const char* kNone = "\x7f";  // behind every id

Value ttl(Time at, std::int64_t micros) { return signed_number((at.micros + micros) / 1'000'000); }

}  // namespace

Change::Change(Table& table, Snapshot& snapshot, const ports::Ask& ask, const ports::Loaded& loaded,
               ports::Commit& commit, const Config& config, bool is_first)
    : table_(table),
      snapshot_(snapshot),
      ask_(ask),
      loaded_(loaded),
      commit_(commit),
      config_(config),
      keep_{config.keep_seconds},
      is_first_(is_first) {}

Group& Change::group_of(const std::string& session_id) {
  if (session_id.empty()) return groups[kNone];
  const auto absorbed = absorbed_.find(session_id);
  return groups[absorbed == absorbed_.end() ? session_id : absorbed->second];
}

std::string Change::resolved(const std::string& session_id) {
  if (session_id.empty()) return session_id;
  if (const auto absorbed = absorbed_.find(session_id); absorbed != absorbed_.end()) return absorbed->second;
  // What was not looked at is new.
  return snapshot_.has_seen(keys::session(session_id)) ? resolve(snapshot_, session_id) : session_id;
}

const Item* Change::known(const Key& key) {
  return is_first_ && !snapshot_.has_seen(key) ? nullptr : snapshot_.at(key);
}

void Change::make() {
  // What later steps look at, in one request.
  std::vector<Key> wanted;
  for (const model::SessionChange& change : commit_.sessions) {
    if (change.session.version > 0 || !is_first_) wanted.push_back(keys::session(change.session.id));
    for (const std::string& id : change.absorbed) wanted.push_back(keys::session(id));
  }
  const auto is_written = [&](const std::string& id) {
    return std::any_of(commit_.sessions.begin(), commit_.sessions.end(),
                       [&](const model::SessionChange& change) { return change.session.id == id; });
  };
  for (const auto& [id, entry] : commit_.entries) {
    if (!id.empty() && !is_written(id)) wanted.push_back(keys::session(id));
    if (!is_first_) wanted.push_back(keys::event(entry.event_key));
  }
  for (const model::Alert& a : commit_.alerts) {
    if (!a.session_id.empty() && !is_written(a.session_id)) wanted.push_back(keys::session(a.session_id));
    if (!is_first_) wanted.push_back(keys::alert(a.key));
  }
  for (const model::Fold& fold : commit_.folds) wanted.push_back(keys::fold(fold.key));
  for (const model::Mute& mute : commit_.mutes) wanted.push_back(keys::mute(mute.id));
  if (!is_first_) {
    for (const ports::QuarantineItem& q : commit_.quarantine) wanted.push_back(keys::quarantine(q.key));
  }
  for (const ports::FeedSighting& sighting : commit_.feeds) {
    feeds_[sighting.event_key].insert(sighting.feed);
    const bool is_stored_by_it = std::any_of(commit_.entries.begin(), commit_.entries.end(), [&](const auto& entry) {
      return entry.second.event_key == sighting.event_key;
    });
    if (!is_stored_by_it || !is_first_) wanted.push_back(keys::event(sighting.event_key));
  }
  snapshot_.need(std::move(wanted));

  for (const model::SessionChange& change : commit_.sessions) {
    for (const std::string& id : change.absorbed) absorb(change.session, id, groups[change.session.id]);
  }
  for (model::SessionChange& change : commit_.sessions) write_session(change.session, groups[change.session.id]);
  for (auto& [id, group] : groups) write_edges(group);
  guard_edges();
  for (const auto& [session_id, entry] : commit_.entries) write_entry(session_id, entry);
  write_feeds();
  for (model::Fold& fold : commit_.folds) write_fold(fold);
  std::map<std::string, std::vector<const model::Notification*>> notifications;
  for (const model::Notification& n : commit_.notifications) notifications[n.alert_id].push_back(&n);
  for (const model::Alert& alert : commit_.alerts) write_alert(alert, notifications[alert.id]);
  for (const ports::QuarantineItem& item : commit_.quarantine) write_quarantine(item);
  for (const model::Mute& mute : commit_.mutes) write_mute(mute);
  write_rest();
}

void Change::write_entry(const std::string& session_id, const model::Entry& entry) {
  const Key key = keys::event(entry.event_key);
  if (!made_.insert(key).second) return;
  const Item* old = known(key);
  const bool is_void = old != nullptr && snapshot_.is_void(*old);
  if (old != nullptr && !is_void) {
    // Decided about as if it were new, though it was asked for: somebody else was quicker.
    const bool asked =
        std::find(ask_.event_keys.begin(), ask_.event_keys.end(), entry.event_key) != ask_.event_keys.end();
    if (asked && !loaded_.known.contains(entry.event_key)) throw Stale{};
    return;
  }
  const model::AccessEvent& e = entry.event;
  const std::string body = store::to_body(e);
  Op op;
  op.item = Item(key);
  op.item.set("content", number(entry.content));
  op.item.set("kind", number(static_cast<std::uint64_t>(entry.kind)));
  op.item.set("session", text(resolved(session_id)));
  op.item.set("time", signed_number(e.event_time.value_or(commit_.at).micros));
  op.item.set("received", signed_number(commit_.at.micros));
  op.item.set("kinds", number(entry.kinds));
  op.item.set("high_risk", text(entry.high_risk));
  op.item.set("body", text(body));
  op.item.set("feed", text(e.origin.feed));
  const bool is_activity = entry.kind == model::EntryKind::activity;
  (is_activity ? Keep{config_.keep_activity_seconds} : keep_).mark(op.item, commit_.at);
  if (const auto feeds = feeds_.find(entry.event_key); feeds != feeds_.end()) {
    for (const std::string& feed : feeds->second) {
      if (feed != e.origin.feed) op.item.set(std::string(kFeed) + feed, number(1));
    }
    feeds_.erase(feeds);
  }
  require_version(op, 0);
  if (is_void) {
    op.condition = "attempt = :old";
    op.values[":old"] = text(old->text("attempt"));
  }
  Group& group = group_of(session_id);
  using model::EntryKind;
  if (entry.kind == EntryKind::access || entry.kind == EntryKind::failure || entry.kind == EntryKind::change) {
    set_leaf(op.item, model::to_string(entry.kind), entry.event_key, body);
    group.books.leaf();
  }
  group.events.push_back(std::move(op));
}

// Of events that were stored before.
void Change::write_feeds() {
  for (const auto& [event_key, feeds] : feeds_) {
    const Item* item = snapshot_.at(keys::event(event_key));
    if (item == nullptr || snapshot_.is_void(*item)) continue;
    Op op;
    op.kind = Op::Kind::update;
    op.item = Item(item->key());
    op.condition = "attribute_exists(pk)";
    for (const std::string& feed : feeds) {
      const std::string name = std::string(kFeed) + feed;
      if (feed == item->text("feed") || item->has(name)) continue;
      const std::string n = "#" + std::to_string(op.names.size());
      op.update += (op.update.empty() ? "SET " : ", ") + n + " = :one";
      op.names[n] = name;
      op.values[":one"] = number(1);
    }
    if (!op.update.empty()) groups[kNone].ops.push_back(std::move(op));
  }
}

void Change::write_fold(model::Fold& fold) {
  const Item* old = snapshot_.at(keys::fold(fold.key));
  if ((old == nullptr ? 0 : old->count("v")) != fold.version) throw Stale{};
  Op op;
  op.item = Item(keys::fold(fold.key));
  require_version(op, fold.version);
  ++fold.version;
  op.item.set("v", number(fold.version));
  op.item.set("key", text(fold.key));
  op.item.set("last", signed_number(fold.last.micros));
  op.item.set("body", text(store::to_body(fold)));
  if (fold.next_due) {
    op.item.set("gsi1pk", text(keys::kClock));
    op.item.set("gsi1sk", text(sortable(*fold.next_due) + "#" + keys::bounded(fold.key)));
    op.item.set("due", signed_number(fold.next_due->micros));
  } else {
    keep_.mark(op.item, commit_.at);
  }
  groups[kNone].ops.push_back(std::move(op));
}

void Change::write_alert(const model::Alert& alert, const std::vector<const model::Notification*>& notifications) {
  const Key key = keys::alert(alert.key);
  if (!made_.insert(key).second || known(key) != nullptr) return;
  Group& group = group_of(alert.session_id);
  AlertItem a;
  a.alert = alert;
  a.alert.session_id = resolved(alert.session_id);
  a.item = Item(key);
  const std::string body = store::to_body(a.alert);
  a.item.set("id", text(alert.id));
  a.item.set("session", text(a.alert.session_id));
  a.item.set("body", text(body));
  set_leaf(a.item, "alert", alert.id, alert.key + "\n" + alert.data);
  group.books.leaf();
  for (const model::Notification* n : notifications) {
    const bool exists = std::any_of(a.notes.begin(), a.notes.end(), [&](const Note& note) {
      return note.notification.receiver == n->receiver && note.notification.generation == n->generation;
    });
    if (exists) continue;
    a.notes.push_back({*n, 0, {}});
    group.books.alerts(n->receiver, n->state, 1);
    is_new = true;
  }
  group.ops.push_back(put_alert(a, keep_));
  if (!a.notes.empty()) waiting.emplace_back(key, 1);
  Op entry;
  entry.item = Item(keys::alert_entry(a.alert));
  entry.item.set("id", text(alert.id));
  entry.item.set("kind", text(model::to_string(alert.kind)));
  entry.item.set("alert_pk", text(key.pk));
  entry.item.set("alert_sk", text(key.sk));
  keep_.mark(entry.item, alert.created_at, kMonth);
  group.ops.push_back(std::move(entry));
  if (alert.kind != model::AlertKind::session_opened) return;
  Op opening;
  opening.item = Item({keys::openings(alert.watch), sortable(alert.created_at) + "#" + alert.id});
  opening.item.set("at", signed_number(alert.created_at.micros));
  opening.item.set("ttl", ttl(alert.created_at, kOpeningMicros));
  group.ops.push_back(std::move(opening));
}

void Change::write_quarantine(const ports::QuarantineItem& item) {
  const Key key = keys::quarantine(item.key);
  if (!made_.insert(key).second || known(key) != nullptr) return;
  // The payload is written ahead: without its item nobody sees it.
  Op payload;
  payload.item = Item(keys::payload(item.id));
  payload.item.set("body", bytes(std::string_view(item.payload).substr(0, kPayload)));
  static_cast<void>(table_.write(payload));
  Op op;
  op.item = Item(key);
  require_version(op, 0);
  op.item.set("v", number(1));
  op.item.set("id", text(item.id));
  op.item.set("body", text(store::to_body(item)));
  if (item.settled_at) keep_.mark(op.item, commit_.at);
  groups[kNone].ops.push_back(std::move(op));
  if (!item.settled_at) groups[kNone].books.add("quarantine.open", 1);
}

void Change::write_mute(const model::Mute& m) {
  const Key key = keys::mute(m.id);
  if (!made_.insert(key).second) return;
  const Item* old = snapshot_.at(key);
  model::Mute mute = m;
  if (old != nullptr) {
    if (!store::from_body(old->text("body"), mute)) fail(Errc::corrupt, "a stored mute cannot be read");
    mute.until = m.until;
    mute.ended_at = m.ended_at;
    mute.ended_by = m.ended_by;
  }
  mute.session_id = resolved(mute.session_id);
  Op op;
  op.item = Item(key);
  require_version(op, old == nullptr ? 0 : old->count("v"));
  op.item.set("v", number((old == nullptr ? 0 : old->count("v")) + 1));
  const std::string body = store::to_body(mute);
  op.item.set("body", text(body));
  keep_.mark(op.item, mute.until);
  set_leaf(op.item, "mute", mute.id, body);
  groups[kNone].books.leaf();
  groups[kNone].ops.push_back(std::move(op));
}

void Change::write_rest() {
  Group& group = groups[kNone];
  for (const auto& [name, value] : commit_.cursors) {
    Op op;
    op.kind = value.empty() ? Op::Kind::erase : Op::Kind::put;
    op.item = Item(keys::cursor(name));
    if (!value.empty()) {
      op.item.set("name", text(name));
      op.item.set("value", text(value));
    }
    group.ops.push_back(std::move(op));
  }
  constexpr std::size_t kRows = 5000;  // some 190 KB
  for (std::size_t begin = 0; begin < commit_.chain.size(); begin += kRows) {
    const auto first = commit_.chain.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::vector<ports::ChainRow> rows(
        first, first + static_cast<std::ptrdiff_t>(std::min(kRows, commit_.chain.size() - begin)));
    const Time newest =
        std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time < b.time; })->time;
    Op op;
    op.item = Item({"H", sortable(newest) + "#" + random_uuid7(commit_.at)});
    op.item.set("rows", bytes(store::pack(rows)));
    op.item.set("ttl", ttl(newest, kChainMicros));
    group.ops.push_back(std::move(op));
  }
  group.books.add(commit_.records);
  for (const auto& [feed, deliveries] : commit_.deliveries) group.books.add(feed, deliveries);
}

}  // namespace gw::dynamodb

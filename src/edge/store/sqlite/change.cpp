#include "edge/store/sqlite/change.h"

#include <algorithm>

#include "edge/store/codec/codec.h"
#include "edge/store/sqlite/load.h"

namespace gw::sqlite {
namespace {

constexpr std::size_t kPayload = std::size_t{256} << 10;
constexpr std::int64_t kChainBytes = std::int64_t{64} << 20;
constexpr std::int64_t kChainMicros = std::int64_t{24} * 3600 * 1'000'000;

int number(const std::optional<model::Severity>& severity) { return severity ? static_cast<int>(*severity) : -1; }

}  // namespace

Change::Change(Db& db, const ports::Loaded& loaded, ports::Commit& commit, const std::string& organization_id)
    : db_(db),
      loaded_(loaded),
      commit_(commit),
      organization_id_(organization_id),
      books_(db),
      ledger_(db, commit.at) {}

bool Change::write() {
  for (const model::SessionChange& change : commit_.sessions) {
    for (const std::string& id : change.absorbed) absorb(change.session, id);
  }
  for (model::SessionChange& change : commit_.sessions) write_session(change.session);
  for (const auto& [session_id, entry] : commit_.entries) write_entry(session_id, entry);
  for (const ports::FeedSighting& sighting : commit_.feeds) write_feed(sighting);
  for (model::Fold& fold : commit_.folds) write_fold(fold);
  for (const model::Alert& alert : commit_.alerts) write_alert(alert);
  bool is_new = false;
  for (const model::Notification& n : commit_.notifications) is_new |= write_notification(n);
  for (const ports::QuarantineItem& item : commit_.quarantine) write_quarantine(item);
  for (const ports::CoverageSighting& sighting : commit_.coverage) write_coverage(sighting);
  if (!commit_.chain.empty()) write_chain();
  for (const model::Mute& mute : commit_.mutes) write_mute(mute);
  for (const auto& [name, value] : commit_.cursors) write_cursor(name, value);
  books_.add(commit_.records);
  for (const auto& [feed, deliveries] : commit_.deliveries) books_.add(feed, deliveries);
  books_.write();
  return is_new;
}

const std::string& Change::resolved(const std::string& session_id) {
  if (session_id.empty()) return session_id;
  const auto [at, is_new] = resolved_.try_emplace(session_id);
  if (is_new) at->second = resolve(db_, session_id);
  return at->second;
}

void Change::write_entry(const std::string& session_id, const model::Entry& entry) {
  const model::AccessEvent& e = entry.event;
  const std::string body = store::to_body(e);
  db_.query(
         "INSERT INTO events(event_key, content, kind, session_id, time, received, account_id, role, mechanism,"
         " severity, watch, break_glass, kinds, high_risk, organization_id, body, feed)"
         " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(event_key) DO NOTHING")
      .bind(entry.event_key, entry.content, static_cast<int>(entry.kind), resolved(session_id),
            e.event_time.value_or(commit_.at), commit_.at, e.account_id, e.role, static_cast<int>(e.mechanism),
            number(e.severity), e.watch, e.break_glass, int{entry.kinds}, entry.high_risk, organization_id_, body,
            e.origin.feed)
      .run();
  if (db_.changes() == 0) return;
  using model::EntryKind;
  if (entry.kind == EntryKind::access || entry.kind == EntryKind::failure || entry.kind == EntryKind::change)
    ledger_.append(model::to_string(entry.kind), entry.event_key, body);
}

void Change::write_feed(const ports::FeedSighting& sighting) {
  db_.query(
         "INSERT OR IGNORE INTO event_feeds(event_key, feed)"
         " SELECT event_key, ?2 FROM events WHERE event_key = ?1 AND feed <> ?2")
      .bind(sighting.event_key, sighting.feed)
      .run();
}

void Change::write_fold(model::Fold& fold) {
  const std::uint64_t stored = [&]() -> std::uint64_t {
    Query q = db_.query("SELECT version FROM folds WHERE key = ?").bind(fold.key);
    return q.step() ? q.count(0) : 0;
  }();
  if (stored != fold.version) throw Stale{};
  ++fold.version;
  db_.query(
         "INSERT INTO folds(key, version, last, next_due, organization_id, body) VALUES(?,?,?,?,?,?)"
         " ON CONFLICT(key) DO UPDATE SET version = excluded.version, last = excluded.last,"
         " next_due = excluded.next_due, body = excluded.body")
      .bind(fold.key, fold.version, fold.last, fold.next_due, organization_id_, store::to_body(fold))
      .run();
}

void Change::write_alert(const model::Alert& a) {
  db_.query(
         "INSERT INTO alerts(id, key, kind, session_id, severity, watch, receivers, fact, reason, data, created_at,"
         " event_time, planned, config_hash, organization_id) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
         " ON CONFLICT DO NOTHING")
      .bind(a.id, a.key, static_cast<int>(a.kind), resolved(a.session_id), static_cast<int>(a.severity), a.watch,
            store::to_list(a.receivers), a.fact, a.reason, a.data, a.created_at, a.event_time, a.planned, a.config_hash,
            organization_id_)
      .run();
  if (db_.changes() != 0) ledger_.append("alert", a.id, a.key + "\n" + a.data);
}

bool insert_notification(Db& db, Books& books, const model::Notification& n, const std::string& organization_id) {
  db.query(
        "INSERT INTO outbox(id, alert_id, receiver, generation, session_id, state, attempts, due_at, lease_until,"
        " ready, fence, created_at, settled_at, reason, reference, rerouted_from, organization_id)"
        " SELECT ?1, ?2, ?3, ?4, session_id, ?5, ?6, ?7, 0, ?7, 0, ?8, ?9, ?10, ?11, ?12, ?13"
        " FROM alerts WHERE id = ?2 ON CONFLICT DO NOTHING")
      .bind(n.id, n.alert_id, n.receiver, n.generation, static_cast<int>(n.state), n.attempts, n.due_at, n.created_at,
            n.settled_at, n.reason, n.reference, n.rerouted_from, organization_id)
      .run();
  if (db.changes() == 0) return false;
  books.alerts(n.receiver, n.state, 1);
  return true;
}

bool Change::write_notification(const model::Notification& notification) {
  return insert_notification(db_, books_, notification, organization_id_);
}

void Change::write_quarantine(const ports::QuarantineItem& item) {
  db_.query(
         "INSERT INTO quarantine(id, key, feed, source, reason, event_id, size, at, settled_at, settled_as,"
         " organization_id, payload) VALUES(?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")
      .bind(item.id, item.key, item.feed, item.source, item.reason, item.event_id, item.size, item.at, item.settled_at,
            item.settled_as, organization_id_, Blob{std::string_view(item.payload).substr(0, kPayload)})
      .run();
  if (db_.changes() != 0 && !item.settled_at) books_.add("quarantine.open", 1);
}

void Change::write_coverage(const ports::CoverageSighting& s) {
  db_.query(
         "INSERT INTO coverage(account_id, region, feed, records, newest, received_at) VALUES(?,?,?,?,?,?)"
         " ON CONFLICT(account_id, region, feed) DO UPDATE SET records = records + excluded.records,"
         " newest = max(newest, excluded.newest), received_at = max(received_at, excluded.received_at)")
      .bind(s.account_id, s.region, s.feed, s.records, s.newest, s.received_at)
      .run();
}

// One row for each commit; a counter of bytes spares adding them up. The oldest go first.
void Change::write_chain() {
  const Time newest = std::max_element(commit_.chain.begin(), commit_.chain.end(), [](const auto& a, const auto& b) {
                        return a.time < b.time;
                      })->time;
  const std::string rows = store::pack(commit_.chain);
  db_.query("INSERT INTO chain(newest, rows) VALUES(?, ?)").bind(newest, Blob{rows}).run();
  std::int64_t total = db_.number("SELECT value FROM books WHERE name = 'chain.bytes'");
  std::int64_t delta = static_cast<std::int64_t>(rows.size());
  const Time horizon{commit_.at.micros - kChainMicros};
  for (;;) {
    std::int64_t seq = 0;
    std::int64_t size = 0;
    {
      Query oldest = db_.query("SELECT seq, length(rows), newest FROM chain ORDER BY seq LIMIT 1");
      if (!oldest.step()) break;
      seq = oldest.integer(0);
      size = oldest.integer(1);
      if (total + delta <= kChainBytes && oldest.time(2) >= horizon) break;
    }
    db_.query("DELETE FROM chain WHERE seq = ?").bind(seq).run();
    delta -= size;
  }
  books_.add("chain.bytes", delta);
}

void Change::write_mute(const model::Mute& m) {
  db_.query(
         "INSERT INTO mutes(id, watch, account_id, session_id, author, reason, created_at, until, ended_at, ended_by,"
         " organization_id) VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
         " until = excluded.until, ended_at = excluded.ended_at, ended_by = excluded.ended_by")
      .bind(m.id, m.watch, m.account_id, resolved(m.session_id), m.author, m.reason, m.created_at, m.until, m.ended_at,
            m.ended_by, organization_id_)
      .run();
  const std::string end = m.ended_at ? format_time(*m.ended_at) + " by " + m.ended_by : std::string();
  ledger_.append("mute", m.id,
                 store::to_list({m.watch, m.account_id, m.session_id, m.author, m.reason, format_time(m.until), end}));
}

void Change::write_cursor(const std::string& name, const std::string& value) {
  if (value.empty()) {
    db_.query("DELETE FROM cursors WHERE name = ?").bind(name).run();
  } else {
    db_.query("INSERT INTO cursors(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
        .bind(name, value)
        .run();
  }
}

}  // namespace gw::sqlite

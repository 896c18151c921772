// Retention: what is older than its time is erased in transactions of bounded size, so that commits get their turn in
// between. Each leaves a ledger leaf that says what it erased; the leaves of erased rows stay, their bodies are gone.
#include <algorithm>
#include <array>
#include <map>

#include "base/json/write.h"
#include "edge/store/sqlite/change.h"
#include "edge/store/sqlite/load.h"
#include "edge/store/sqlite/sqlite_store.h"
#include "edge/store/sqlite/tally.h"

namespace gw::sqlite {
namespace {

using Retention = ports::Admin::Retention;

constexpr int kBatch = 2000;
constexpr int kSessionBatch = 200;
constexpr std::int64_t kKeysMicros = std::int64_t{35} * 24 * 3600 * 1'000'000;
using Erased = std::map<std::string, std::int64_t>;  // by table

// Deletes by one condition, at most kBatch rows.
void drop(Db& db, Erased& erased, const std::string& table, const std::string& condition, Time before) {
  db.query("DELETE FROM " + table + " WHERE rowid IN (SELECT rowid FROM " + table + " WHERE " + condition +
           " LIMIT ?2)")
      .bind(before, kBatch)
      .run();
  erased[table] += db.changes();
}

// Events lose their body; the key stays until nobody delivers it again.
void erase_events(Db& db, Erased& erased, const std::string& condition, Time before, Time keys_before) {
  const std::string chosen = "(SELECT seq FROM events WHERE body IS NOT NULL AND " + condition + " LIMIT ?2)";
  db.query(
        "UPDATE events SET body = NULL, session_id = '', account_id = '', role = '', watch = '', high_risk = ''"
        " WHERE seq IN " +
        chosen)
      .bind(before, kBatch)
      .run();
  erased["events"] += db.changes();
  db.query(
        "DELETE FROM event_feeds WHERE event_key IN (SELECT event_key FROM events WHERE body IS NULL AND received < ?1"
        " LIMIT ?2)")
      .bind(keys_before, kBatch)
      .run();
  db.query("DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE body IS NULL AND received < ?1 LIMIT ?2)")
      .bind(keys_before, kBatch)
      .run();
  erased["event_keys"] += db.changes();
}

void erase_session(Db& db, Erased& erased, const std::string& id) {
  constexpr std::array<std::string_view, 6> kStatements = {
      "UPDATE events SET body = NULL, session_id = '', account_id = '', role = '', watch = '', high_risk = ''"
      " WHERE session_id = ? AND session_id <> ''",
      "DELETE FROM outbox WHERE alert_id IN (SELECT id FROM alerts WHERE session_id = ? AND session_id <> '')",
      "DELETE FROM alerts WHERE session_id = ? AND session_id <> ''",
      "DELETE FROM threads WHERE session_id = ?1 OR session_id IN (SELECT alias FROM aliases WHERE session_id = ?1)",
      "DELETE FROM aliases WHERE session_id = ?",
      "DELETE FROM sessions WHERE id = ?"};
  constexpr std::array<const char*, 6> kTables = {"events", "outbox", "alerts", "threads", "aliases", "sessions"};
  for (std::size_t i = 0; i < kStatements.size(); ++i) {
    db.query(kStatements[i]).bind(id).run();
    erased[kTables[i]] += db.changes();
  }
}

// Lapsed sessions of which nothing waits to be told.
void erase_sessions(Db& db, Erased& erased, Time before) {
  std::vector<model::Session> old;
  {
    Query q = db.query(
        "SELECT version, body FROM sessions AS s WHERE started_at < ?1 AND last_seen_at < ?1 AND state = 1"
        " AND NOT EXISTS(SELECT 1 FROM outbox WHERE session_id = s.id AND state = 0)"
        " ORDER BY started_at LIMIT ?2");
    q.bind(before, kSessionBatch);
    while (q.step()) old.push_back(parse_session(q.view(1), q.count(0)));
  }
  Books books(db);
  for (const model::Session& session : old) {
    index_session(db, session.id, &session, nullptr);
    erase_session(db, erased, session.id);
    books.add("sessions", -1);
  }
  books.write();
}

void erase_alerts(Db& db, Erased& erased, Time before) {
  std::vector<std::string> ids;
  {
    Query q = db.query(
        "SELECT id FROM alerts AS a WHERE created_at < ?1 AND session_id = ''"
        " AND NOT EXISTS(SELECT 1 FROM outbox WHERE alert_id = a.id AND +state = 0)"
        " ORDER BY created_at LIMIT ?2");
    q.bind(before, kBatch);
    while (q.step()) ids.push_back(q.text(0));
  }
  for (const std::string& id : ids) {
    db.query("DELETE FROM outbox WHERE alert_id = ?").bind(id).run();
    erased["outbox"] += db.changes();
    db.query("DELETE FROM alerts WHERE id = ?").bind(id).run();
    erased["alerts"] += db.changes();
  }
}

std::string trace(const Retention& retention, const Erased& erased) {
  std::string out = "{\"sessions_before\":\"" + format_time(retention.sessions_before) + "\",\"activity_before\":\"" +
                    format_time(retention.activity_before) + "\",\"event_keys_before\":\"" +
                    format_time(retention.event_keys_before) + "\",\"erased\":{";
  bool first = true;
  for (const auto& [table, count] : erased) {
    if (count == 0) continue;
    if (!first) out += ',';
    first = false;
    json::append_string(out, table);
    out += ":" + std::to_string(count);
  }
  return out + "}}";
}

// One transaction's worth; answers how many rows went.
std::uint64_t erase_some(Db& db, const Retention& r, Time now) {
  Erased erased;
  erase_sessions(db, erased, r.sessions_before);
  erase_events(db, erased, "kind = 4 AND time < ?1", r.activity_before, r.event_keys_before);
  erase_events(db, erased, "kind <> 4 AND session_id = '' AND time < ?1", r.sessions_before, r.event_keys_before);
  erase_alerts(db, erased, r.sessions_before);
  drop(db, erased, "folds", "last < ?1 AND next_due IS NULL", r.sessions_before);
  drop(db, erased, "quarantine", "at < ?1 AND settled_at IS NOT NULL", r.sessions_before);
  drop(db, erased, "mutes", "min(until, coalesce(ended_at, until)) < ?1", r.sessions_before);
  std::uint64_t rows = 0;
  for (const auto& [table, count] : erased) rows += static_cast<std::uint64_t>(count);
  if (rows > 0) Ledger(db, now).append("retention", format_time(now), trace(r, erased), true);
  return rows;
}

}  // namespace

Result<std::uint64_t> SqliteStore::retain(const Retention& retention, Time now) {
  Retention bounded = retention;
  bounded.event_keys_before = std::min(retention.event_keys_before, Time{now.micros - kKeysMicros});
  return guard([&] {
    std::uint64_t total = 0;
    for (;;) {
      const std::uint64_t rows = write(Sync::full, [&](Db& db) { return erase_some(db, bounded, now); });
      if (rows == 0) return total;
      total += rows;
    }
  });
}

}  // namespace gw::sqlite

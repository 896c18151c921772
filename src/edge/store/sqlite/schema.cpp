// Times are int64 microseconds UTC. Ids are text that sorts bytewise; enums are the numbers of domain/model. "" stands for
// none in text columns that are filtered or joined on. organization_id is there from the start so that a store of several
// organizations is no migration of every row; today it is one per store.
#include "edge/store/sqlite/schema.h"

#include <array>

namespace gw::sqlite {
namespace {

struct Step {
  std::int64_t version;         // after it
  std::int64_t min_compatible;  // programs of this schema version and newer can use the result
  const char* sql;
};

constexpr const char* kFirst = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE events(
  seq INTEGER PRIMARY KEY,
  event_key TEXT NOT NULL UNIQUE,
  content INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  received INTEGER NOT NULL,
  account_id TEXT NOT NULL,
  role TEXT NOT NULL,
  mechanism INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  watch TEXT NOT NULL,
  break_glass INTEGER NOT NULL,
  kinds INTEGER NOT NULL,
  high_risk TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  body TEXT  -- NULL: erased, only the key is kept
) STRICT;
CREATE INDEX events_time ON events(time, seq) WHERE body IS NOT NULL;
CREATE INDEX events_ways_in ON events(time, seq) WHERE body IS NOT NULL AND kind <> 4;
CREATE INDEX events_session ON events(session_id, time, seq) WHERE session_id <> '';
CREATE INDEX events_account ON events(account_id, time, seq) WHERE body IS NOT NULL;
CREATE INDEX events_erased ON events(received) WHERE body IS NULL;

CREATE TABLE sessions(
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  account_id TEXT NOT NULL,
  role TEXT NOT NULL,
  severity INTEGER NOT NULL,  -- -1: none
  watch TEXT NOT NULL,
  mechanisms INTEGER NOT NULL,  -- a bit for each
  started_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  next_due INTEGER,
  acknowledged INTEGER NOT NULL,
  organization_id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_started ON sessions(started_at, id);
CREATE INDEX sessions_account ON sessions(account_id, started_at, id);
CREATE INDEX sessions_role ON sessions(role, started_at, id);
CREATE INDEX sessions_severity ON sessions(severity, started_at, id);
CREATE INDEX sessions_open ON sessions(started_at, id) WHERE state = 0;
CREATE INDEX sessions_unacknowledged ON sessions(started_at, id) WHERE acknowledged = 0;
CREATE INDEX sessions_due ON sessions(next_due, id) WHERE next_due IS NOT NULL;
-- w:WATCH for each watch that matched, m:MECHANISM for each way in.
CREATE TABLE session_tags(
  tag TEXT NOT NULL, started_at INTEGER NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY(tag, started_at, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE session_edges(
  key TEXT NOT NULL, until INTEGER NOT NULL, since INTEGER NOT NULL, session_id TEXT NOT NULL,
  PRIMARY KEY(key, until, since, session_id)
) STRICT, WITHOUT ROWID;
-- Never chained: session_id is one that exists.
CREATE TABLE aliases(alias TEXT PRIMARY KEY, session_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_session ON aliases(session_id);

CREATE TABLE folds(
  key TEXT PRIMARY KEY, version INTEGER NOT NULL, last INTEGER NOT NULL, next_due INTEGER,
  organization_id TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX folds_due ON folds(next_due, key) WHERE next_due IS NOT NULL;

CREATE TABLE alerts(
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  severity INTEGER NOT NULL,
  watch TEXT NOT NULL,
  receivers TEXT NOT NULL,
  fact TEXT NOT NULL,
  reason TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  event_time INTEGER,
  planned TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  organization_id TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_created ON alerts(created_at, id);
CREATE INDEX alerts_session ON alerts(session_id, created_at, id) WHERE session_id <> '';
CREATE INDEX alerts_openings ON alerts(watch, created_at) WHERE kind = 0;

-- ready: when it may be claimed, the later of due_at and lease_until.
CREATE TABLE outbox(
  id TEXT NOT NULL UNIQUE,
  alert_id TEXT NOT NULL,
  receiver TEXT NOT NULL,
  generation INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  reason TEXT NOT NULL,
  reference TEXT NOT NULL,
  rerouted_from TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  UNIQUE(alert_id, receiver, generation)
) STRICT;
CREATE INDEX outbox_ready ON outbox(receiver, ready) WHERE state = 0;
CREATE INDEX outbox_waiting ON outbox(session_id, receiver) WHERE state = 0;
CREATE INDEX outbox_state ON outbox(state, alert_id);

CREATE TABLE threads(
  session_id TEXT NOT NULL, receiver TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL,
  posted_at INTEGER NOT NULL, shown INTEGER NOT NULL, PRIMARY KEY(session_id, receiver)
) STRICT, WITHOUT ROWID;

CREATE TABLE mutes(
  id TEXT PRIMARY KEY, watch TEXT NOT NULL, account_id TEXT NOT NULL, session_id TEXT NOT NULL, author TEXT NOT NULL,
  reason TEXT NOT NULL, created_at INTEGER NOT NULL, until INTEGER NOT NULL, ended_at INTEGER, ended_by TEXT NOT NULL,
  organization_id TEXT NOT NULL
) STRICT;

CREATE TABLE quarantine(
  id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, feed TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
  event_id TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, settled_at INTEGER, settled_as TEXT NOT NULL,
  organization_id TEXT NOT NULL, payload BLOB NOT NULL
) STRICT;
CREATE INDEX quarantine_at ON quarantine(at, id);

CREATE TABLE coverage(
  account_id TEXT NOT NULL, region TEXT NOT NULL, feed TEXT NOT NULL, records INTEGER NOT NULL, newest INTEGER NOT NULL,
  received_at INTEGER NOT NULL, PRIMARY KEY(account_id, region, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE chain(seq INTEGER PRIMARY KEY, newest INTEGER NOT NULL, rows BLOB NOT NULL) STRICT;

CREATE TABLE books(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- body: only of what stands in no other table.
CREATE TABLE ledger_leaf(
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, body_hash BLOB NOT NULL, salt BLOB NOT NULL,
  at INTEGER NOT NULL, body TEXT
) STRICT;
)sql";

// Which feeds carried an event: the one that it was stored from, and others. Programs of version 1 read what they know.
constexpr const char* kFeeds = R"sql(
ALTER TABLE events ADD COLUMN feed TEXT NOT NULL DEFAULT '';
CREATE TABLE event_feeds(event_key TEXT NOT NULL, feed TEXT NOT NULL, PRIMARY KEY(event_key, feed)) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kSteps = {Step{1, 1, kFirst}, Step{2, 1, kFeeds}};
static_assert(kSteps.back().version == kSchemaVersion);

}  // namespace

SchemaState read_schema(Db& db) {
  const std::int64_t application = db.number("PRAGMA application_id");
  SchemaState state;
  state.version = db.number("PRAGMA user_version");
  if (application == 0 && state.version == 0 && db.number("SELECT count(*) FROM sqlite_schema") == 0) return state;
  if (application != kApplicationId) fail(Errc::invalid_input, "this SQLite file is not a store of glasswatch");
  state.min_compatible =
      db.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'min_compatible'", state.version);
  return state;
}

void refuse_newer(const SchemaState& state) {
  if (state.version <= kSchemaVersion || state.min_compatible <= kSchemaVersion) return;
  fail(Errc::denied, "the store was written by a newer glasswatch (its schema is version " +
                         std::to_string(state.version) + ", this program knows up to " +
                         std::to_string(kSchemaVersion) +
                         "): run the newer program again, or restore the backup made before it was installed");
}

void migrate_schema(Db& db) {
  for (const Step& step : kSteps) {
    if (db.number("PRAGMA user_version") >= step.version) continue;
    Transaction transaction(db, Transaction::Kind::write);
    if (db.number("PRAGMA user_version") >= step.version) continue;  // somebody else was quicker
    db.exec(step.sql);
    db.query("INSERT OR REPLACE INTO meta(key, value) VALUES('min_compatible', ?)")
        .bind(std::to_string(step.min_compatible))
        .run();
    db.exec(("PRAGMA user_version = " + std::to_string(step.version)).c_str());
    db.exec(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    transaction.commit();
  }
}

}  // namespace gw::sqlite

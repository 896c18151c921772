#include "edge/store/sqlite/check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>

#include "edge/store/codec/codec.h"
#include "edge/store/sqlite/db.h"
#include "edge/store/sqlite/lock.h"
#include "edge/store/sqlite/schema.h"
#include "edge/store/sqlite/sync.h"
#include "edge/store/sqlite/tally.h"

namespace gw::sqlite {
namespace {

constexpr std::size_t kProblems = 100;

class Checker {
 public:
  explicit Checker(Db& db) : db_(db) {}

  CheckReport run() {
    Transaction snapshot(db_, Transaction::Kind::read);
    report_.schema_version = db_.number("PRAGMA user_version");
    pages();
    sessions();
    bodies();
    references();
    counters();
    ledger();
    return std::move(report_);
  }

 private:
  void problem(std::string text) {
    ++report_.problem_count;
    if (report_.problems.size() < kProblems) report_.problems.push_back(std::move(text));
  }
  std::uint64_t rows(std::string_view sql) { return static_cast<std::uint64_t>(db_.number(sql)); }

  void pages() {
    Query q = db_.query("PRAGMA integrity_check(20)");
    while (q.step()) {
      if (q.view(0) != "ok") problem("SQLite: " + q.text(0));
    }
  }

  void session(const Query& q) {
    const std::string id = q.text(0);
    const auto state = model::parse_state_json(q.view(1));
    if (!state) return problem("session " + id + ": its state cannot be read");
    if (state->id != id) problem("session " + id + ": its state is another session's");
    if (state->version != q.count(2)) problem("session " + id + ": its state is of another version");
    const bool same = static_cast<std::int64_t>(state->state) == q.integer(3) && state->account_id == q.view(4) &&
                      state->role == q.view(5) && state->started_at == q.time(6) &&
                      state->next_due == q.maybe_time(7) && state->acknowledged.has_value() == (q.integer(8) != 0);
    if (!same) problem("session " + id + ": what it is found by differs from its state");
    Query edge = db_.query("SELECT 1 FROM session_edges WHERE key = ? AND until = ? AND since = ? AND session_id = ?");
    std::vector<std::tuple<std::string_view, Time, Time>> distinct;
    for (const model::Edge& e : state->edges) {
      if (!e.is_shown()) continue;
      distinct.emplace_back(e.key, e.to, e.from);
      if (!edge.bind(e.key, e.to, e.from, id).step()) problem("session " + id + ": an edge of it is not indexed");
      edge.again();
    }
    std::sort(distinct.begin(), distinct.end());
    edges_ += static_cast<std::uint64_t>(std::unique(distinct.begin(), distinct.end()) - distinct.begin());
  }

  void sessions() {
    Query q = db_.query(
        "SELECT id, body, version, state, account_id, role, started_at, next_due, acknowledged"
        " FROM sessions");
    for (; q.step(); ++report_.sessions) session(q);
    if (rows("SELECT count(*) FROM session_edges") != edges_) problem("there are edges of no session");
  }

  void bodies() {
    model::AccessEvent event;
    Query events = db_.query("SELECT event_key, body FROM events WHERE body IS NOT NULL");
    for (; events.step(); ++report_.events) {
      event = {};
      if (!store::from_body(events.view(1), event)) problem("event " + events.text(0) + ": it cannot be read");
    }
    model::Fold fold;
    Query folds = db_.query("SELECT key, body FROM folds");
    while (folds.step()) {
      fold = {};
      if (!store::from_body(folds.view(1), fold)) problem("fold " + folds.text(0) + ": it cannot be read");
    }
    std::vector<ports::ChainRow> rows;
    Query chain = db_.query("SELECT rows FROM chain");
    while (chain.step()) {
      rows.clear();
      if (!store::unpack(chain.view(0), rows)) problem("a part of the chain horizon cannot be read");
    }
    report_.alerts = this->rows("SELECT count(*) FROM alerts");
    report_.notifications = this->rows("SELECT count(*) FROM outbox");
  }

  void references() {
    constexpr std::string_view kNoSession = " NOT IN (SELECT id FROM sessions)";
    const std::array<std::pair<std::string, const char*>, 6> checks = {{
        {"session_tags WHERE id" + std::string(kNoSession), "tags of no session"},
        {"aliases WHERE session_id" + std::string(kNoSession), "aliases of no session"},
        {"aliases WHERE alias IN (SELECT id FROM sessions)", "aliases that are sessions too"},
        {"events WHERE session_id <> '' AND session_id" + std::string(kNoSession), "events of no session"},
        {"alerts WHERE session_id <> '' AND session_id" + std::string(kNoSession), "alerts of no session"},
        {"outbox WHERE alert_id NOT IN (SELECT id FROM alerts)", "notifications of no alert"},
    }};
    for (const auto& [from, what] : checks) {
      const std::uint64_t n = rows("SELECT count(*) FROM " + from);
      if (n != 0) problem(std::to_string(n) + " " + what);
    }
    const std::uint64_t n = rows(
        "SELECT count(*) FROM outbox JOIN alerts ON alerts.id = alert_id"
        " WHERE state = 0 AND outbox.session_id <> alerts.session_id");
    if (n != 0) problem(std::to_string(n) + " notifications wait for another session than their alert's");
  }

  void same(std::string_view what, std::uint64_t counted, std::uint64_t stored) {
    if (counted != stored)
      problem("books: " + std::string(what) + " says " + std::to_string(stored) + ", there are " +
              std::to_string(counted));
  }

  void counters() {
    ports::Totals totals = read_totals(db_);
    if (!totals.records.balanced()) problem("books: records do not balance");
    same("sessions", report_.sessions, totals.sessions);
    same("open sessions", rows("SELECT count(*) FROM sessions WHERE state = 0"), totals.open_sessions);
    same("open quarantined items", rows("SELECT count(*) FROM quarantine WHERE settled_at IS NULL"),
         totals.quarantine_open);
    same("bytes of the chain horizon", rows("SELECT sum(length(rows)) FROM chain"),
         rows("SELECT value FROM books WHERE name = 'chain.bytes'"));
    Query q = db_.query("SELECT receiver, state, count(*) FROM outbox GROUP BY receiver, state");
    std::map<std::string, std::uint64_t> trying;
    while (q.step()) {
      const std::string receiver = q.text(0);
      const std::size_t state = std::min<std::size_t>(q.count(1), model::kSendStates - 1);
      if (state == 0) trying[receiver] = q.count(2);
      // What was erased stays counted.
      if (totals.alerts[receiver][state] < q.count(2))
        same("notifications of " + receiver, q.count(2), totals.alerts[receiver][state]);
    }
    for (const auto& [receiver, states] : totals.alerts) same("waiting for " + receiver, trying[receiver], states[0]);
  }

  void ledger() {
    report_.ledger_leaves = rows("SELECT count(*) FROM ledger_leaf");
    const std::uint64_t last = rows("SELECT max(seq) FROM ledger_leaf");
    const std::uint64_t first = rows("SELECT min(seq) FROM ledger_leaf");
    if (report_.ledger_leaves != last || (last != 0 && first != 1))
      problem("the ledger has holes: " + std::to_string(report_.ledger_leaves) + " leaves up to number " +
              std::to_string(last));
    if (rows("SELECT count(*) FROM ledger_leaf WHERE length(body_hash) <> 32 OR length(salt) <> 16") != 0)
      problem("the ledger holds leaves without a hash");
  }

  Db& db_;
  CheckReport report_;
  std::uint64_t edges_ = 0;
};

Db open_existing(const std::string& path, Db::Mode mode) {
  if (!std::filesystem::exists(path)) fail(Errc::not_found, "there is no store at " + path);
  Db db(path, mode);
  const SchemaState state = read_schema(db);
  refuse_newer(state);
  if (mode == Db::Mode::read && state.version == 0) fail(Errc::invalid_input, path + " is an empty file, not a store");
  return db;
}

CheckReport check_file(const std::string& path) {
  Db db = open_existing(path, Db::Mode::read);
  if (db.number("PRAGMA user_version") < kSchemaVersion)
    fail(Errc::invalid_input, path + " is of an older schema: run `glasswatch store migrate` first");
  return Checker(db).run();
}

// A copy in one file, without a log beside it.
void copy(const std::string& from, const std::string& to) {
  Db source = open_existing(from, Db::Mode::read);
  Db target(to, Db::Mode::create);
  sqlite3_backup* const job = sqlite3_backup_init(target.raw(), "main", source.raw(), "main");
  if (job == nullptr) target.check(sqlite3_errcode(target.raw()), "backup");
  int code = sqlite3_backup_step(job, -1);
  const int end = sqlite3_backup_finish(job);
  if (code == SQLITE_DONE) code = end;
  if (code != SQLITE_OK) fail(errc_of(code), std::string("backup: ") + sqlite3_errstr(code));
  target.exec("PRAGMA journal_mode = DELETE");
}

CheckReport backup_file(const std::string& path, const std::string& to) {
  namespace fs = std::filesystem;
  if (fs::exists(to)) fail(Errc::conflict, to + " exists already");
  const std::string partial = to + ".partial";
  fs::remove(partial);
  try {
    copy(path, partial);
    sync_path(partial);
    CheckReport report = check_file(partial);
    fs::rename(partial, to);
    sync_folder_of(to);
    return report;
  } catch (...) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    fs::remove(partial + "-journal", ignored);
    throw;
  }
}

}  // namespace

Result<CheckReport> check(const std::string& path) {
  return guard([&] { return check_file(path); });
}

Result<CheckReport> backup(const std::string& path, const std::string& to) {
  return guard([&] { return backup_file(path, to); });
}

Result<Migration> migrate(const std::string& path) {
  return guard([&] {
    if (!std::filesystem::exists(path)) fail(Errc::not_found, "there is no store at " + path);
    const FileLock lock(path);
    Db db = open_existing(path, Db::Mode::write);
    db.exec("PRAGMA synchronous = FULL");
    Migration done;
    done.from = read_schema(db).version;
    migrate_schema(db);
    done.to = read_schema(db).version;
    return done;
  });
}

}  // namespace gw::sqlite

// Claims and marks. A row waits while its state is trying; `ready` is when it may be claimed. The fence goes up with each
// claim and each mark, so that a mark whose lease went to somebody else finds another number.
#include <algorithm>
#include <map>
#include <set>

#include "base/uuid.h"
#include "edge/store/sqlite/change.h"
#include "edge/store/sqlite/load.h"
#include "edge/store/sqlite/rows.h"
#include "edge/store/sqlite/sqlite_store.h"

namespace gw::sqlite {
namespace {

using model::SendState;
using ports::Claim;
using ports::Outcome;

// The rows to take: what is due, and what waits for the same sessions.
std::set<std::int64_t> choose(Db& db, const std::string& receiver, Time now, std::size_t limit) {
  std::set<std::int64_t> rows;
  std::set<std::string> sessions;
  {
    Query due = db.query(
        "SELECT rowid, session_id FROM outbox WHERE receiver = ? AND state = 0 AND ready <= ?"
        " ORDER BY ready, rowid LIMIT ?");
    due.bind(receiver, now, limit);
    while (due.step()) {
      rows.insert(due.integer(0));
      if (!due.view(1).empty()) sessions.insert(due.text(1));
    }
  }
  Query waiting = db.query(
      "SELECT rowid FROM outbox WHERE session_id = ? AND receiver = ? AND state = 0"
      " AND lease_until <= ?");
  for (const std::string& session : sessions) {
    waiting.bind(session, receiver, now);
    while (waiting.step()) rows.insert(waiting.integer(0));
    waiting.again();
  }
  return rows;
}

std::optional<model::Thread> load_thread(Db& db, const std::string& session, const std::string& receiver) {
  Query q = db.query("SELECT channel, ts, posted_at, shown FROM threads WHERE session_id = ? AND receiver = ?");
  if (session.empty() || !q.bind(session, receiver).step()) return std::nullopt;
  return model::Thread{receiver, session, q.text(0), q.text(1), q.time(2), q.count(3)};
}

std::vector<model::Thread> load_alias_threads(Db& db, const std::string& session, const std::string& receiver) {
  std::vector<model::Thread> threads;
  Query q = db.query(
      "SELECT threads.session_id, channel, ts, posted_at, shown FROM threads JOIN aliases"
      " ON aliases.alias = threads.session_id WHERE aliases.session_id = ? AND threads.receiver = ?");
  q.bind(session, receiver);
  while (q.step()) threads.push_back({receiver, q.text(0), q.text(1), q.text(2), q.time(3), q.count(4)});
  return threads;
}

// The key of an alert about a fold is kind|fold key|generation.
std::optional<model::Fold> fold_of(Db& db, const model::Alert& alert) {
  if (alert.kind != model::AlertKind::access_denied) return std::nullopt;
  const std::size_t begin = alert.key.find('|');
  const std::size_t end = alert.key.rfind('|');
  if (begin == std::string::npos || end <= begin) return std::nullopt;
  return load_fold(db, alert.key.substr(begin + 1, end - begin - 1));
}

Claim read_claim(Db& db, std::int64_t row, std::map<std::string, std::optional<model::Session>>& sessions) {
  Claim claim;
  {
    Query q = db.query("SELECT " + std::string(kNotificationColumns) + ", outbox.fence, " + std::string(kAlertColumns) +
                       " FROM outbox JOIN alerts ON alerts.id = outbox.alert_id WHERE outbox.rowid = ?");
    if (!q.bind(row).step()) fail(Errc::corrupt, "a notification without its alert: run `glasswatch store check`");
    claim.notification = read_notification(q, 0);
    claim.fence = q.count(kNotificationColumnCount);
    claim.alert = read_alert(q, kNotificationColumnCount + 1);
  }
  const std::string& id = claim.alert.session_id;
  if (!id.empty()) {
    const auto [at, is_new] = sessions.try_emplace(id);
    if (is_new) at->second = load_session(db, id);
    claim.session = at->second;
  }
  claim.thread = load_thread(db, id, claim.notification.receiver);
  if (claim.session && !claim.session->aliases.empty())
    claim.alias_threads = load_alias_threads(db, claim.session->id, claim.notification.receiver);
  claim.fold = fold_of(db, claim.alert);
  return claim;
}

std::vector<Claim> claim_rows(Db& db, const std::string& receiver, Time now, std::int64_t lease, std::size_t limit) {
  std::vector<Claim> claims;
  std::map<std::string, std::optional<model::Session>> sessions;
  for (const std::int64_t row : choose(db, receiver, now, limit)) {
    db.query("UPDATE outbox SET fence = fence + 1, lease_until = ?2, ready = max(due_at, ?2) WHERE rowid = ?1")
        .bind(row, now.micros + lease)
        .run();
    claims.push_back(read_claim(db, row, sessions));
  }
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.notification.created_at, a.notification.id) <
           std::tie(b.notification.created_at, b.notification.id);
  });
  return claims;
}

void write_thread(Db& db, const model::Thread& thread) {
  const std::string session = resolve(db, thread.session_id);
  // Told of a session that was absorbed meanwhile: the other one keeps the thread that it has.
  db.query(
        session == thread.session_id
            ? "INSERT OR REPLACE INTO threads(session_id, receiver, channel, ts, posted_at, shown) VALUES(?,?,?,?,?,?)"
            : "INSERT OR IGNORE INTO threads(session_id, receiver, channel, ts, posted_at, shown) VALUES(?,?,?,?,?,?)")
      .bind(session, thread.receiver, thread.channel, thread.ts, thread.posted_at, thread.shown)
      .run();
}

// What a row is when its mark comes; nullopt: the lease was lost.
std::optional<SendState> held(Db& db, const Claim& claim) {
  Query q = db.query("SELECT state, fence FROM outbox WHERE id = ?").bind(claim.notification.id);
  if (!q.step() || q.count(1) != claim.fence) return std::nullopt;
  const auto state = static_cast<SendState>(q.integer(0));
  if (state != SendState::trying && state != SendState::superseded) return std::nullopt;
  return state;
}

bool tells(SendState state) { return state == SendState::delivered || state == SendState::folded; }

// True when something new waits to be sent.
bool write_mark(Db& db, Books& books, const Claim& claim, const Outcome& outcome, Time now, const std::string& org) {
  const SendState before = held(db, claim).value_or(SendState::trying);
  // Superseded while it was on its way: that it was told all the same is worth knowing, anything else is not.
  if (before == SendState::superseded && !tells(outcome.state)) return false;
  const bool waits = outcome.state == SendState::trying;
  const Time due = waits ? outcome.due_at : claim.notification.due_at;
  db.query(
        "UPDATE outbox SET state = ?2, attempts = attempts + ?3, due_at = ?4, ready = ?4, lease_until = 0,"
        " fence = fence + 1, settled_at = ?5, reason = ?6, reference = ?7 WHERE id = ?1")
      .bind(claim.notification.id, static_cast<int>(outcome.state), outcome.was_sent, due,
            waits ? std::nullopt : std::optional<Time>(now), outcome.reason, outcome.reference)
      .run();
  books.moved(claim.notification.receiver, before, outcome.state);
  if (outcome.thread) write_thread(db, *outcome.thread);
  bool is_new = false;
  for (const std::string& receiver : outcome.reroute_to) {
    model::Notification copy;
    copy.id = random_uuid7(now);
    copy.alert_id = claim.notification.alert_id;
    copy.receiver = receiver;
    copy.generation = claim.notification.generation;
    copy.due_at = copy.created_at = now;
    copy.rerouted_from = claim.notification.receiver;
    is_new |= insert_notification(db, books, copy, org);  // not where that receiver was told by itself
  }
  return is_new;
}

}  // namespace

struct SqliteStore::PendingMarks {
  const std::vector<std::pair<Claim, Outcome>>& marks;
  Time now;
  bool done = false;
  bool is_new = false;
  Status status = ok();
};

Result<std::vector<Claim>> SqliteStore::claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                              std::size_t limit) {
  return guard(
      [&] { return write(Sync::lazy, [&](Db& db) { return claim_rows(db, receiver, now, lease_micros, limit); }); });
}

void SqliteStore::run_marks(std::vector<PendingMarks*>& batch) {
  const Status written = guard([&] {
    return write_locked(Sync::full, [&](Db& db) {
      Books books(db);
      for (PendingMarks* pending : batch) {
        const bool lost = std::any_of(pending->marks.begin(), pending->marks.end(),
                                      [&](const auto& mark) { return !held(db, mark.first).has_value(); });
        pending->status = ok();
        if (lost) {
          pending->status = Error{Errc::conflict, "the lease was lost to another claim"};
          continue;
        }
        for (const auto& [claim, outcome] : pending->marks)
          pending->is_new |= write_mark(db, books, claim, outcome, pending->now, options_.organization_id);
      }
      books.write();
      return Unit{};
    });
  });
  for (PendingMarks* pending : batch) {
    if (!written) {
      pending->status = written;
      pending->is_new = false;
    }
    pending->done = true;
  }
}

// Whoever gets the writer writes all that wait: while one transaction waits for the disk, the next one gathers.
Status SqliteStore::mark(const std::vector<std::pair<Claim, Outcome>>& marks, Time now) {
  PendingMarks mine{marks, now};
  {
    const std::lock_guard lock(marks_mutex_);
    marks_.push_back(&mine);
  }
  {
    const std::lock_guard lock(writer_mutex_);
    if (!mine.done) {
      std::vector<PendingMarks*> batch;
      {
        const std::lock_guard inner(marks_mutex_);
        batch.swap(marks_);
      }
      run_marks(batch);
    }
  }
  if (mine.status && mine.is_new) announce();
  return mine.status;
}

Result<std::optional<Time>> SqliteStore::next_due(const std::string& receiver) {
  return read([&](Db& db) {
    Query q = db.query("SELECT min(ready) FROM outbox WHERE receiver = ? AND state = 0").bind(receiver);
    return q.step() ? q.maybe_time(0) : std::nullopt;
  });
}

Result<std::vector<std::string>> SqliteStore::receivers() {
  return read([&](Db& db) {
    std::vector<std::string> names;
    Query q = db.query("SELECT DISTINCT receiver FROM outbox WHERE state = 0 ORDER BY receiver");
    while (q.step()) names.push_back(q.text(0));
    return names;
  });
}

}  // namespace gw::sqlite

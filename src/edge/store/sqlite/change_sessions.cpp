// Sessions in the answer of a commit: optimistic on their version, merged with what becomes an alias of them.
#include <algorithm>
#include <set>
#include <tuple>

#include "edge/store/sqlite/change.h"
#include "edge/store/sqlite/load.h"

namespace gw::sqlite {
namespace {

using model::Session;
using EdgeRow = std::tuple<std::string_view, Time, Time>;  // key, until, since

std::set<EdgeRow> edge_rows(const Session* session) {
  std::set<EdgeRow> rows;
  if (session == nullptr) return rows;
  for (const model::Edge& edge : session->edges) {
    if (edge.is_shown()) rows.emplace(edge.key, edge.to, edge.from);
  }
  return rows;
}

std::set<std::pair<std::string, Time>> tag_rows(const Session* session) {
  std::set<std::pair<std::string, Time>> rows;
  if (session == nullptr) return rows;
  for (const std::string& watch : session->watches) rows.emplace("w:" + watch, session->started_at);
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (session->mechanisms.has(static_cast<model::Mechanism>(i)))
      rows.emplace("m:" + std::string(model::kMechanismNames[i]), session->started_at);
  }
  return rows;
}

// Calls gone(x) for what only `before` holds and come(x) for what only `after` holds.
template <class Set, class Gone, class Come>
void differ(const Set& before, const Set& after, Gone gone, Come come) {
  for (const auto& x : before) {
    if (!after.contains(x)) gone(x);
  }
  for (const auto& x : after) {
    if (!before.contains(x)) come(x);
  }
}

std::int64_t mechanism_bits(model::MechanismSet set) {
  std::int64_t bits = 0;
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (set.has(static_cast<model::Mechanism>(i))) bits |= std::int64_t{1} << i;
  }
  return bits;
}

}  // namespace

// Only what differs is written: most changes of a session touch no key.
void index_session(Db& db, const std::string& id, const Session* before, const Session* after) {
  Query drop_edge = db.query("DELETE FROM session_edges WHERE key = ? AND until = ? AND since = ? AND session_id = ?");
  Query add_edge = db.query("INSERT OR IGNORE INTO session_edges(key, until, since, session_id) VALUES(?, ?, ?, ?)");
  const auto edge = [&id](Query& q) {
    return [&id, &q](const EdgeRow& row) {
      q.bind(std::get<0>(row), std::get<1>(row), std::get<2>(row), id).run();
      q.again();
    };
  };
  differ(edge_rows(before), edge_rows(after), edge(drop_edge), edge(add_edge));
  Query drop_tag = db.query("DELETE FROM session_tags WHERE tag = ? AND started_at = ? AND id = ?");
  Query add_tag = db.query("INSERT OR IGNORE INTO session_tags(tag, started_at, id) VALUES(?, ?, ?)");
  const auto tag = [&id](Query& q) {
    return [&id, &q](const std::pair<std::string, Time>& row) {
      q.bind(row.first, row.second, id).run();
      q.again();
    };
  };
  differ(tag_rows(before), tag_rows(after), tag(drop_tag), tag(add_tag));
}

const Session* Change::old_session(const std::string& id, std::uint64_t version) {
  const auto found = std::find_if(loaded_.sessions.begin(), loaded_.sessions.end(),
                                  [&](const Session& s) { return s.id == id && s.version == version; });
  if (found != loaded_.sessions.end()) return &*found;
  read_again_ = load_session(db_, id);
  return read_again_ ? &*read_again_ : nullptr;
}

// What waits to be told of a session that is absorbed is told of the other one, but for what was, or is about to be, told of
// that one itself.
void Change::supersede(const std::string& absorbed, const std::string& into) {
  constexpr std::string_view kTold =
      " FROM outbox AS o JOIN alerts AS a ON a.id = o.alert_id WHERE o.session_id = ?1 AND o.state = 0 AND EXISTS("
      "SELECT 1 FROM alerts AS b JOIN outbox AS p ON p.alert_id = b.id AND p.receiver = o.receiver"
      " WHERE b.session_id = ?2 AND b.session_id <> '' AND b.kind = a.kind AND b.fact = a.fact)";
  {
    Query q =
        db_.query("SELECT o.receiver, count(*)" + std::string(kTold) + " GROUP BY o.receiver").bind(absorbed, into);
    while (q.step()) books_.moved(q.text(0), model::SendState::trying, model::SendState::superseded, q.integer(1));
  }
  db_.query(
         "UPDATE outbox SET state = 5, settled_at = ?3, reason = 'merged into session ' || ?2 WHERE rowid IN"
         " (SELECT o.rowid" +
         std::string(kTold) + ")")
      .bind(absorbed, into, commit_.at)
      .run();
  db_.query("UPDATE outbox SET session_id = ?2 WHERE session_id = ?1 AND state = 0").bind(absorbed, into).run();
}

void Change::absorb(const Session& into, const std::string& id) {
  if (id == into.id || resolve(db_, id) == into.id) return;
  Query row = db_.query("SELECT version, state FROM sessions WHERE id = ?").bind(id);
  if (row.step()) {
    const std::uint64_t version = row.count(0);
    const auto loaded =
        std::find_if(loaded_.sessions.begin(), loaded_.sessions.end(), [&](const Session& s) { return s.id == id; });
    if (loaded != loaded_.sessions.end() && loaded->version != version) throw Stale{};
    books_.add("sessions", -1);
    if (row.integer(1) == 0) books_.add("sessions.open", -1);
    index_session(db_, id, old_session(id, version), nullptr);
    db_.query("DELETE FROM sessions WHERE id = ?").bind(id).run();
  } else if (resolve(db_, id) != id) {
    throw Stale{};  // it went elsewhere meanwhile
  }
  db_.query("UPDATE aliases SET session_id = ? WHERE session_id = ?").bind(into.id, id).run();
  db_.query("INSERT INTO aliases(alias, session_id) VALUES(?, ?)").bind(id, into.id).run();
  supersede(id, into.id);
  db_.query("UPDATE events SET session_id = ?2 WHERE session_id = ?1 AND session_id <> ''").bind(id, into.id).run();
  db_.query("UPDATE alerts SET session_id = ?2 WHERE session_id = ?1 AND session_id <> ''").bind(id, into.id).run();
  // The thread goes along where the other session has none; else both stay, and point at each other.
  db_.query("UPDATE OR IGNORE threads SET session_id = ?2 WHERE session_id = ?1").bind(id, into.id).run();
}

void Change::write_session(Session& session) {
  std::optional<std::uint64_t> version;
  {
    Query row = db_.query("SELECT version, state FROM sessions WHERE id = ?").bind(session.id);
    if (row.step()) {
      version = row.count(0);
      if (row.integer(1) == 0) books_.add("sessions.open", -1);
    }
  }
  if (version.value_or(0) != session.version) throw Stale{};
  if (!version && resolve(db_, session.id) != session.id) throw Stale{};
  index_session(db_, session.id, version ? old_session(session.id, *version) : nullptr, &session);
  if (!version) books_.add("sessions", 1);
  if (session.state == model::SessionState::open) books_.add("sessions.open", 1);

  ++session.version;
  if (session.organization_id.empty()) session.organization_id = organization_id_;
  const std::string body = model::to_state_json(session);
  db_.query(
         "INSERT INTO sessions(id, version, state, account_id, role, severity, watch, mechanisms, started_at,"
         " last_seen_at, next_due, acknowledged, organization_id, body) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
         " ON CONFLICT(id) DO UPDATE SET version = excluded.version, state = excluded.state,"
         " account_id = excluded.account_id, role = excluded.role, severity = excluded.severity,"
         " watch = excluded.watch, mechanisms = excluded.mechanisms, started_at = excluded.started_at,"
         " last_seen_at = excluded.last_seen_at, next_due = excluded.next_due,"
         " acknowledged = excluded.acknowledged, body = excluded.body")
      .bind(session.id, session.version, static_cast<int>(session.state), session.account_id, session.role,
            session.severity ? static_cast<int>(*session.severity) : -1, session.watch,
            mechanism_bits(session.mechanisms), session.started_at, session.last_seen_at, session.next_due,
            session.acknowledged.has_value(), session.organization_id, body)
      .run();
  ledger_.append("session", session.id + "@" + std::to_string(session.version), body);
}

}  // namespace gw::sqlite

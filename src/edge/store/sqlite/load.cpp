#include "edge/store/sqlite/load.h"

#include <set>

#include "edge/store/codec/codec.h"

namespace gw::sqlite {
namespace {

std::set<std::string> overlapping(Db& db, const std::vector<model::Edge>& edges) {
  std::set<std::string> ids;
  Query q = db.query("SELECT session_id FROM session_edges WHERE key = ? AND until >= ? AND since <= ?");
  for (const model::Edge& edge : edges) {
    q.bind(edge.key, edge.from, edge.to);
    while (q.step()) ids.insert(q.text(0));
    q.again();
  }
  return ids;
}

void load_openings(Db& db, const ports::Ask& ask, ports::Loaded& loaded) {
  Query q =
      db.query("SELECT created_at FROM alerts WHERE kind = 0 AND watch = ? AND created_at >= ? ORDER BY created_at");
  for (const std::string& watch : ask.watches) {
    q.bind(watch, ask.openings_since);
    std::vector<Time>& times = loaded.openings[watch];
    while (q.step()) times.push_back(q.time(0));
    q.again();
  }
}

}  // namespace

std::string resolve(Db& db, const std::string& id) {
  Query q = db.query("SELECT session_id FROM aliases WHERE alias = ?").bind(id);
  return q.step() ? q.text(0) : id;
}

model::Session parse_session(std::string_view body, std::uint64_t version) {
  std::optional<model::Session> session = model::parse_state_json(body);
  if (!session) fail(Errc::corrupt, "a session's stored state cannot be read: run `glasswatch store check`");
  session->version = version;
  return *std::move(session);
}

model::Fold parse_fold(std::string_view body, std::uint64_t version) {
  model::Fold fold;
  if (!store::from_body(body, fold))
    fail(Errc::corrupt, "a fold's stored state cannot be read: run `glasswatch store check`");
  fold.version = version;
  return fold;
}

std::optional<model::Session> load_session(Db& db, const std::string& id) {
  Query q = db.query("SELECT version, body FROM sessions WHERE id = ?").bind(id);
  if (!q.step()) return std::nullopt;
  return parse_session(q.view(1), q.count(0));
}

std::optional<model::Fold> load_fold(Db& db, const std::string& key) {
  Query q = db.query("SELECT version, body FROM folds WHERE key = ?").bind(key);
  if (!q.step()) return std::nullopt;
  return parse_fold(q.view(1), q.count(0));
}

ports::Loaded load(Db& db, const ports::Ask& ask) {
  ports::Loaded loaded;
  {
    Query q = db.query("SELECT content FROM events WHERE event_key = ?");
    for (const std::string& key : ask.event_keys) {
      if (q.bind(key).step()) loaded.known.emplace(key, q.count(0));
      q.again();
    }
  }
  std::set<std::string> ids = overlapping(db, ask.edges);
  for (const std::string& asked : ask.session_ids) {
    std::string id = resolve(db, asked);
    if (id != asked) loaded.aliases.emplace(asked, id);
    ids.insert(std::move(id));
  }
  for (const std::string& id : ids) {
    if (auto session = load_session(db, id)) loaded.sessions.push_back(*std::move(session));
  }
  std::set<std::string> folds(ask.folds.begin(), ask.folds.end());
  for (const std::string& key : folds) {
    if (auto fold = load_fold(db, key)) loaded.folds.push_back(*std::move(fold));
  }
  load_openings(db, ask, loaded);
  Query alert = db.query("SELECT 1 FROM alerts WHERE key = ?");
  for (const std::string& key : ask.alert_keys) {
    if (alert.bind(key).step()) loaded.alert_keys.insert(key);
    alert.again();
  }
  return loaded;
}

}  // namespace gw::sqlite

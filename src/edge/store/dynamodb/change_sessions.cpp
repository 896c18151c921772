// Sessions in the answer of a commit. A session that was merged into another stays as an item that says into which; so a
// late writer of it fails, and an id is never used again.
#include <algorithm>

#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/change.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {
namespace {

using model::SendState;
using model::Session;

constexpr std::size_t kInline = std::size_t{300} << 10;  // of an item's 400 KB
constexpr std::size_t kMaxGuards = 40;                   // edges that are checked beside those that are written

std::map<std::string, std::vector<Stretch>> stretches_of(const Session* session) {
  std::map<std::string, std::vector<Stretch>> all;
  if (session == nullptr) return all;
  for (const model::Edge& edge : session->edges) {
    if (edge.is_shown()) all[edge.key].push_back({edge.from, edge.to});
  }
  return all;
}

void drop_parts(const Item& item, std::vector<Key>& garbage) {
  for (std::size_t n = 0; n < item.count("parts"); ++n) garbage.push_back(keys::part(item.text("upload"), n));
}

void move_edges(const std::string& id, const Session* before, const Session* after, Group& group) {
  const auto old = stretches_of(before);
  const auto fresh = stretches_of(after);
  for (const auto& [key, stretches] : old) {
    if (!fresh.contains(key)) group.edges[key][id] = {};
  }
  for (const auto& [key, stretches] : fresh) {
    const auto found = old.find(key);
    if (found == old.end() || to_text(found->second) != to_text(stretches)) group.edges[key][id] = stretches;
  }
}

// An item holds 400 KB, and some people come every hour: of an edge that many sessions have, the ones that ended longest ago
// are forgotten. Records are recognised again for 35 days; what comes later than that joins nothing that is so old.
void forget_old(const Item& edge, Time now, std::map<std::string, std::vector<Stretch>>& sessions) {
  constexpr std::size_t kFew = 100;
  constexpr std::size_t kMany = 2500;
  constexpr std::size_t kAtOnce = 50;  // an expression is short
  constexpr std::int64_t kOld = std::int64_t{40} * 24 * 3600 * 1'000'000;
  std::vector<std::pair<Time, std::string>> ends;
  for (const auto& [name, value] : edge.values) {
    if (!name.starts_with(kStretch)) continue;
    Time end{};
    for (const Stretch& s : parse_stretches(value.text)) end = std::max(end, s.to);
    ends.emplace_back(end, name.substr(kStretch.size()));
  }
  if (ends.size() <= kFew) return;
  std::sort(ends.begin(), ends.end());
  for (std::size_t i = 0; i < kAtOnce && i < ends.size(); ++i) {
    if (ends.size() - i <= kMany && ends[i].first.micros >= now.micros - kOld) return;
    sessions.try_emplace(ends[i].second);
  }
}

}  // namespace

Op edge_op(const std::string& edge_key, const std::map<std::string, std::vector<Stretch>>& sessions, const Value* ttl) {
  Op op;
  op.kind = Op::Kind::update;
  op.item = Item(keys::edge(edge_key));
  std::string set;
  std::string remove;
  for (const auto& [id, stretches] : sessions) {
    const std::string n = std::to_string(op.names.size());
    op.names["#" + n] = std::string(kStretch) + id;
    if (stretches.empty()) {
      remove += (remove.empty() ? "REMOVE #" : ", #") + n;
      continue;
    }
    set += (set.empty() ? "SET #" : ", #") + n + " = :" + n;
    op.values[":" + n] = text(to_text(stretches));
  }
  if (ttl != nullptr) {
    set += set.empty() ? "SET #ttl = :ttl" : ", #ttl = :ttl";
    op.names["#ttl"] = "ttl";
    op.values[":ttl"] = *ttl;
  }
  op.update = set + (set.empty() ? "" : " ") + remove + (remove.empty() ? "" : " ") + "ADD v :one";
  op.values[":one"] = number(1);
  return op;
}

// Of an edge that was looked at, what was seen must still hold; the first write of a commit asks.
void Change::write_edges(Group& group) {
  Item ttl;
  keep_.mark(ttl, commit_.at, kMonth);
  for (const auto& [key, sessions] : group.edges) {
    std::map<std::string, std::vector<Stretch>> kept;
    std::map<std::string, std::vector<Stretch>> gone;
    for (const auto& [id, stretches] : sessions) {
      if (!stretches.empty()) {
        kept[id] = stretches;
      } else if (absorbed_.contains(id)) {
        gone[id] = {};
      } else if (const Item* item = snapshot_.at(keys::edge(key)); item != nullptr) {
        Op& op = later_if.emplace_back(edge_op(key, {{id, {}}}));
        op.condition = "#0 = :old";
        op.values[":old"] = text(item->text(std::string(kStretch) + id));
      }
    }
    if (!gone.empty()) later.push_back(edge_op(key, gone));
    if (kept.empty()) continue;
    const Key at = keys::edge(key);
    const Item* seen = snapshot_.has_seen(at) ? snapshot_.at(at) : nullptr;
    const bool asks = snapshot_.has_seen(at) && written_edges_.insert(key).second;
    if (asks && seen != nullptr) forget_old(*seen, commit_.at, kept);
    Op op = edge_op(key, kept, ttl.has("ttl") ? &ttl.values.at("ttl") : nullptr);
    if (asks) require_version(op, seen == nullptr ? 0 : seen->count("v"));
    group.links.push_back(std::move(op));
  }
}

// Two halves of one sign-in may look for each other without writing the same edge. So what was looked at is checked too.
void Change::guard_edges() {
  if (commit_.sessions.empty()) return;
  Group& group = groups[commit_.sessions.front().session.id];
  std::size_t guards = 0;
  for (const model::Edge& edge : ask_.edges) {
    if (guards == kMaxGuards) return;
    if (!written_edges_.insert(edge.key).second) continue;
    ++guards;
    Op op;
    op.kind = Op::Kind::check;
    op.item = Item(keys::edge(edge.key));
    const Item* item = snapshot_.at(op.key());
    require_version(op, item == nullptr ? 0 : item->count("v"));
    group.ops.push_back(std::move(op));
  }
}

std::vector<std::string> Change::merged_into(const std::string& session_id) {
  std::vector<std::string> ids;
  if (const Item* item = snapshot_.at(keys::session(session_id))) ids = merged_of(*item);
  const std::vector<std::string>& more = merged_[session_id];
  ids.insert(ids.end(), more.begin(), more.end());
  return ids;
}

// Those of what was merged into it among them.
std::vector<AlertItem> Change::alerts_of(const std::string& session_id) {
  std::vector<std::string> names = merged_into(session_id);
  names.push_back(session_id);
  std::vector<AlertItem> alerts;
  for (const std::string& name : names) {
    for (const Item& item : table_.query({{}, keys::alerts_of(name), {}, {}, 0})) alerts.push_back(parse_alert(item));
  }
  return alerts;
}

// What waits to be told of a session that is absorbed is told of the other one, but for what was, or is about to be, told of
// that one itself.
void Change::supersede(const std::string& absorbed, const std::string& into, Group& group) {
  const std::vector<AlertItem> others = alerts_of(into);
  for (AlertItem& a : alerts_of(absorbed)) {
    bool changed = false;
    for (Note& note : a.notes) {
      if (!note.waits()) continue;
      const bool told = std::any_of(others.begin(), others.end(), [&](const AlertItem& b) {
        return b.alert.kind == a.alert.kind && b.alert.fact == a.alert.fact &&
               std::any_of(b.notes.begin(), b.notes.end(), [&](const Note& other) {
                 return other.notification.receiver == note.notification.receiver;
               });
      });
      if (!told) continue;
      note.notification.state = SendState::superseded;
      note.notification.settled_at = commit_.at;
      note.notification.reason = "merged into session " + into;
      group.books.moved(note.notification.receiver, SendState::trying, SendState::superseded);
      changed = true;
    }
    if (changed) group.ops.push_back(put_alert(a, keep_));
  }
}

// A thread goes along where the other session has none; else both stay, and point at each other.
void Change::take_threads(const std::string& from, const std::string& into, Group& group) {
  for (const Item& item : table_.query({{}, keys::thread(from, "x").pk, {}, {}, 0})) {
    Op put;
    put.item = item;
    put.item.set("pk", text(keys::thread(into, "x").pk));
    if (snapshot_.at(put.key()) != nullptr || !made_.insert(put.key()).second) continue;
    require_version(put, 0);
    Op erase;
    erase.kind = Op::Kind::erase;
    erase.item = Item(item.key());
    group.ops.push_back(std::move(put));
    group.ops.push_back(std::move(erase));
  }
}

void Change::absorb(const Session& into, const std::string& id, Group& group) {
  if (id == into.id || resolve(snapshot_, id) == into.id) return;
  const Item* item = snapshot_.at(keys::session(id));
  if (item != nullptr && item->has("into")) throw Stale{};  // it went elsewhere meanwhile
  absorbed_[id] = into.id;
  Op op;
  op.item = Item(keys::session(id));
  const std::uint64_t version = item == nullptr ? 0 : item->count("v");
  require_version(op, version);
  op.item.set("v", number(version + 1));
  op.item.set("into", text(into.id));
  keep_.mark(op.item, commit_.at, kMonth);
  group.ops.push_back(std::move(op));
  if (item != nullptr) {
    const Session old = parse_session(table_, *item);
    const auto loaded =
        std::find_if(loaded_.sessions.begin(), loaded_.sessions.end(), [&](const Session& s) { return s.id == id; });
    if (loaded != loaded_.sessions.end() && loaded->version != version) throw Stale{};
    group.books.add("sessions", -1);
    if (old.state == model::SessionState::open) group.books.add("sessions.open", -1);
    move_edges(id, &old, nullptr, group);
    drop_parts(*item, garbage);
  }
  supersede(id, into.id, group);
  take_threads(id, into.id, group);
  std::vector<std::string> ids = merged_into(id);
  ids.push_back(id);
  std::vector<std::string>& merged = merged_[into.id];
  merged.insert(merged.end(), ids.begin(), ids.end());
}

// A body that is too long for an item is written ahead in parts that only the item names.
void Change::write_body(Item& item, const std::string& body) {
  if (body.size() <= kInline) {
    item.set("body", text(body));
    return;
  }
  const std::string upload = random_uuid7(commit_.at);
  std::size_t parts = 0;
  for (std::size_t begin = 0; begin < body.size(); ++parts) {
    std::size_t end = std::min(begin + kInline, body.size());
    while (end < body.size() && (static_cast<unsigned char>(body[end]) & 0xc0) == 0x80) --end;  // whole characters
    Op op;
    op.item = Item(keys::part(upload, parts));
    op.item.set("body", text(std::string_view(body).substr(begin, end - begin)));
    if (item.has("ttl")) op.item.set("ttl", item.values.at("ttl"));
    static_cast<void>(table_.write(op));
    begin = end;
  }
  item.set("upload", text(upload));
  item.set("parts", number(parts));
}

void Change::write_session(Session& session, Group& group) {
  const Key key = keys::session(session.id);
  const Item* item = known(key);
  if (item != nullptr && item->has("into")) throw Stale{};
  if ((item == nullptr ? 0 : item->count("v")) != session.version) throw Stale{};
  std::optional<Session> old;
  if (item != nullptr) {
    old = parse_session(table_, *item);
    if (old->state == model::SessionState::open) group.books.add("sessions.open", -1);
    drop_parts(*item, garbage);
  } else {
    group.books.add("sessions", 1);
  }
  if (session.state == model::SessionState::open) group.books.add("sessions.open", 1);
  move_edges(session.id, old ? &*old : nullptr, &session, group);

  Op op;
  op.item = Item(key);
  require_version(op, session.version);
  ++session.version;
  if (session.organization_id.empty()) session.organization_id = config_.organization_id;
  const std::string body = model::to_state_json(session);
  op.item.set("v", number(session.version));
  op.item.set("id", text(session.id));
  if (const std::vector<std::string> merged = merged_into(session.id); !merged.empty())
    op.item.set("merged", text(store::to_list(merged)));
  if (session.state == model::SessionState::lapsed) keep_.mark(op.item, commit_.at);
  write_body(op.item, body);
  set_leaf(op.item, "session", session.id + "@" + std::to_string(session.version), body);
  group.books.leaf();
  if (session.next_due) {
    op.item.set("gsi1pk", text(keys::kClock));
    op.item.set("gsi1sk", text(sortable(*session.next_due) + "#" + keys::bounded(session.id)));
    op.item.set("due", signed_number(session.next_due->micros));
  } else if (session.state == model::SessionState::open) {
    op.item.set("gsi1pk", text(keys::kClock));
    op.item.set("gsi1sk", text("~#" + keys::bounded(session.id)));
  }
  group.ops.push_back(std::move(op));
}

}  // namespace gw::dynamodb

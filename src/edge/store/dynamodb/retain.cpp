// Retention on demand: TTL does the same by itself where the store was given a time to keep things. Of a session everything
// that hangs on it goes first and its own item last, so that a run that was interrupted finds it again. One leaf at the end says
// what went.
#include <algorithm>
#include <map>
#include <set>

#include "base/json/write.h"
#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/change.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/load.h"

namespace gw::dynamodb {
namespace {

using Retention = ports::Admin::Retention;
using Erased = std::map<std::string, std::uint64_t>;

constexpr std::int64_t kKeysMicros = std::int64_t{35} * 24 * 3600 * 1'000'000;

bool waits(const AlertItem& alert) {
  return std::any_of(alert.notes.begin(), alert.notes.end(), [](const Note& note) { return note.waits(); });
}

class Eraser {
 public:
  Eraser(Table& table, const Retention& retention) : table_(table), retention_(retention) {}

  // Answers what has to be written in one step for the last of it: none where nothing went.
  struct Last {
    std::vector<Op> ops;
    Books books;
  };
  void erase_sessions(const std::function<void(Last&)>& write) {
    for (const Item& item : table_.query({{}, "S", {}, {}, 0})) {
      if (item.has("into")) continue;
      const model::Session session = parse_session(table_, item);
      const Time before = retention_.sessions_before;
      if (session.state != model::SessionState::lapsed || session.started_at >= before ||
          session.last_seen_at >= before)
        continue;
      erase_session(item, session, write);
    }
  }

  void erase_events() {
    for (std::size_t shard = 0; shard < keys::kEventShards; ++shard) {
      for (const Item& item : table_.query({{}, keys::event_shard(shard), {}, {}, 0})) erase_event(item);
    }
  }

  void erase_alerts() {
    Listing all{{}, std::string(keys::kAlertList), {}, sortable(retention_.sessions_before), 0};
    for (const Item& entry : table_.query(all)) {
      const auto item = table_.get(Key{entry.text("alert_pk"), entry.text("alert_sk")});
      if (item) {
        const AlertItem alert = parse_alert(*item);
        if (!alert.alert.session_id.empty() || alert.alert.created_at >= retention_.sessions_before || waits(alert))
          continue;
        erase_alert(alert);
      }
    }
  }

  void erase_rest() {
    const Time before = retention_.sessions_before;
    for (const Item& item : table_.query({{}, "F", {}, {}, 0})) {
      if (item.time("last") < before && !item.has("due")) erase(item.key(), "folds");
    }
    for (const Item& item : table_.query({{}, "Q", {}, {}, 0})) {
      ports::QuarantineItem q;
      if (!store::from_body(item.text("body"), q) || q.at >= before || !q.settled_at) continue;
      table_.erase(keys::payload(q.id));
      erase(item.key(), "quarantine");
    }
    for (const Item& item : table_.query({{}, "M", {}, {}, 0})) {
      model::Mute mute;
      if (!store::from_body(item.text("body"), mute)) continue;
      if (std::min(mute.until, mute.ended_at.value_or(mute.until)) < before) erase(item.key(), "mutes");
    }
  }

  [[nodiscard]] const Erased& erased() const { return erased_; }

 private:
  void erase(const Key& key, const std::string& what) {
    table_.erase(key);
    ++erased_[what];
  }

  void erase_alert(const AlertItem& alert) {
    table_.erase(alert.item.key());
    table_.erase(keys::alert_entry(alert.alert));
    ++erased_["alerts"];
    erased_["outbox"] += alert.notes.size();
  }

  void erase_session(const Item& item, const model::Session& session, const std::function<void(Last&)>& write) {
    std::vector<std::string> names = merged_of(item);
    names.push_back(session.id);
    std::vector<AlertItem> alerts;
    for (const std::string& name : names) {
      for (const Item& one : table_.query({{}, keys::alerts_of(name), {}, {}, 0})) alerts.push_back(parse_alert(one));
    }
    if (std::any_of(alerts.begin(), alerts.end(), waits)) return;
    gone_.insert(names.begin(), names.end());
    for (const AlertItem& alert : alerts) erase_alert(alert);
    Last last;
    for (const std::string& name : names) {
      for (const Item& thread : table_.query({{}, keys::thread(name, "x").pk, {}, {}, 0}))
        erase(thread.key(), "threads");
    }
    Op op;
    op.kind = Op::Kind::erase;
    op.item = Item(item.key());
    require_version(op, item.count("v"));
    last.ops.push_back(std::move(op));
    last.books.add("sessions", -1);
    std::set<std::string> edges;
    for (const model::Edge& edge : session.edges) {
      if (edge.is_shown()) edges.insert(edge.key);
    }
    for (const std::string& key : edges) {  // one that is left leads nowhere
      if (last.ops.size() < Table::kTransaction - 1) last.ops.push_back(edge_op(key, {{session.id, {}}}));
    }
    write(last);
    ++erased_["sessions"];
    for (const std::string& name : names) {
      if (name != session.id) erase(keys::session(name), "aliases");
    }
    for (std::size_t n = 0; n < item.count("parts"); ++n) table_.erase(keys::part(item.text("upload"), n));
  }

  // Loses its body; the key stays until nobody delivers it again.
  void erase_event(const Item& item) {
    if (!item.has("body")) {
      if (item.time("received") < retention_.event_keys_before) erase(item.key(), "event_keys");
      return;
    }
    const auto kind = static_cast<model::EntryKind>(item.count("kind"));
    const std::string& session = item.text("session");
    const Time time = item.time("time");
    const bool is_old = kind == model::EntryKind::activity ? time < retention_.activity_before
                                                           : session.empty() && time < retention_.sessions_before;
    const bool is_gone = !session.empty() && gone_.contains(session);
    if (!is_old && !is_gone) return;
    Op op;
    op.kind = Op::Kind::update;
    op.item = Item(item.key());
    op.names = {{"#b", "body"}, {"#s", "session"}, {"#h", "high_risk"}};
    op.update = "REMOVE #b, #s, #h";
    op.condition = "attribute_exists(pk)";
    static_cast<void>(table_.write(op));
    ++erased_["events"];
  }

  Table& table_;
  const Retention& retention_;
  std::set<std::string> gone_;  // sessions, and what was merged into them
  Erased erased_;
};

std::string trace(const Retention& retention, const Erased& erased) {
  std::string out = "{\"sessions_before\":\"" + format_time(retention.sessions_before) + "\",\"activity_before\":\"" +
                    format_time(retention.activity_before) + "\",\"event_keys_before\":\"" +
                    format_time(retention.event_keys_before) + "\",\"erased\":{";
  bool first = true;
  for (const auto& [what, count] : erased) {
    if (!first) out.push_back(',');
    first = false;
    json::append_string(out, what);
    out += ":" + std::to_string(count);
  }
  return out + "}}";
}

}  // namespace

Result<std::uint64_t> DynamoStore::retain(const Retention& retention, Time now) {
  Retention bounded = retention;
  bounded.event_keys_before = std::min(retention.event_keys_before, Time{now.micros - kKeysMicros});
  return guard([&] {
    Eraser eraser(table_, bounded);
    eraser.erase_sessions([&](Eraser::Last& last) {
      last.books.append_to(last.ops, any_shard());
      if (!table_.transact(last.ops)) fail(Errc::conflict, "a session was written while it was to be erased");
    });
    eraser.erase_events();
    eraser.erase_alerts();
    eraser.erase_rest();
    std::uint64_t rows = 0;
    for (const auto& [what, count] : eraser.erased()) rows += count;
    if (rows == 0) return rows;
    edit([&](std::vector<Op>& ops, Books& books) {
      Op op;
      op.item = Item({"R", sortable(now) + "#" + random_uuid7(now)});
      const std::string body = trace(bounded, eraser.erased());
      op.item.set("body", text(body));
      set_leaf(op.item, "retention", format_time(now), body);
      ops.push_back(std::move(op));
      books.leaf();
      return true;
    });
    return rows;
  });
}

}  // namespace gw::dynamodb

// Mutes, quarantine, retries, and what a restart needs.
#include <algorithm>

#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/lists.h"
#include "edge/store/dynamodb/load.h"

namespace gw::dynamodb {
namespace {

using ports::ListQuery;
using ports::Page;
using ports::QuarantineItem;

QuarantineItem parse_item(const Item& item) {
  QuarantineItem q;
  if (!store::from_body(item.text("body"), q)) fail(Errc::corrupt, "a quarantined item cannot be read");
  return q;
}

bool fits(const QuarantineItem& q, const std::string& name, const std::string& value) {
  if (name == "feed") return q.feed == value;
  if (name == "since") return q.at >= time_filter(name, value);
  if (name == "until") return q.at < time_filter(name, value);
  if (name == "state") {
    if (value == "open") return !q.settled_at;
    if (value != "replayed" && value != "dismissed") bad_filter(name, value);
    return q.settled_as == value;
  }
  unknown_filter(name, "quarantined items");
}

Page<QuarantineItem> list_items(Table& table, const ListQuery& query) {
  check_cursor(query.cursor);
  for (const auto& [name, value] : query.filters) static_cast<void>(fits({}, name, value));
  std::vector<std::pair<std::string, QuarantineItem>> found;
  table.walk({{}, "Q", {}, {}, 0}, [&](const Item& item) {
    QuarantineItem q = parse_item(item);
    const bool is_wanted = std::all_of(query.filters.begin(), query.filters.end(),
                                       [&](const auto& filter) { return fits(q, filter.first, filter.second); });
    if (is_wanted) found.emplace_back(place_of(q.at, q.id), std::move(q));
    return true;
  });
  return page_of(std::move(found), query);
}

Item find_item(Table& table, const std::string& id) {
  std::optional<Item> found;
  table.walk({{}, "Q", {}, {}, 0}, [&](Item item) {
    if (item.text("id") == id) found = std::move(item);
    return !found;
  });
  if (!found) fail(Errc::not_found, "no such quarantined item");
  return *std::move(found);
}

std::optional<Key> find_alert(Table& table, const std::string& id) {
  std::optional<Key> found;
  Listing all{{}, std::string(keys::kAlertList), {}, {}, 0};
  all.newest_first = true;
  table.walk(all, [&](const Item& item) {
    if (item.text("id") == id) found = Key{item.text("alert_pk"), item.text("alert_sk")};
    return !found;
  });
  return found;
}

// What is parked, and no later generation of it has followed.
bool is_last_and_parked(const AlertItem& alert, const model::Notification& n) {
  return n.state == model::SendState::parked &&
         std::none_of(alert.notes.begin(), alert.notes.end(), [&](const Note& later) {
           return later.notification.receiver == n.receiver && later.notification.generation > n.generation;
         });
}

void make_due(AlertItem& alert, Time now, Books& books) {
  std::vector<model::Notification> again;
  for (Note& note : alert.notes) {
    model::Notification& old = note.notification;
    if (note.waits()) old.due_at = now;
    if (!is_last_and_parked(alert, old)) continue;
    model::Notification& n = again.emplace_back();
    n.id = random_uuid7(now);
    n.alert_id = old.alert_id;
    n.receiver = old.receiver;
    n.generation = old.generation + 1;
    n.due_at = n.created_at = now;
    n.rerouted_from = old.rerouted_from;
  }
  for (model::Notification& n : again) {
    books.alerts(n.receiver, n.state, 1);
    alert.notes.push_back({std::move(n), 0, {}});
  }
}

}  // namespace

Result<std::vector<model::Mute>> DynamoStore::mutes(bool with_ended) {
  return guard([&] {
    Snapshot snapshot(table_, tools_);
    std::vector<model::Mute> mutes;
    for (const Item& item : table_.query({{}, "M", {}, {}, 0})) {
      model::Mute mute;
      if (!store::from_body(item.text("body"), mute)) fail(Errc::corrupt, "a stored mute cannot be read");
      if (!mute.session_id.empty()) mute.session_id = resolve(snapshot, mute.session_id);
      if (with_ended || !mute.ended_at) mutes.push_back(std::move(mute));
    }
    std::sort(mutes.begin(), mutes.end(),
              [](const auto& a, const auto& b) { return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id); });
    return mutes;
  });
}

Result<Page<QuarantineItem>> DynamoStore::quarantine(const ListQuery& query) {
  return guard([&] { return list_items(table_, query); });
}

Result<QuarantineItem> DynamoStore::quarantined(const std::string& id) {
  return guard([&] {
    QuarantineItem q = parse_item(find_item(table_, id));
    if (const auto payload = table_.get(keys::payload(id))) q.payload = payload->text("body");
    return q;
  });
}

Status DynamoStore::settle_quarantined(const std::string& id, const std::string& as, Time now) {
  return guard([&] {
    if (as != "replayed" && as != "dismissed") fail(Errc::invalid_input, "an item is replayed or dismissed");
    const Key key = find_item(table_, id).key();
    edit([&](std::vector<Op>& ops, Books& books) {
      const auto item = table_.get(key);
      if (!item) fail(Errc::not_found, "no such quarantined item");
      QuarantineItem q = parse_item(*item);
      if (q.settled_as == as) return false;
      if (!q.settled_as.empty()) fail(Errc::conflict, "it was " + q.settled_as + " already");
      q.settled_as = as;
      q.settled_at = now;
      Op op;
      op.item = *item;
      require_version(op, item->count("v"));
      op.item.set("v", number(item->count("v") + 1));
      op.item.set("body", text(store::to_body(q)));
      keep_.mark(op.item, now);
      ops.push_back(std::move(op));
      Item last;
      keep_.mark(last, now, kMonth);
      if (last.has("ttl")) {
        Op& payload = ops.emplace_back();
        payload.kind = Op::Kind::update;
        payload.item = Item(keys::payload(id));
        payload.update = "SET #ttl = :ttl";
        payload.names["#ttl"] = "ttl";
        payload.values[":ttl"] = last.values.at("ttl");
      }
      books.add("quarantine.open", -1);
      return true;
    });
    return Unit{};
  });
}

Status DynamoStore::retry(const std::string& alert_id, Time now) {
  Status status = guard([&] {
    const auto key = find_alert(table_, alert_id);
    if (!key) fail(Errc::not_found, "no such alert");
    edit([&](std::vector<Op>& ops, Books& books) {
      const auto item = table_.get(*key);
      if (!item) fail(Errc::not_found, "no such alert");
      AlertItem alert = parse_alert(*item);
      make_due(alert, now, books);
      ops.push_back(put_alert(alert, keep_));
      return true;
    });
    remember(*key, 0, true);
    return Unit{};
  });
  if (status) announce();
  return status;
}

Result<std::map<std::string, std::string>> DynamoStore::cursors(const std::string& prefix) {
  return guard([&] {
    std::map<std::string, std::string> found;
    Listing all{{}, "C", prefix, {}, 0};
    if (!prefix.empty()) all.to = prefix + "\xf4\x8f\xbf\xbf";  // the last character of all
    for (const Item& item : table_.query(all)) {
      if (item.text("name").starts_with(prefix)) found.emplace(item.text("name"), item.text("value"));
    }
    return found;
  });
}

Result<std::vector<ports::ChainRow>> DynamoStore::chain(Time since) {
  return guard([&] {
    std::vector<ports::ChainRow> rows;
    table_.walk({{}, "H", sortable(since), {}, 0}, [&](const Item& item) {
      if (!store::unpack(item.text("rows"), rows)) fail(Errc::corrupt, "the chain horizon cannot be read");
      return true;
    });
    std::erase_if(rows, [&](const ports::ChainRow& row) { return row.time < since; });
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
    return rows;
  });
}

Result<std::vector<ports::CoverageSighting>> DynamoStore::coverage() {
  return guard([&] {
    std::vector<ports::CoverageSighting> all;
    for (const Item& item : table_.query({{}, "G", {}, {}, 0})) {
      all.push_back({item.text("account"), item.text("region"), item.text("feed"), item.count("records"),
                     item.time("newest"), item.time("received_at")});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.account_id, a.region, a.feed) < std::tie(b.account_id, b.region, b.feed);
    });
    return all;
  });
}

// TTL erases rows when it gets to it; what is beyond a day, or beyond some MiB, goes before.
void DynamoStore::prune_chain(Time now) {
  constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
  constexpr std::int64_t kPause = std::int64_t{600} * 1'000'000;
  constexpr std::size_t kBytes = std::size_t{16} << 20;
  if (now.micros - chain_pruned_.micros < kPause) return;
  chain_pruned_ = now;
  const std::string horizon = sortable(Time{now.micros - kDay});
  std::size_t size = 0;
  std::vector<Key> gone;
  Listing all{{}, "H", {}, {}, 0};
  all.newest_first = true;
  table_.walk(all, [&](const Item& item) {
    size += item.size();
    if (size > kBytes || item.text("sk") < horizon) gone.push_back(item.key());
    return true;
  });
  for (const Key& key : gone) table_.erase(key);
}

}  // namespace gw::dynamodb

// Mutes, quarantine, retries, and what a restart needs.
#include <algorithm>

#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/sqlite/change.h"
#include "edge/store/sqlite/lists.h"
#include "edge/store/sqlite/rows.h"
#include "edge/store/sqlite/sqlite_store.h"

namespace gw::sqlite {
namespace {

using ports::ListQuery;
using ports::Page;
using ports::QuarantineItem;

constexpr std::string_view kItemColumns = "id, key, feed, source, reason, event_id, size, at, settled_at, settled_as";

QuarantineItem read_item(const Query& q) {
  QuarantineItem item;
  item.id = q.text(0);
  item.key = q.text(1);
  item.feed = q.text(2);
  item.source = q.text(3);
  item.reason = q.text(4);
  item.event_id = q.text(5);
  item.size = q.count(6);
  item.at = q.time(7);
  item.settled_at = q.maybe_time(8);
  item.settled_as = q.text(9);
  return item;
}

void filter_item(Where& where, const std::string& name, const std::string& value) {
  if (name == "feed") return where.add("feed = ?", value);
  if (name == "since") return where.add("at >= ?", time_filter(name, value));
  if (name == "until") return where.add("at < ?", time_filter(name, value));
  if (name == "state") {
    if (value == "open") return where.add("settled_at IS NULL");
    if (value != "replayed" && value != "dismissed") bad_filter(name, value);
    return where.add("settled_as = ?", value);
  }
  fail(Errc::invalid_input, "a list of quarantined items has no filter " + name.substr(0, 40));
}

Page<QuarantineItem> list_items(Db& db, const ListQuery& query) {
  Where where;
  for (const auto& [name, value] : query.filters) filter_item(where, name, value);
  if (!query.cursor.empty()) {
    const Place place = from_cursor(query.cursor);
    where.add("(at, id) < (?, ", place.time.micros);
    where.more("?)", place.rest);
  }
  Query q = db.query("SELECT " + std::string(kItemColumns) + " FROM quarantine" + where.sql() +
                     " ORDER BY at DESC, id DESC LIMIT ?");
  where.bind(q);
  const std::size_t limit = limit_of(query);
  q.bind(limit + 1);
  Page<QuarantineItem> page;
  while (q.step()) {
    if (page.items.size() == limit) {
      page.next_cursor = to_cursor({page.items.back().at, page.items.back().id});
      break;
    }
    page.items.push_back(read_item(q));
  }
  return page;
}

std::vector<model::Mute> list_mutes(Db& db, bool with_ended) {
  std::vector<model::Mute> mutes;
  Query q = db.query(
      "SELECT id, watch, account_id, session_id, author, reason, created_at, until, ended_at, ended_by"
      " FROM mutes WHERE ?1 OR ended_at IS NULL ORDER BY created_at, id");
  q.bind(with_ended);
  while (q.step()) {
    model::Mute& mute = mutes.emplace_back();
    mute.id = q.text(0);
    mute.watch = q.text(1);
    mute.account_id = q.text(2);
    mute.session_id = q.text(3);
    mute.author = q.text(4);
    mute.reason = q.text(5);
    mute.created_at = q.time(6);
    mute.until = q.time(7);
    mute.ended_at = q.maybe_time(8);
    mute.ended_by = q.text(9);
  }
  return mutes;
}

// The parked ones that no later generation has followed.
std::vector<model::Notification> parked(Db& db, const std::string& alert_id) {
  std::vector<model::Notification> found;
  Query q = db.query("SELECT " + std::string(kNotificationColumns) +
                     " FROM outbox WHERE alert_id = ?1 AND +state = 4 AND NOT EXISTS(SELECT 1 FROM outbox AS later"
                     " WHERE later.alert_id = ?1 AND later.receiver = outbox.receiver"
                     " AND later.generation > outbox.generation)");
  q.bind(alert_id);
  while (q.step()) found.push_back(read_notification(q, 0));
  return found;
}

void retry_alert(Db& db, const std::string& alert_id, Time now, const std::string& organization_id) {
  if (!db.query("SELECT 1 FROM alerts WHERE id = ?").bind(alert_id).step()) fail(Errc::not_found, "no such alert");
  db.query("UPDATE outbox SET due_at = ?2, ready = max(?2, lease_until) WHERE alert_id = ?1 AND +state = 0")
      .bind(alert_id, now)
      .run();
  Books books(db);
  for (const model::Notification& old : parked(db, alert_id)) {
    model::Notification again;
    again.id = random_uuid7(now);
    again.alert_id = alert_id;
    again.receiver = old.receiver;
    again.generation = old.generation + 1;
    again.due_at = again.created_at = now;
    again.rerouted_from = old.rerouted_from;
    insert_notification(db, books, again, organization_id);
  }
  books.write();
}

Unit settle_item(Db& db, const std::string& id, const std::string& as, Time now) {
  {
    Query q = db.query("SELECT settled_as FROM quarantine WHERE id = ?").bind(id);
    if (!q.step()) fail(Errc::not_found, "no such quarantined item");
    if (q.view(0) == as) return {};
    if (!q.view(0).empty()) fail(Errc::conflict, "it was " + q.text(0) + " already");
  }
  db.query("UPDATE quarantine SET settled_at = ?, settled_as = ? WHERE id = ?").bind(now, as, id).run();
  Books books(db);
  books.add("quarantine.open", -1);
  books.write();
  return {};
}

}  // namespace

Result<std::vector<model::Mute>> SqliteStore::mutes(bool with_ended) {
  return read([&](Db& db) { return list_mutes(db, with_ended); });
}

Result<Page<QuarantineItem>> SqliteStore::quarantine(const ListQuery& query) {
  return read([&](Db& db) { return list_items(db, query); });
}

Result<QuarantineItem> SqliteStore::quarantined(const std::string& id) {
  return read([&](Db& db) {
    Query q = db.query("SELECT " + std::string(kItemColumns) + ", payload FROM quarantine WHERE id = ?");
    if (!q.bind(id).step()) fail(Errc::not_found, "no such quarantined item");
    QuarantineItem item = read_item(q);
    item.payload = q.text(10);
    return item;
  });
}

Status SqliteStore::settle_quarantined(const std::string& id, const std::string& as, Time now) {
  return guard([&] {
    if (as != "replayed" && as != "dismissed") fail(Errc::invalid_input, "an item is replayed or dismissed");
    return write(Sync::full, [&](Db& db) { return settle_item(db, id, as, now); });
  });
}

Status SqliteStore::retry(const std::string& alert_id, Time now) {
  Status status = guard([&] {
    return write(Sync::full, [&](Db& db) {
      retry_alert(db, alert_id, now, options_.organization_id);
      return Unit{};
    });
  });
  if (status) announce();
  return status;
}

Result<std::map<std::string, std::string>> SqliteStore::cursors(const std::string& prefix) {
  return read([&](Db& db) {
    std::map<std::string, std::string> found;
    Query q = db.query("SELECT name, value FROM cursors WHERE name >= ? ORDER BY name");
    q.bind(prefix);
    while (q.step() && q.view(0).starts_with(prefix)) found.emplace(q.text(0), q.text(1));
    return found;
  });
}

Result<std::vector<ports::ChainRow>> SqliteStore::chain(Time since) {
  return read([&](Db& db) {
    std::vector<ports::ChainRow> rows;
    Query q = db.query("SELECT rows FROM chain WHERE newest >= ? ORDER BY seq");
    q.bind(since);
    while (q.step()) {
      if (!store::unpack(q.view(0), rows))
        fail(Errc::corrupt, "the chain horizon cannot be read: run `glasswatch store check`");
    }
    std::erase_if(rows, [&](const ports::ChainRow& row) { return row.time < since; });
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
    return rows;
  });
}

Result<std::vector<ports::CoverageSighting>> SqliteStore::coverage() {
  return read([](Db& db) {
    std::vector<ports::CoverageSighting> all;
    Query q = db.query(
        "SELECT account_id, region, feed, records, newest, received_at FROM coverage"
        " ORDER BY account_id, region, feed");
    while (q.step()) all.push_back({q.text(0), q.text(1), q.text(2), q.count(3), q.time(4), q.time(5)});
    return all;
  });
}

}  // namespace gw::sqlite

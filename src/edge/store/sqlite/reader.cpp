// Lists are walked along an index in the order they are shown in, from the cursor on: a page costs its own rows, whatever
// the size of the table. A filter that no index knows is looked at row by row on that walk.
#include <charconv>
#include <sstream>

#include "edge/store/codec/codec.h"
#include "edge/store/sqlite/lists.h"
#include "edge/store/sqlite/load.h"
#include "edge/store/sqlite/rows.h"
#include "edge/store/sqlite/sqlite_store.h"
#include "edge/store/sqlite/tally.h"

namespace gw::sqlite {
namespace {

using ports::ListQuery;
using ports::Page;

[[noreturn]] void unknown_filter(std::string_view name, std::string_view list) {
  fail(Errc::invalid_input, "a list of " + std::string(list) + " has no filter " + std::string(name.substr(0, 40)));
}

// --- sessions

struct SessionTerms {
  Where where;
  bool is_open = false;  // only open ones: they are few, whatever else is asked
  std::string tag;       // drives the list where it is given
};

void filter_session(Db& db, SessionTerms& terms, const std::string& name, const std::string& value) {
  Where& w = terms.where;
  if (name == "account_id") return w.add("s.account_id = ?", value);
  if (name == "role") return w.add("s.role = ?", value);
  if (name == "session_id") return w.add("s.id = ?", resolve(db, value));
  if (name == "severity") return w.add("s.severity = ?", word_filter(name, value, model::parse_severity(value)));
  if (name == "since") return w.add("s.started_at >= ?", time_filter(name, value));
  if (name == "until") return w.add("s.started_at < ?", time_filter(name, value));
  // Spelled out: an index of some rows only is not used for a value that is bound.
  if (name == "acknowledged") {
    // Nobody acknowledges what was imported: of two indexes, that of the open ones is the short one.
    const bool is_acknowledged = flag_filter(name, value);
    return w.add(is_acknowledged ? "s.acknowledged = 1" : terms.is_open ? "+s.acknowledged = 0" : "s.acknowledged = 0");
  }
  if (name == "state") {
    if (value != "open" && value != "lapsed") bad_filter(name, value);
    return w.add(value == "open" ? "s.state = 0" : "s.state = 1");
  }
  if (name == "watch") {
    terms.tag = "w:" + value;
    return;
  }
  if (name == "mechanism") {
    const std::int64_t m = word_filter(name, value, model::parse_mechanism(value));
    w.add("s.mechanisms & ? <> 0", std::int64_t{1} << m);
    if (terms.tag.empty()) terms.tag = "m:" + value;
    return;
  }
  unknown_filter(name, "sessions");
}

Page<model::Session> list_sessions(Db& db, const ListQuery& query) {
  SessionTerms terms;
  const auto state = query.filters.find("state");
  terms.is_open = state != query.filters.end() && state->second == "open";
  for (const auto& [name, value] : query.filters) filter_session(db, terms, name, value);
  const bool tagged = !terms.tag.empty();
  if (tagged) terms.where.add("t.tag = ?", terms.tag);
  const std::string order = tagged ? "t" : "s";
  if (!query.cursor.empty()) {
    const Place place = from_cursor(query.cursor);
    terms.where.add("(" + order + ".started_at, " + order + ".id) < (?, ", place.time.micros);
    terms.where.more("?)", place.rest);
  }
  const std::string from = tagged ? "session_tags AS t CROSS JOIN sessions AS s ON s.id = t.id" : "sessions AS s";
  Query q = db.query("SELECT s.version, s.body FROM " + from + terms.where.sql() + " ORDER BY " + order +
                     ".started_at DESC, " + order + ".id DESC LIMIT ?");
  terms.where.bind(q);
  const std::size_t limit = limit_of(query);
  q.bind(limit + 1);
  Page<model::Session> page;
  while (q.step()) {
    if (page.items.size() == limit) {
      page.next_cursor = to_cursor({page.items.back().started_at, page.items.back().id});
      break;
    }
    page.items.push_back(parse_session(q.view(1), q.count(0)));
  }
  return page;
}

// --- events

void filter_event(Db& db, Where& w, const std::string& name, const std::string& value) {
  if (name == "account_id") return w.add("account_id = ?", value);
  if (name == "role") return w.add("role = ?", value);
  if (name == "watch") return w.add("watch = ?", value);
  if (name == "session_id") {
    w.add("session_id <> ''");
    return w.add("session_id = ?", resolve(db, value));
  }
  if (name == "severity") return w.add("severity = ?", word_filter(name, value, model::parse_severity(value)));
  if (name == "mechanism") return w.add("mechanism = ?", word_filter(name, value, model::parse_mechanism(value)));
  if (name == "since") return w.add("time >= ?", time_filter(name, value));
  if (name == "until") return w.add("time < ?", time_filter(name, value));
  if (name == "only_feed") {
    w.add("feed = ?", value);
    return w.add("NOT EXISTS(SELECT 1 FROM event_feeds WHERE event_feeds.event_key = events.event_key)");
  }
  if (name == "kind") {
    const std::int64_t kind = word_filter(name, value, model::parse_entry_kind(value));
    if (kind != static_cast<std::int64_t>(model::EntryKind::activity)) w.add("kind <> 4");  // they have an index
    return w.add("kind = ?", kind);
  }
  unknown_filter(name, "events");
}

std::int64_t number_of(const std::string& text) {
  std::int64_t n = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || at != text.data() + text.size()) fail(Errc::invalid_input, "not a cursor of this list");
  return n;
}

std::string seq_text(std::int64_t seq) {
  std::string digits = std::to_string(seq);
  return std::string(20 - digits.size(), '0') + digits;
}

Page<ports::StoredEvent> list_events(Db& db, const ListQuery& query) {
  Where where;
  where.add("body IS NOT NULL");
  for (const auto& [name, value] : query.filters) filter_event(db, where, name, value);
  if (!query.cursor.empty()) {
    const Place place = from_cursor(query.cursor);
    where.add("(time, seq) < (?, ", place.time.micros);
    where.more("?)", number_of(place.rest));
  }
  Query q = db.query(
      "SELECT seq, time, kind, session_id, kinds, high_risk, body, (SELECT group_concat(feed, ' ') FROM"
      " event_feeds WHERE event_feeds.event_key = events.event_key), received FROM events" +
      where.sql() + " ORDER BY time DESC, seq DESC LIMIT ?");
  where.bind(q);
  const std::size_t limit = limit_of(query);
  q.bind(limit + 1);
  Page<ports::StoredEvent> page;
  Place last;
  while (q.step()) {
    if (page.items.size() == limit) {
      page.next_cursor = to_cursor(last);
      break;
    }
    last = {q.time(1), seq_text(q.integer(0))};
    ports::StoredEvent& event = page.items.emplace_back();
    event.kind = static_cast<model::EntryKind>(q.integer(2));
    event.session_id = q.text(3);
    event.kinds = static_cast<model::ActivityKinds>(q.integer(4));
    event.high_risk = q.text(5);
    if (!store::from_body(q.view(6), event.event))
      fail(Errc::corrupt, "a stored event cannot be read: run `glasswatch store check`");
    event.feeds.insert(event.event.origin.feed);
    std::istringstream others(std::string(q.view(7)));
    for (std::string feed; others >> feed;) event.feeds.insert(feed);
    event.received_at = q.time(8);
  }
  return page;
}

// --- alerts

struct AlertTerms {
  Where where;
  std::string receiver;
  std::optional<std::int64_t> state;
};

void filter_alert(Db& db, AlertTerms& terms, const std::string& name, const std::string& value) {
  Where& w = terms.where;
  if (name == "watch") return w.add("watch = ?", value);
  if (name == "kind") return w.add("kind = ?", word_filter(name, value, model::parse_alert_kind(value)));
  if (name == "severity") return w.add("severity = ?", word_filter(name, value, model::parse_severity(value)));
  if (name == "since") return w.add("created_at >= ?", time_filter(name, value));
  if (name == "until") return w.add("created_at < ?", time_filter(name, value));
  if (name == "session_id") {
    w.add("session_id <> ''");
    return w.add("session_id = ?", resolve(db, value));
  }
  if (name == "account_id")
    return w.add("EXISTS(SELECT 1 FROM sessions AS s WHERE s.id = alerts.session_id AND s.account_id = ?)", value);
  if (name == "role")
    return w.add("EXISTS(SELECT 1 FROM sessions AS s WHERE s.id = alerts.session_id AND s.role = ?)", value);
  if (name == "receiver") {
    terms.receiver = value;
    return;
  }
  if (name == "state") {
    terms.state = word_filter(name, value, model::parse_send_state(value));
    return;
  }
  unknown_filter(name, "alerts");
}

// Few wait or are parked, most were delivered: the first are found by their state, the others on the walk.
void add_sending(AlertTerms& terms) {
  Where& w = terms.where;
  if (!terms.state) {
    if (!terms.receiver.empty())
      w.add("EXISTS(SELECT 1 FROM outbox WHERE alert_id = alerts.id AND receiver = ?)", terms.receiver);
    return;
  }
  const bool rare = *terms.state != static_cast<std::int64_t>(model::SendState::delivered);
  w.add(rare ? "id IN (SELECT alert_id FROM outbox WHERE state = ?"
             : "EXISTS(SELECT 1 FROM outbox WHERE alert_id = alerts.id AND +state = ?",
        *terms.state);
  if (terms.receiver.empty()) {
    w.more(")");
  } else {
    w.more(" AND receiver = ?)", terms.receiver);
  }
}

void load_notifications(Db& db, ports::AlertView& view) {
  Query q = db.query("SELECT " + std::string(kNotificationColumns) +
                     " FROM outbox WHERE alert_id = ? ORDER BY receiver, generation");
  q.bind(view.alert.id);
  while (q.step()) view.notifications.push_back(read_notification(q, 0));
}

Page<ports::AlertView> list_alerts(Db& db, const ListQuery& query) {
  AlertTerms terms;
  for (const auto& [name, value] : query.filters) filter_alert(db, terms, name, value);
  add_sending(terms);
  if (!query.cursor.empty()) {
    const Place place = from_cursor(query.cursor);
    terms.where.add("(created_at, id) < (?, ", place.time.micros);
    terms.where.more("?)", place.rest);
  }
  Query q = db.query("SELECT " + std::string(kAlertColumns) + " FROM alerts" + terms.where.sql() +
                     " ORDER BY created_at DESC, id DESC LIMIT ?");
  terms.where.bind(q);
  const std::size_t limit = limit_of(query);
  q.bind(limit + 1);
  Page<ports::AlertView> page;
  while (q.step()) {
    if (page.items.size() == limit) {
      const model::Alert& last = page.items.back().alert;
      page.next_cursor = to_cursor({last.created_at, last.id});
      break;
    }
    page.items.emplace_back().alert = read_alert(q, 0);
  }
  for (ports::AlertView& view : page.items) load_notifications(db, view);
  return page;
}

// Adds what is due, and lowers `next` to what comes after it.
void add_due(Db& db, std::string_view table, std::string_view key, Time now, std::size_t limit,
             std::vector<std::string>& ids, std::optional<Time>& next) {
  const std::string from = " FROM " + std::string(table) + " WHERE next_due";
  const std::string id(key);
  {
    Query q = db.query("SELECT " + id + from + " <= ? ORDER BY next_due, " + id + " LIMIT ?");
    q.bind(now, limit + 1);
    while (q.step()) {
      if (ids.size() == limit) {
        next = now;  // there is more
        break;
      }
      ids.push_back(q.text(0));
    }
  }
  Query q = db.query("SELECT min(next_due)" + from + " > ?");
  q.bind(now);
  const std::optional<Time> later = q.step() ? q.maybe_time(0) : std::nullopt;
  if (later && (!next || *later < *next)) next = later;
}

}  // namespace

Result<Page<model::Session>> SqliteStore::sessions(const ListQuery& query) {
  return read([&](Db& db) { return list_sessions(db, query); });
}

Result<model::Session> SqliteStore::session(const std::string& id) {
  return read([&](Db& db) {
    auto found = load_session(db, resolve(db, id));
    if (!found) fail(Errc::not_found, "no such session");
    return *std::move(found);
  });
}

Result<Page<ports::StoredEvent>> SqliteStore::events(const ListQuery& query) {
  return read([&](Db& db) { return list_events(db, query); });
}

Result<Page<ports::AlertView>> SqliteStore::alerts(const ListQuery& query) {
  return read([&](Db& db) { return list_alerts(db, query); });
}

Result<ports::Totals> SqliteStore::totals() {
  return read([](Db& db) { return read_totals(db); });
}

Result<ports::Reader::Due> SqliteStore::due(Time now, std::size_t limit) {
  return read([&](Db& db) {
    Due due;
    add_due(db, "sessions", "id", now, limit, due.sessions, due.next);
    add_due(db, "folds", "key", now, limit, due.folds, due.next);
    return due;
  });
}

}  // namespace gw::sqlite

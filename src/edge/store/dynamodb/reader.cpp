// Lists are put in order here: what is asked for by an operator costs the reading of its whole list. What the Lambda itself asks
// for does not: open sessions and what is due stand in the index, alerts are walked newest first.
#include <algorithm>

#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/lists.h"
#include "edge/store/dynamodb/load.h"

namespace gw::dynamodb {
namespace {

using model::Session;
using ports::ListQuery;
using ports::Page;
using ports::StoredEvent;

template <class T>
using Test = std::function<bool(const T&)>;
template <class T>
using Tests = std::vector<Test<T>>;

template <class T>
bool passes(const Tests<T>& tests, const T& value) {
  return std::all_of(tests.begin(), tests.end(), [&](const Test<T>& test) { return test(value); });
}

// --- sessions

Test<Session> session_test(Snapshot& snapshot, const std::string& name, const std::string& value) {
  if (name == "account_id") return [value](const Session& s) { return s.account_id == value; };
  if (name == "role") return [value](const Session& s) { return s.role == value; };
  if (name == "session_id") return [id = resolve(snapshot, value)](const Session& s) { return s.id == id; };
  if (name == "severity") {
    const auto severity = word_filter(name, value, model::parse_severity(value));
    return [severity](const Session& s) { return s.severity == severity; };
  }
  if (name == "since") return [t = time_filter(name, value)](const Session& s) { return s.started_at >= t; };
  if (name == "until") return [t = time_filter(name, value)](const Session& s) { return s.started_at < t; };
  if (name == "acknowledged")
    return [flag = flag_filter(name, value)](const Session& s) { return s.acknowledged.has_value() == flag; };
  if (name == "state") {
    if (value != "open" && value != "lapsed") bad_filter(name, value);
    return [is_open = value == "open"](const Session& s) { return (s.state == model::SessionState::open) == is_open; };
  }
  if (name == "watch") {
    return
        [value](const Session& s) { return std::find(s.watches.begin(), s.watches.end(), value) != s.watches.end(); };
  }
  if (name == "mechanism") {
    const auto mechanism = word_filter(name, value, model::parse_mechanism(value));
    return [mechanism](const Session& s) { return s.mechanisms.has(mechanism); };
  }
  unknown_filter(name, "sessions");
}

Page<Session> list_sessions(Table& table, Snapshot& snapshot, const ListQuery& query) {
  check_cursor(query.cursor);
  Tests<Session> tests;
  for (const auto& [name, value] : query.filters) tests.push_back(session_test(snapshot, name, value));
  const auto state = query.filters.find("state");
  const bool is_open = state != query.filters.end() && state->second == "open";
  const Listing all = is_open ? Listing{"due", std::string(keys::kClock), {}, {}, 0} : Listing{{}, "S", {}, {}, 0};
  std::vector<std::pair<std::string, Session>> found;
  table.walk(all, [&](const Item& item) {
    if (item.text("pk") != "S" || item.has("into")) return true;
    Session session = parse_session(table, item);
    if (passes(tests, session)) found.emplace_back(place_of(session.started_at, session.id), std::move(session));
    return true;
  });
  return page_of(std::move(found), query);
}

// --- events

Test<StoredEvent> event_test(Snapshot& snapshot, const std::string& name, const std::string& value) {
  if (name == "account_id") return [value](const StoredEvent& e) { return e.event.account_id == value; };
  if (name == "role") return [value](const StoredEvent& e) { return e.event.role == value; };
  if (name == "watch") return [value](const StoredEvent& e) { return e.event.watch == value; };
  if (name == "session_id") {
    return [id = resolve(snapshot, value)](const StoredEvent& e) { return !id.empty() && e.session_id == id; };
  }
  if (name == "severity") {
    const auto severity = word_filter(name, value, model::parse_severity(value));
    return [severity](const StoredEvent& e) { return e.event.severity == severity; };
  }
  if (name == "mechanism") {
    const auto mechanism = word_filter(name, value, model::parse_mechanism(value));
    return [mechanism](const StoredEvent& e) { return e.event.mechanism == mechanism; };
  }
  if (name == "only_feed") {
    return [value](const StoredEvent& e) { return e.feeds.size() == 1 && e.feeds.contains(value); };
  }
  if (name == "kind") {
    const auto kind = word_filter(name, value, model::parse_entry_kind(value));
    return [kind](const StoredEvent& e) { return e.kind == kind; };
  }
  unknown_filter(name, "events");
}

Page<StoredEvent> list_events(Table& table, Snapshot& snapshot, const ListQuery& query) {
  check_cursor(query.cursor);
  Tests<StoredEvent> tests;
  std::optional<Time> since;
  std::optional<Time> until;
  for (const auto& [name, value] : query.filters) {
    if (name == "since") {
      since = time_filter(name, value);
    } else if (name == "until") {
      until = time_filter(name, value);
    } else {
      tests.push_back(event_test(snapshot, name, value));
    }
  }
  std::vector<std::pair<std::string, StoredEvent>> found;
  for (std::size_t shard = 0; shard < keys::kEventShards; ++shard) {
    table.walk({{}, keys::event_shard(shard), {}, {}, 0}, [&](const Item& item) {
      const Time time = item.time("time");
      if (!item.has("body") || (since && time < *since) || (until && time >= *until) || snapshot.is_void(item))
        return true;
      StoredEvent event = parse_event(item);
      if (!event.session_id.empty()) event.session_id = resolve(snapshot, event.session_id);
      if (passes(tests, event)) found.emplace_back(place_of(time, item.text("sk")), std::move(event));
      return true;
    });
  }
  return page_of(std::move(found), query);
}

// --- alerts

Test<AlertItem> alert_test(Snapshot& snapshot, const std::string& name, const std::string& value) {
  if (name == "watch") return [value](const AlertItem& a) { return a.alert.watch == value; };
  if (name == "severity") {
    const auto severity = word_filter(name, value, model::parse_severity(value));
    return [severity](const AlertItem& a) { return a.alert.severity == severity; };
  }
  if (name == "session_id") {
    return [id = resolve(snapshot, value)](const AlertItem& a) { return !id.empty() && a.alert.session_id == id; };
  }
  unknown_filter(name, "alerts");
}

struct AlertTerms {
  Tests<AlertItem> tests;
  std::optional<model::AlertKind> kind;
  std::optional<Time> since;
  std::optional<Time> until;
  std::optional<std::string> receiver;
  std::optional<model::SendState> state;
  std::optional<std::string> account;
  std::optional<std::string> role;
};

AlertTerms alert_terms(Snapshot& snapshot, const ListQuery& query) {
  AlertTerms terms;
  for (const auto& [name, value] : query.filters) {
    if (name == "kind") {
      terms.kind = word_filter(name, value, model::parse_alert_kind(value));
    } else if (name == "since") {
      terms.since = time_filter(name, value);
    } else if (name == "until") {
      terms.until = time_filter(name, value);
    } else if (name == "receiver") {
      terms.receiver = value;
    } else if (name == "state") {
      terms.state = word_filter(name, value, model::parse_send_state(value));
    } else if (name == "account_id") {
      terms.account = value;
    } else if (name == "role") {
      terms.role = value;
    } else {
      terms.tests.push_back(alert_test(snapshot, name, value));
    }
  }
  return terms;
}

bool fits(Table& table, Snapshot& snapshot, const AlertTerms& terms, const AlertItem& a) {
  if (!passes(terms.tests, a)) return false;
  if (terms.receiver || terms.state) {
    const bool sent = std::any_of(a.notes.begin(), a.notes.end(), [&](const Note& note) {
      return (!terms.receiver || note.notification.receiver == *terms.receiver) &&
             (!terms.state || note.notification.state == *terms.state);
    });
    if (!sent) return false;
  }
  if (!terms.account && !terms.role) return true;
  const Item* item = a.alert.session_id.empty() ? nullptr : snapshot.at(keys::session(a.alert.session_id));
  if (item == nullptr || item->has("into")) return false;
  const Session session = parse_session(table, *item);
  return (!terms.account || session.account_id == *terms.account) && (!terms.role || session.role == *terms.role);
}

ports::AlertView view_of(AlertItem a) {
  ports::AlertView view;
  view.alert = std::move(a.alert);
  for (Note& note : a.notes) view.notifications.push_back(std::move(note.notification));
  std::sort(view.notifications.begin(), view.notifications.end(), [](const auto& x, const auto& y) {
    return std::tie(x.receiver, x.generation) < std::tie(y.receiver, y.generation);
  });
  return view;
}

// Along the list of alerts, newest first, some at a time.
Page<ports::AlertView> list_alerts(Table& table, Snapshot& snapshot, const ListQuery& query) {
  check_cursor(query.cursor);
  const AlertTerms terms = alert_terms(snapshot, query);
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, 1000);
  Page<ports::AlertView> page;
  std::string last;
  std::vector<Key> gathered;
  std::vector<std::string> places;
  bool is_full = false;
  const auto take = [&] {
    const std::map<Key, Item> items = table.get(gathered);
    for (std::size_t i = 0; i < gathered.size() && !is_full; ++i) {
      const auto found = items.find(gathered[i]);
      if (found == items.end()) continue;  // erased meanwhile
      AlertItem a = parse_alert(found->second);
      if (!a.alert.session_id.empty()) a.alert.session_id = resolve(snapshot, a.alert.session_id);
      if (!fits(table, snapshot, terms, a)) continue;
      if (page.items.size() == limit) {
        is_full = true;
        page.next_cursor = last;
        break;
      }
      page.items.push_back(view_of(std::move(a)));
      last = places[i];
    }
    gathered.clear();
    places.clear();
  };
  Listing all{{}, std::string(keys::kAlertList), {}, query.cursor, 0};
  if (terms.since) all.from = sortable(*terms.since);
  all.newest_first = true;
  table.walk(all, [&](const Item& item) {
    const std::string& place = item.text("sk");
    if (place == query.cursor || (terms.until && place >= sortable(*terms.until))) return true;
    if (terms.kind && item.text("kind") != model::to_string(*terms.kind)) return true;
    gathered.push_back({item.text("alert_pk"), item.text("alert_sk")});
    places.push_back(place);
    if (gathered.size() == 100) take();
    return !is_full;
  });
  if (!is_full) take();
  return page;
}

}  // namespace

StoredEvent parse_event(const Item& item) {
  StoredEvent event;
  if (!store::from_body(item.text("body"), event.event)) fail(Errc::corrupt, "a stored event cannot be read");
  event.kind = static_cast<model::EntryKind>(item.count("kind"));
  event.session_id = item.text("session");
  event.kinds = static_cast<model::ActivityKinds>(item.count("kinds"));
  event.high_risk = item.text("high_risk");
  event.received_at = item.time("received");
  event.feeds.insert(event.event.origin.feed);
  for (const auto& [name, value] : item.values) {
    if (name.starts_with(kFeed)) event.feeds.insert(name.substr(kFeed.size()));
  }
  return event;
}

Result<Page<Session>> DynamoStore::sessions(const ListQuery& query) {
  return guard([&] {
    Snapshot snapshot(table_, tools_);
    return list_sessions(table_, snapshot, query);
  });
}

Result<Session> DynamoStore::session(const std::string& id) {
  return guard([&] {
    Snapshot snapshot(table_, tools_);
    const Item* item = snapshot.at(keys::session(resolve(snapshot, id)));
    if (item == nullptr || item->has("into")) fail(Errc::not_found, "no such session");
    return parse_session(table_, *item);
  });
}

Result<Page<StoredEvent>> DynamoStore::events(const ListQuery& query) {
  return guard([&] {
    Snapshot snapshot(table_, tools_);
    return list_events(table_, snapshot, query);
  });
}

Result<Page<ports::AlertView>> DynamoStore::alerts(const ListQuery& query) {
  return guard([&] {
    Snapshot snapshot(table_, tools_);
    return list_alerts(table_, snapshot, query);
  });
}

Result<ports::Totals> DynamoStore::totals() {
  return guard([&] { return read_totals(table_); });
}

// In the order of the index, until both lists are full and something later was seen.
Result<ports::Reader::Due> DynamoStore::due(Time now, std::size_t limit) {
  return guard([&] {
    Due due;
    table_.walk({"due", std::string(keys::kClock), {}, {}, 0}, [&](const Item& item) {
      if (!item.has("due")) return false;  // open sessions that wait for nothing come behind all others
      const Time at = item.time("due");
      if (at > now) {
        if (!due.next) due.next = at;
        return false;
      }
      const bool is_fold = item.text("pk") == "F";
      std::vector<std::string>& list = is_fold ? due.folds : due.sessions;
      if (list.size() < limit) {
        list.push_back(item.text(is_fold ? "key" : "id"));
      } else {
        due.next = now;
      }
      return due.sessions.size() < limit || due.folds.size() < limit || !due.next;
    });
    return due;
  });
}

}  // namespace gw::dynamodb

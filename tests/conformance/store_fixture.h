// What the conformance tests of stores are written with: places where a store can be opened again and again, and values that
// say only what a test is about. Nothing here knows of an implementation.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/store.h"

namespace gw::conformance {

using namespace gw::model;
using ports::Ask;
using ports::Claim;
using ports::Commit;
using ports::ListQuery;
using ports::Loaded;
using ports::Outcome;
using ports::Store;

// Somewhere to keep one store's data, made empty; removed with it.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  virtual std::unique_ptr<Store> open() = 0;
};

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StorePlace>()> make;
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

inline constexpr Time kStart{1'767'323'045'000'000};  // 2026-01-02T03:04:05Z
inline Time at(std::int64_t seconds) { return Time{kStart.micros + seconds * 1'000'000}; }
inline constexpr std::int64_t kLease = 30'000'000;

// Ids sort by the number.
inline std::string id_of(char kind, int n) {
  std::string digits = std::to_string(n);
  return std::string(1, kind) + std::string(8 - digits.size(), '0') + digits;
}

inline Edge edge(std::string key, std::int64_t from, std::int64_t to) {
  Edge e;
  e.key = std::move(key);
  e.from = at(from);
  e.to = at(to);
  e.by = "role_session";
  return e;
}

inline Session new_session(const std::string& id, std::vector<Edge> edges, std::int64_t started = 0) {
  Session s;
  s.id = id;
  s.account_id = "111122223333";
  s.role = "BreakGlassAdmin";
  s.started_at = at(started);
  s.last_seen_at = at(started);
  s.opened_at = at(started);
  s.edges = std::move(edges);
  s.watch = "prod";
  s.watches = {"prod"};
  s.severity = Severity::high;
  s.mechanisms.add(Mechanism::assume_role);
  return s;
}

inline Entry new_entry(const std::string& key, EntryKind kind = EntryKind::access, std::int64_t time = 0) {
  Entry e;
  e.event_key = key;
  e.content = std::hash<std::string>{}(key);
  e.kind = kind;
  e.event.event_id = key;
  e.event.event_time = at(time);
  e.event.account_id = "111122223333";
  e.event.role = "BreakGlassAdmin";
  e.event.mechanism = Mechanism::assume_role;
  return e;
}

inline Alert new_alert(const std::string& id, const std::string& session_id, AlertKind kind = AlertKind::session_opened,
                       std::string fact = "", std::int64_t created = 0) {
  Alert a;
  a.id = id;
  a.kind = kind;
  a.session_id = session_id;
  a.fact = std::move(fact);
  a.key = std::string(to_string(kind)) + "|" + (session_id.empty() ? id : session_id) + "|" + a.fact;
  a.watch = "prod";
  a.created_at = at(created);
  a.reason = "watch prod matched";
  return a;
}

inline Notification new_notification(const std::string& id, const Alert& alert, const std::string& receiver) {
  Notification n;
  n.id = id;
  n.alert_id = alert.id;
  n.receiver = receiver;
  n.due_at = n.created_at = alert.created_at;
  return n;
}

inline ListQuery query(std::map<std::string, std::string> filters, std::size_t limit = 100) {
  ListQuery q;
  q.filters = std::move(filters);
  q.limit = limit;
  return q;
}

// Asks for one kind of thing.
inline Ask ask_keys(std::vector<std::string> keys) {
  Ask ask;
  ask.event_keys = std::move(keys);
  return ask;
}
inline Ask ask_edges(std::vector<Edge> edges, std::vector<std::string> session_ids = {}) {
  Ask ask;
  ask.edges = std::move(edges);
  ask.session_ids = std::move(session_ids);
  return ask;
}

class StoreSuite : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    place = GetParam().make();
    reopen();
  }
  void reopen() {
    store.reset();
    store = place->open();
    ASSERT_NE(store, nullptr);
  }
  // What stands in `commit`, whatever is loaded.
  void put(const Commit& commit, const Ask& ask = {}) {
    const Status status = store->commit(ask, [&](const Loaded&) {
      Commit answer = commit;
      if (answer.at == Time{}) answer.at = kStart;
      return answer;
    });
    ASSERT_TRUE(status) << status.error().message;
  }
  // A session, its opening and one notification for each receiver.
  void open_session(const std::string& id, std::vector<Edge> edges, const std::vector<std::string>& receivers = {}) {
    Commit c;
    c.sessions.push_back({new_session(id, std::move(edges)), {}});
    c.entries.emplace_back(id, new_entry("event-of-" + id));
    if (!receivers.empty()) {
      c.alerts.push_back(new_alert("alert-" + id, id));
      for (const std::string& r : receivers)
        c.notifications.push_back(new_notification("note-" + id + "-" + r, c.alerts[0], r));
    }
    put(c);
  }
  Loaded look(const Ask& ask) {
    Loaded seen;
    const Status status = store->commit(ask, [&](const Loaded& loaded) {
      seen = loaded;
      return Commit{};
    });
    EXPECT_TRUE(status);
    return seen;
  }
  Session session(const std::string& id) {
    auto found = store->session(id);
    EXPECT_TRUE(found) << id;
    return found ? *found : Session{};
  }
  std::vector<Claim> claim(const std::string& receiver, std::int64_t now, std::size_t limit = 100) {
    auto claims = store->claim(receiver, at(now), kLease, limit);
    EXPECT_TRUE(claims) << claims.error().message;
    return claims ? *claims : std::vector<Claim>{};
  }
  Status mark(const Claim& claim, SendState state, std::int64_t now, std::int64_t due = 0) {
    Outcome o;
    o.state = state;
    o.reason = "HTTP 200";
    o.due_at = at(due);
    return store->mark({{claim, o}}, at(now));
  }
  std::uint64_t count(const std::string& receiver, SendState state) {
    auto totals = store->totals();
    EXPECT_TRUE(totals);
    return totals ? totals->alerts[receiver][static_cast<std::size_t>(state)] : 0;
  }

  std::unique_ptr<StorePlace> place;
  std::unique_ptr<Store> store;
};

inline std::vector<std::string> ids(const std::vector<Session>& sessions) {
  std::vector<std::string> out;
  for (const Session& s : sessions) out.push_back(s.id);
  return out;
}
inline std::vector<std::string> ids(const std::vector<Claim>& claims) {
  std::vector<std::string> out;
  for (const Claim& c : claims) out.push_back(c.notification.id);
  return out;
}
using Ids = std::vector<std::string>;

}  // namespace gw::conformance

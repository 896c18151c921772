// What can go wrong between a store and its table: every answer refused, lost or late, and other processes in between. What
// was committed is there once, what was not is not there, and nothing is told twice.
#include <algorithm>
#include <thread>

#include "base/json/doc.h"
#include "tests/conformance/dynamodb_place.h"

namespace gw::conformance {
namespace {

class DynamoFaults : public testing::Test {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override { reset(); }
  static void reset() {
    stand_in().control(R"({"do":"clear_faults"})");
    stand_in().control(R"({"do":"index_delay","writes":0})");
    stand_in().control(R"({"do":"clear_log"})");
  }
  static void fault(const std::string& operation, const std::string& more) {
    stand_in().control(R"({"do":"fault","service":"dynamodb","operation":")" + operation + "\"," + more + "}");
  }

  // A session with `entries` records, told to oncall.
  static Commit opening(const std::string& id, int entries = 1) {
    Commit c;
    c.at = kStart;
    c.sessions.push_back({new_session(id, {edge("user|" + id, 0, 100)}), {}});
    for (int i = 0; i < entries; ++i) c.entries.emplace_back(id, new_entry(id + "-" + std::to_string(i)));
    c.alerts.push_back(new_alert("alert-" + id, id));
    c.notifications.push_back(new_notification("note-" + id, c.alerts[0], "oncall"));
    c.records.decoded = c.records.matched = static_cast<std::uint64_t>(entries);
    c.deliveries["s3"].settled = 1;
    return c;
  }
  // As the engine does: what is known is a duplicate.
  static Status commit(Store& store, const Commit& commit) {
    Ask ask;
    for (const auto& [id, entry] : commit.entries) ask.event_keys.push_back(entry.event_key);
    for (const auto& change : commit.sessions) {
      ask.session_ids.push_back(change.session.id);
      ask.edges.insert(ask.edges.end(), change.session.edges.begin(), change.session.edges.end());
    }
    return store.commit(ask, [&](const Loaded& loaded) {
      if (loaded.known.empty() && loaded.sessions.empty()) return commit;
      Commit rest;
      rest.at = commit.at;
      rest.records.decoded = rest.records.duplicate = commit.records.decoded;
      rest.deliveries = commit.deliveries;
      return rest;
    });
  }
  static std::size_t known(Store& store, const std::string& id, int entries) {
    Ask ask;
    for (int i = 0; i < entries; ++i) ask.event_keys.push_back(id + "-" + std::to_string(i));
    std::size_t count = 0;
    EXPECT_TRUE(store.commit(ask, [&](const Loaded& loaded) {
      count = loaded.known.size();
      return Commit{};
    }));
    return count;
  }
  // Claims and marks until nothing is due; how often each notification was told.
  static void tell(Store& store, std::map<std::string, int>& told, std::int64_t now) {
    for (int i = 0; i < 20; ++i) {
      auto claims = store.claim("oncall", at(now), kLease, 10);
      if (!claims) continue;
      if (claims->empty()) return;
      std::vector<std::pair<Claim, Outcome>> marks;
      for (const Claim& claim : *claims) {
        ++told[claim.notification.id];
        Outcome o;
        o.state = SendState::delivered;
        marks.emplace_back(claim, o);
      }
      for (int tries = 0; tries < 5 && !store.mark(marks, at(now)); ++tries) {
      }
    }
  }

  DynamoPlace place;
};

TEST_F(DynamoFaults, OpeningAsksForNothingAndAQuietCommitForLittle) {
  const auto store = place.open();
  EXPECT_EQ(stand_in().calls("dynamodb", "DescribeTable"), 0u);
  EXPECT_EQ(stand_in().calls("dynamodb", "Query"), 0u);
  Commit quiet;
  quiet.at = kStart;
  quiet.records.decoded = quiet.records.not_watched = 5;
  quiet.deliveries["s3"].settled = 1;
  ASSERT_TRUE(commit(*store, quiet));
  EXPECT_EQ(stand_in().calls("dynamodb", "TransactWriteItems"), 1u);
  EXPECT_EQ(stand_in().calls("dynamodb", "BatchGetItem"), 0u);
  ASSERT_TRUE(commit(*store, opening("s1")));
  EXPECT_EQ(stand_in().calls("dynamodb", "BatchGetItem"), 1u);
  EXPECT_EQ(stand_in().calls("dynamodb", "TransactWriteItems"), 2u);
  EXPECT_EQ(stand_in().calls("dynamodb", "PutItem") + stand_in().calls("dynamodb", "Query"), 0u);
}

TEST_F(DynamoFaults, WhatPassesIsTriedAgain) {
  const auto store = place.open();
  for (const char* kind : {R"("kind":"throttle","times":2)", R"("kind":"error500","times":2)",
                           R"("kind":"reset","times":1)", R"("kind":"reset","after":true,"times":1)"}) {
    const std::string id = "s" + std::to_string(std::hash<std::string>{}(kind));
    for (const char* operation : {"BatchGetItem", "TransactWriteItems", "Query"}) fault(operation, kind);
    ASSERT_TRUE(commit(*store, opening(id))) << kind;
    std::map<std::string, int> told;
    tell(*store, told, 0);
    EXPECT_EQ(told, (std::map<std::string, int>{{"note-" + id, 1}})) << kind;
    stand_in().control(R"({"do":"clear_faults"})");
  }
  const auto totals = *store->totals();
  EXPECT_EQ(totals.records.decoded, 4u);
  EXPECT_EQ(totals.records.matched, 4u);  // a lost answer counts nothing twice
  EXPECT_EQ(totals.alerts.at("oncall")[1], 4u);
}

TEST_F(DynamoFaults, ACommitWhoseAnswerIsLostForGoodIsFoundByTheNextTry) {
  const auto store = place.open();
  fault("TransactWriteItems", R"("kind":"reset","after":true,"times":null)");
  const Status lost = commit(*store, opening("s1"));
  stand_in().control(R"({"do":"clear_faults"})");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::unavailable);
  const auto other = place.open();  // the invocation is repeated in another sandbox
  ASSERT_TRUE(commit(*other, opening("s1")));
  EXPECT_EQ(other->alerts({})->items.size(), 1u);
  EXPECT_TRUE(other->totals()->records.balanced());
  std::map<std::string, int> told;
  tell(*other, told, 0);
  tell(*store, told, 100);
  EXPECT_EQ(told, (std::map<std::string, int>{{"note-s1", 1}}));
}

TEST_F(DynamoFaults, AFailedCommitLeavesNothing) {
  const auto store = place.open();
  for (const int entries : {1, 250}) {
    const std::string id = "s" + std::to_string(entries);
    fault("TransactWriteItems", R"("kind":"error500","times":null,"where":"session.opened")");
    ASSERT_FALSE(commit(*store, opening(id, entries)));
    stand_in().control(R"({"do":"clear_faults"})");
    EXPECT_EQ(known(*store, id, entries), 0u) << "some were written ahead, and count for nothing";
    EXPECT_TRUE(store->events({})->items.empty());
    EXPECT_FALSE(store->session(id));
  }
  EXPECT_EQ(store->totals()->records.decoded, 0u);
  // The next try takes their places.
  ASSERT_TRUE(commit(*store, opening("s250", 250)));
  EXPECT_EQ(known(*store, "s250", 250), 250u);
  ListQuery all;
  all.limit = 1000;
  EXPECT_EQ(store->events(all)->items.size(), 250u);
  EXPECT_EQ(store->totals()->records.decoded, 250u);
}

TEST_F(DynamoFaults, ClaimsAndMarksWithoutAnswers) {
  const auto store = place.open();
  std::map<std::string, int> told;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(commit(*store, opening(id_of('s', i))));
  fault("PutItem", R"("kind":"reset","after":true,"times":3)");
  fault("TransactWriteItems", R"("kind":"reset","after":true,"times":2)");
  tell(*store, told, 0);
  EXPECT_LT(told.size(), 6u);  // what a lost answer has claimed waits for its lease
  tell(*store, told, 29);
  tell(*store, told, 31);
  EXPECT_EQ(told.size(), 6u);
  for (const auto& [id, times] : told) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(store->totals()->alerts.at("oncall")[1], 6u);
}

TEST_F(DynamoFaults, TheIndexMayBeFarBehind) {
  const auto store = place.open();
  stand_in().control(R"({"do":"index_delay","writes":1000})");
  ASSERT_TRUE(commit(*store, opening("s1")));
  EXPECT_EQ(*store->next_due("oncall"), at(0));  // it knows its own
  EXPECT_EQ(*store->receivers(), Ids{"oncall"});
  const auto other = place.open();
  EXPECT_TRUE(other->claim("oncall", at(0), kLease, 10)->empty());  // and others see it in time
  stand_in().control(R"({"do":"index_delay","writes":0})");
  EXPECT_EQ(*other->next_due("oncall"), at(0));
  stand_in().control(R"({"do":"index_delay","writes":1000})");
  std::map<std::string, int> told;
  tell(*store, told, 0);
  tell(*store, told, 100);
  tell(*other, told, 100);  // still listed, and told already
  EXPECT_EQ(told, (std::map<std::string, int>{{"note-s1", 1}}));
  EXPECT_EQ(*store->next_due("oncall"), std::nullopt);
}

// Two processes get the same records in the same order, whole or in halves, and race.
TEST_F(DynamoFaults, TwoProcessesWithTheSameRecords) {
  constexpr int kSessions = 12;
  std::vector<std::unique_ptr<Store>> stores;
  stores.push_back(place.open());
  stores.push_back(place.open());
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (std::size_t p = 0; p < stores.size(); ++p) {
    threads.emplace_back([&, p] {
      for (int i = 0; i < kSessions; ++i) {
        const std::string person = "user|" + std::to_string(i);
        Ask ask = ask_keys({"e" + std::to_string(i)});
        ask.edges = {edge(person, 0, 10)};
        const Status status = stores[p]->commit(ask, [&](const Loaded& loaded) {
          Commit c;
          c.at = kStart;
          c.records.decoded = 1;
          if (!loaded.known.empty()) {
            c.records.duplicate = 1;
            return c;
          }
          c.records.matched = 1;
          const std::string id = "s" + std::to_string(i) + "-" + std::to_string(p);  // as random as ids are
          c.sessions.push_back({new_session(id, {edge(person, 0, 10)}), {}});
          c.entries.emplace_back(id, new_entry(ask.event_keys[0]));
          c.alerts.push_back(new_alert("a-" + id, id));
          c.notifications.push_back(new_notification("n-" + id, c.alerts[0], "oncall"));
          return c;
        });
        if (!status) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const auto totals = *stores[0]->totals();
  EXPECT_EQ(totals.sessions, std::uint64_t{kSessions});
  EXPECT_EQ(totals.records.matched, std::uint64_t{kSessions});
  EXPECT_EQ(totals.records.duplicate, std::uint64_t{kSessions});
  EXPECT_EQ(stores[1]->alerts({})->items.size(), std::size_t{kSessions});
  std::map<std::string, int> told;
  std::map<std::string, int> told_by_other;
  std::thread other([&] { tell(*stores[1], told_by_other, 1); });
  tell(*stores[0], told, 1);
  other.join();
  for (const auto& [id, times] : told_by_other) told[id] += times;
  EXPECT_EQ(told.size(), std::size_t{kSessions});
  for (const auto& [id, times] : told) EXPECT_EQ(times, 1) << id;
}

// Each has one half of a sign-in, which is found by an edge that the other half looks for: whoever is second sees the first.
TEST_F(DynamoFaults, TwoHalvesInTwoProcesses) {
  std::vector<std::unique_ptr<Store>> stores;
  stores.push_back(place.open());
  stores.push_back(place.open());
  for (int i = 0; i < 10; ++i) {
    std::atomic<int> opened{0};
    std::vector<std::thread> threads;
    for (std::size_t p = 0; p < stores.size(); ++p) {
      threads.emplace_back([&, p, i] {
        const std::string n = std::to_string(i);
        Edge shown = edge((p == 0 ? "left|" : "right|") + n, 0, 10);
        shown.use = model::EdgeUse::shown;
        Edge sought = edge((p == 0 ? "right|" : "left|") + n, 0, 10);
        sought.use = model::EdgeUse::sought;
        bool opens = false;
        const Status status = stores[p]->commit(ask_edges({sought}), [&](const Loaded& loaded) {
          Commit c;
          c.at = kStart;
          opens = loaded.sessions.empty();
          Session s = opens ? new_session("h" + n + "-" + std::to_string(p), {}) : loaded.sessions[0];
          s.edges.push_back(shown);
          s.edges.push_back(sought);
          c.sessions.push_back({s, {}});
          c.entries.emplace_back(s.id, new_entry("half-" + n + "-" + std::to_string(p)));
          return c;
        });
        EXPECT_TRUE(status);
        if (opens) ++opened;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(opened, 1) << i;
  }
}

TEST_F(DynamoFaults, ASessionMayBeLargerThanAnItem) {
  const auto store = place.open();
  Session s = new_session("s1", {});
  for (int i = 0; i < 3; ++i) {
    s.notes.push_back({at(i), "carol", std::string(300'000, static_cast<char>('a' + i))});
    Commit c;
    c.at = kStart;
    c.sessions.push_back({s, {}});
    ASSERT_TRUE(store->commit(ask_edges({}, {"s1"}), [&](const Loaded&) { return c; }));
    auto back = store->session("s1");
    ASSERT_TRUE(back) << back.error().message;
    s.version = back->version;
    EXPECT_EQ(back->notes, s.notes);
  }
  // What a version was made of goes with it.
  const std::string all = place.call("Scan", R"({"TableName":")" + place.table() + "\"}");
  std::size_t parts = 0;
  for (std::size_t at = 0; (at = all.find("\"SB|", at)) != std::string::npos; ++at) ++parts;
  EXPECT_EQ(parts, 3u);
}

TEST_F(DynamoFaults, ASessionMayHaveMoreEdgesThanATransactionTakes) {
  const auto store = place.open();
  Commit c = opening("s1");
  for (int i = 0; i < 250; ++i) c.sessions[0].session.edges.push_back(edge("key|" + std::to_string(i), 0, 9));
  const auto found = [&](const std::string& key) {
    std::size_t count = 0;
    EXPECT_TRUE(store->commit(ask_edges({edge(key, 5, 5)}), [&](const Loaded& loaded) {
      count = loaded.sessions.size();
      return Commit{};
    }));
    return count;
  };
  fault("TransactWriteItems", R"("kind":"error500","times":null,"where":"session.opened")");
  EXPECT_FALSE(commit(*store, c));
  stand_in().control(R"({"do":"clear_faults"})");
  EXPECT_EQ(found("key|0"), 0u);  // its edge is written ahead, and leads nowhere
  ASSERT_TRUE(commit(*store, c));
  EXPECT_EQ(found("key|0"), 1u);
  EXPECT_EQ(found("key|249"), 1u);
  Session s = *store->session("s1");
  ASSERT_EQ(s.edges.size(), 251u);
  s.edges.resize(3);
  Commit fewer;
  fewer.at = kStart;
  fewer.sessions.push_back({s, {}});
  ASSERT_TRUE(store->commit({}, [&](const Loaded&) { return fewer; }));
  EXPECT_EQ(found("key|1"), 1u);
  EXPECT_EQ(found("key|2"), 0u);
}

TEST_F(DynamoFaults, AnEdgeOfManySessionsForgetsTheOldest) {
  const auto store = place.open();
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kDays = 200;
  const auto found = [&](std::int64_t day) {
    std::size_t count = 0;
    EXPECT_TRUE(store->commit(ask_edges({edge("user|a", day * kDay, day * kDay)}), [&](const Loaded& loaded) {
      count = loaded.sessions.size();
      return Commit{};
    }));
    return count;
  };
  for (std::int64_t day = 0; day < kDays; ++day) {
    const Edge on_that_day = edge("user|a", day * kDay, day * kDay + 3600);
    ASSERT_TRUE(store->commit(ask_edges({on_that_day}), [&](const Loaded&) {
      Commit c;
      c.at = at(day * kDay);
      c.sessions.push_back({new_session(id_of('s', static_cast<int>(day)), {on_that_day}), {}});
      return c;
    }));
    ASSERT_EQ(found(day), 1u);
  }
  EXPECT_EQ(found(0), 0u);
  for (std::int64_t day = kDays - 41; day < kDays; ++day) EXPECT_EQ(found(day), 1u) << day;
  EXPECT_TRUE(store->session(id_of('s', 0)));
}

TEST_F(DynamoFaults, OnlyWhatIsSettledGoesByItself) {
  const auto store = place.open(100 * 86'400);
  ASSERT_TRUE(commit(*store, opening("open")));
  ASSERT_TRUE(commit(*store, opening("told")));
  auto claims = store->claim("oncall", at(0), kLease, 10);
  ASSERT_TRUE(claims);
  for (const Claim& claim : *claims) {
    if (claim.alert.session_id != "told") continue;
    Outcome o;
    o.state = SendState::delivered;
    ASSERT_TRUE(store->mark({{claim, o}}, at(1)));
  }
  Commit lapse;
  lapse.at = at(10);
  lapse.sessions.push_back({*store->session("told"), {}});
  lapse.sessions[0].session.state = SessionState::lapsed;
  ASSERT_TRUE(store->commit({}, [&](const Loaded&) { return lapse; }));
  json::Doc doc;
  const std::string all = place.call("Scan", R"({"TableName":")" + place.table() + "\"}");
  ASSERT_TRUE(doc.parse(all));
  std::map<std::string, bool> goes;
  for (json::Value item = doc.root()["Items"].first_child(); !item.is_missing(); item = item.next_sibling()) {
    const std::string place_in_table = std::string(item["pk"]["S"].text()) + " " + std::string(item["sk"]["S"].text());
    goes[place_in_table] = !item["ttl"].is_missing();
  }
  EXPECT_FALSE(goes.at("S open"));
  EXPECT_TRUE(goes.at("S told"));
  EXPECT_FALSE(goes.at("A|open session.opened|open|"));
  EXPECT_TRUE(goes.at("A|told session.opened|told|"));
}

}  // namespace
}  // namespace gw::conformance

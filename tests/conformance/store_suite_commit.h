// Committing: durable, once, optimistic, merged.
#pragma once

#include <atomic>
#include <thread>

#include "tests/conformance/store_fixture.h"

namespace gw::conformance {

TEST_P(StoreSuite, WhatWasCommittedIsThereAfterReopening) {
  Commit c;
  Session s = new_session("s1", {edge("user|a", 0, 3600)});
  s.addresses["198.51.100.7"].count = 3;
  s.next_due = at(900);
  s.responses.push_back({at(1), "alice", "slack", model::ResponseKind::reason, model::Independence::no, "disk\nfull",
                         "CHG-1", "hash", true});
  s.acknowledged = model::Acknowledgement{at(2), "bob", "api", "", true, model::ResponseKind::handling, "INC-2"};
  s.escalation.push_back({at(300), {"pager", "boss"}, Severity::high, at(301)});
  s.escalation.push_back({at(900), {"pager"}, Severity::info, {}});
  c.sessions.push_back({s, {}});
  Entry e = new_entry("k1");
  e.event.principal.name = "alice \"a\" \n";
  e.event.flags = {"future_time"};
  e.event.caller_issuer_arn = "arn:aws:iam::1:role/x";
  e.event.severity = Severity::info;
  e.event.mfa = false;
  e.kinds = bit(ActivityKind::iam);
  e.high_risk = "iam:CreateUser";
  c.entries.emplace_back("s1", e);
  Fold f;
  f.key = "1|root_console|r|5";
  f.count = 7;
  f.severity = Severity::info;
  f.mechanism = Mechanism::identity_center_signin;
  f.principals["bob"] = 2;
  f.next_due = at(60);
  c.folds.push_back(f);
  c.alerts.push_back(new_alert("a1", "s1"));
  c.cursors["dir:x"] = "2026/01/02";
  put(c);
  reopen();

  Session back = session("s1");
  EXPECT_EQ(back.version, 1u);
  s.version = back.version;
  s.organization_id = back.organization_id;
  EXPECT_EQ(back, s);

  Ask ask = ask_keys({"k1", "k2"});
  ask.folds = {f.key, "none"};
  ask.alert_keys = {c.alerts[0].key, "other"};
  const Loaded loaded = look(ask);
  ASSERT_EQ(loaded.known.size(), 1u);
  EXPECT_EQ(loaded.known.at("k1"), e.content);
  ASSERT_EQ(loaded.folds.size(), 1u);
  f.version = 1;
  EXPECT_EQ(loaded.folds[0], f);
  EXPECT_EQ(loaded.alert_keys, std::set<std::string>{c.alerts[0].key});

  auto events = store->events(query({{"session_id", "s1"}}));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->items.size(), 1u);
  EXPECT_EQ(events->items[0].event, e.event);
  EXPECT_EQ(events->items[0].kind, EntryKind::access);
  EXPECT_EQ(events->items[0].kinds, e.kinds);
  EXPECT_EQ(events->items[0].high_risk, e.high_risk);
  EXPECT_EQ(store->cursors("dir:")->at("dir:x"), "2026/01/02");
}

TEST_P(StoreSuite, LoadsTheSessionsWhoseEdgesOverlap) {
  open_session("s1", {edge("user|a", 0, 100), edge("role|a", 0, 100)});
  open_session("s2", {edge("user|a", 200, 300)});
  open_session("s3", {edge("user|b", 0, 100)});
  const auto found = [&](Edge e) { return ids(look(ask_edges({std::move(e)})).sessions); };
  EXPECT_EQ(found(edge("user|a", 50, 60)), Ids{"s1"});
  EXPECT_EQ(found(edge("user|a", 100, 110)), Ids{"s1"});  // both ends belong to it
  EXPECT_EQ(found(edge("user|a", 101, 199)), Ids{});
  EXPECT_EQ(found(edge("user|a", 90, 200)), (Ids{"s1", "s2"}));
  EXPECT_EQ(found(edge("user|", 0, 300)), Ids{});
  // Each once, however many of its edges were asked for.
  EXPECT_EQ(ids(look(ask_edges({edge("user|a", 0, 9), edge("role|a", 0, 9)}, {"s1"})).sessions), Ids{"s1"});
}

TEST_P(StoreSuite, EdgesFollowTheSession) {
  open_session("s1", {edge("user|a", 0, 100), edge("role|a", 0, 100)});
  Session s = session("s1");
  s.edges = {edge("user|a", 0, 500), edge("key|x", 0, 9)};
  Commit c;
  c.sessions.push_back({s, {}});
  put(c);
  const auto found = [&](Edge e) { return look(ask_edges({std::move(e)})).sessions.size(); };
  EXPECT_EQ(found(edge("user|a", 400, 400)), 1u);
  EXPECT_EQ(found(edge("key|x", 5, 5)), 1u);
  EXPECT_EQ(found(edge("role|a", 0, 100)), 0u);
}

TEST_P(StoreSuite, OnlyAnEdgeThatIsShownIsFound) {
  Edge shown = edge("first|a", 0, 100);
  shown.use = model::EdgeUse::shown;
  Edge sought = edge("second|a", 0, 100);
  sought.use = model::EdgeUse::sought;
  open_session("s1", {shown, sought});
  const auto found = [&](Edge e) { return look(ask_edges({std::move(e)})).sessions.size(); };
  EXPECT_EQ(found(edge("first|a", 5, 5)), 1u);
  EXPECT_EQ(found(edge("second|a", 5, 5)), 0u);
  Session s = session("s1");
  EXPECT_EQ(s.edges, (std::vector<Edge>{shown, sought}));
  // Once another record shows it, it is found.
  s.edges[1].use = model::EdgeUse::both;
  Commit c;
  c.sessions.push_back({s, {}});
  put(c);
  EXPECT_EQ(found(edge("second|a", 5, 5)), 1u);
}

TEST_P(StoreSuite, WhatExistsIsWrittenAlready) {
  Commit c;
  c.entries.emplace_back("", new_entry("k1", EntryKind::failure));
  c.alerts.push_back(new_alert("a1", ""));
  c.notifications.push_back(new_notification("n1", c.alerts[0], "oncall"));
  ports::QuarantineItem q;
  q.id = "q1";
  q.key = "hash";
  q.payload = std::string("bytes\0more", 10);
  q.at = kStart;
  c.quarantine.push_back(q);
  put(c);
  const auto before = *store->totals();
  c.entries[0].second.content = 99;
  c.quarantine[0].id = "q2";
  c.notifications[0].id = "n2";
  put(c);
  Commit other;  // the same fact under another id, with a notification of its own
  other.alerts.push_back(new_alert("a2", ""));
  other.alerts[0].key = c.alerts[0].key;
  other.notifications.push_back(new_notification("n3", other.alerts[0], "oncall"));
  put(other);
  EXPECT_EQ(look(ask_keys({"k1"})).known.at("k1"), new_entry("k1").content);
  EXPECT_EQ(store->alerts({})->items.size(), 1u);
  EXPECT_EQ(ids(claim("oncall", 1)), Ids{"n1"});
  EXPECT_EQ(store->quarantine({})->items.size(), 1u);
  EXPECT_EQ(store->totals()->ledger_leaves, before.ledger_leaves);
  EXPECT_EQ(store->totals()->quarantine_open, 1u);
}

TEST_P(StoreSuite, AStaleVersionIsDecidedAgain) {
  open_session("s1", {edge("user|a", 0, 100)});
  int calls = 0;
  const Status status = store->commit(ask_edges({}, {"s1"}), [&](const Loaded& loaded) {
    Commit c;
    c.at = kStart;
    c.sessions.push_back({loaded.sessions.at(0), {}});
    if (++calls == 1) c.sessions[0].session.version += 1;
    c.sessions[0].session.role = "call " + std::to_string(calls);
    c.entries.emplace_back("s1", new_entry("k" + std::to_string(calls)));
    return c;
  });
  ASSERT_TRUE(status);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(session("s1").role, "call 2");
  EXPECT_EQ(session("s1").version, 2u);
  EXPECT_EQ(look(ask_keys({"k1", "k2"})).known.count("k1"), 0u);
}

TEST_P(StoreSuite, StaleForeverIsAConflictThatLeavesNothing) {
  open_session("s1", {edge("user|a", 0, 100)});
  const auto before = store->totals()->ledger_leaves;
  int calls = 0;
  const auto stale = [&](bool fold) {
    calls = 0;
    return store->commit({}, [&, fold](const Loaded&) {
      ++calls;
      Commit c;
      c.at = kStart;
      c.entries.emplace_back("", new_entry("k", EntryKind::failure));
      c.records.decoded = c.records.matched = 1;
      if (fold) {
        Fold f;
        f.key = "f";
        f.version = 3;
        c.folds.push_back(f);
      } else {
        c.sessions.push_back({new_session("s1", {}), {}});  // version 0: it exists already
      }
      return c;
    });
  };
  for (const bool fold : {false, true}) {
    const Status status = stale(fold);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::conflict);
    EXPECT_EQ(calls, 16);
  }
  EXPECT_TRUE(look(ask_keys({"k"})).known.empty());
  EXPECT_EQ(store->totals()->records.decoded, 0u);
  EXPECT_EQ(store->totals()->ledger_leaves, before);
}

TEST_P(StoreSuite, WritersDoNotLoseEachOthersWork) {
  open_session("s1", {edge("user|a", 0, 100)});
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  std::atomic<int> inside{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const Status status = store->commit(ask_edges({edge("user|a", 0, 0)}), [&](const Loaded& loaded) {
          EXPECT_EQ(inside.fetch_add(1), 0) << "two decisions at once";
          Commit c;
          c.at = kStart;
          c.sessions.push_back({loaded.sessions.at(0), {}});
          ++c.sessions[0].session.calls;
          c.entries.emplace_back("s1", new_entry(std::to_string(t) + "/" + std::to_string(i), EntryKind::activity));
          inside.fetch_sub(1);
          return c;
        });
        if (!status) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(session("s1").calls, std::uint64_t{kThreads * kEach});
  EXPECT_EQ(session("s1").version, std::uint64_t{kThreads * kEach + 1});
  EXPECT_EQ(store->events(query({{"session_id", "s1"}, {"kind", "activity"}}))->items.size(),
            std::size_t{kThreads * kEach});
}

TEST_P(StoreSuite, AMergedSessionLivesOnAsAnAlias) {
  open_session("s1", {edge("user|a", 0, 100)}, {"oncall"});
  open_session("s2", {edge("role|b", 0, 100)}, {"oncall", "siem"});
  open_session("s3", {edge("role|c", 0, 100)});
  Commit late;
  late.alerts.push_back(new_alert("risk", "s2", AlertKind::session_high_risk, "iam:CreateUser"));
  late.notifications.push_back(new_notification("note-risk", late.alerts[0], "oncall"));
  put(late);

  Commit merge;
  Session s = session("s1");
  s.aliases = {"s2"};
  s.edges.push_back(edge("role|b", 0, 100));
  merge.sessions.push_back({s, {"s2"}});
  merge.entries.emplace_back("s2", new_entry("bridge"));
  put(merge);
  Commit again;
  s = session("s3");
  s.aliases = {"s1", "s2"};
  s.edges.push_back(edge("user|a", 0, 100));
  again.sessions.push_back({s, {"s1"}});
  put(again);
  reopen();

  for (const char* id : {"s1", "s2", "s3"}) EXPECT_EQ(session(id).id, "s3") << id;
  EXPECT_EQ(ids(store->sessions({})->items), Ids{"s3"});
  EXPECT_EQ(store->totals()->sessions, 1u);
  EXPECT_EQ(store->totals()->open_sessions, 1u);
  const Loaded loaded = look(ask_edges({edge("user|a", 0, 1)}, {"s1", "s2"}));
  EXPECT_EQ(ids(loaded.sessions), Ids{"s3"});
  EXPECT_EQ(loaded.aliases.at("s1"), "s3");
  EXPECT_EQ(loaded.aliases.at("s2"), "s3");
  EXPECT_TRUE(look(ask_edges({edge("role|b", 0, 1)})).sessions.empty());  // as s3 says
  for (const char* id : {"s1", "s2", "s3"})
    EXPECT_EQ(store->events(query({{"session_id", id}}))->items.size(), 4u) << id;
  EXPECT_EQ(store->alerts(query({{"session_id", "s2"}}))->items.size(), 3u);
}

TEST_P(StoreSuite, AMergeSupersedesWhatWasToldAlreadyAndKeepsTheRest) {
  open_session("s1", {edge("user|a", 0, 100)}, {"oncall"});
  open_session("s2", {edge("role|b", 0, 100)}, {"oncall", "siem"});
  Commit late;
  late.alerts.push_back(new_alert("risk", "s2", AlertKind::session_high_risk, "iam:CreateUser"));
  late.notifications.push_back(new_notification("note-risk", late.alerts[0], "oncall"));
  put(late);
  Commit merge;
  merge.sessions.push_back({session("s1"), {"s2"}});
  put(merge);
  // The opening at oncall is told by s1's own; nobody else tells siem, nor of the call.
  EXPECT_EQ(count("oncall", SendState::superseded), 1u);
  EXPECT_EQ(count("oncall", SendState::trying), 2u);
  EXPECT_EQ(count("siem", SendState::trying), 1u);
  const auto claims = claim("oncall", 1);
  EXPECT_EQ(ids(claims), (Ids{"note-risk", "note-s1-oncall"}));
  for (const Claim& c : claims) EXPECT_EQ(c.session->id, "s1");
  EXPECT_EQ(claim("siem", 1).at(0).session->id, "s1");
}

TEST_P(StoreSuite, MergingWhatWasMergedIsNothingNew) {
  open_session("s1", {});
  open_session("s2", {});
  for (int i = 0; i < 2; ++i) {
    Commit merge;
    merge.sessions.push_back({session("s1"), {"s2"}});
    put(merge);
  }
  EXPECT_EQ(store->totals()->sessions, 1u);
  EXPECT_EQ(session("s2").version, 3u);
  // Nor can an alias become a session again, or another session's.
  open_session("s3", {});
  for (const char* what : {"come back", "go elsewhere"}) {
    const Status status = store->commit({}, [&](const Loaded&) {
      Commit c;
      c.at = kStart;
      if (what == std::string("come back")) c.sessions.push_back({new_session("s2", {}), {}});
      if (what == std::string("go elsewhere")) c.sessions.push_back({new_session("s4", {}), {"s2"}});
      return c;
    });
    ASSERT_FALSE(status) << what;
    EXPECT_EQ(status.error().code, Errc::conflict) << what;
  }
}

TEST_P(StoreSuite, OpeningsOfAWatchAreCounted) {
  Commit c;
  c.alerts = {new_alert("a1", "s1", AlertKind::session_opened, "", 10),
              new_alert("a2", "s2", AlertKind::session_opened, "", 20),
              new_alert("a3", "s2", AlertKind::session_lapsed, "", 30),
              new_alert("a4", "s3", AlertKind::session_opened, "", 40)};
  c.alerts[3].watch = "other";
  put(c);
  Ask ask;
  ask.watches = {"prod", "none"};
  ask.openings_since = at(15);
  const Loaded loaded = look(ask);
  EXPECT_EQ(loaded.openings.at("prod"), std::vector<Time>{at(20)});
  const auto none = loaded.openings.find("none");
  EXPECT_TRUE(none == loaded.openings.end() || none->second.empty());
}

}  // namespace gw::conformance

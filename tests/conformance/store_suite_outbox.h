// Claims, leases, fences, marks.
#pragma once

#include <atomic>
#include <thread>

#include "tests/conformance/store_fixture.h"

namespace gw::conformance {

TEST_P(StoreSuite, AClaimHoldsUntilItsLeaseEnds) {
  open_session("s1", {}, {"oncall", "siem"});
  EXPECT_EQ(claim("oncall", -1).size(), 0u);  // not due yet
  EXPECT_EQ(*store->next_due("oncall"), at(0));
  const auto first = claim("oncall", 0);
  ASSERT_EQ(ids(first), Ids{"note-s1-oncall"});
  EXPECT_EQ(first[0].alert.id, "alert-s1");
  EXPECT_EQ(first[0].session->id, "s1");
  EXPECT_EQ(first[0].notification.state, SendState::trying);
  EXPECT_FALSE(first[0].thread);
  EXPECT_EQ(claim("oncall", 29).size(), 0u);
  EXPECT_EQ(*store->next_due("oncall"), at(30));
  const auto second = claim("oncall", 30);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_NE(second[0].fence, first[0].fence);
  EXPECT_EQ(claim("siem", 30).size(), 1u);  // receivers do not hold each other up
}

TEST_P(StoreSuite, AMarkIsDurableAndEndsTheWaiting) {
  open_session("s1", {}, {"oncall"});
  const auto claims = claim("oncall", 1);
  Outcome o;
  o.state = SendState::delivered;
  o.reason = "HTTP 200";
  o.reference = "1503435956.000247";
  o.thread = Thread{"oncall", "s1", "C1", "1503435956.000247", at(2), 0xffff'ffff'ffff'fff0u};
  ASSERT_TRUE(store->mark({{claims.at(0), o}}, at(2)));
  reopen();
  EXPECT_EQ(claim("oncall", 1000).size(), 0u);
  EXPECT_EQ(*store->next_due("oncall"), std::nullopt);
  EXPECT_TRUE(store->receivers()->empty());
  const auto view = store->alerts({})->items.at(0);
  ASSERT_EQ(view.notifications.size(), 1u);
  const Notification& n = view.notifications[0];
  EXPECT_EQ(n.state, SendState::delivered);
  EXPECT_EQ(n.reason, "HTTP 200");
  EXPECT_EQ(n.reference, "1503435956.000247");
  EXPECT_EQ(n.settled_at, at(2));
  EXPECT_EQ(n.attempts, 1u);
  EXPECT_EQ(count("oncall", SendState::delivered), 1u);
  EXPECT_EQ(count("oncall", SendState::trying), 0u);

  Commit more;  // later facts come with the thread
  more.alerts.push_back(new_alert("lapsed", "s1", AlertKind::session_lapsed, "", 10));
  more.notifications.push_back(new_notification("n2", more.alerts[0], "oncall"));
  put(more);
  const auto next = claim("oncall", 10);
  ASSERT_TRUE(next.at(0).thread);
  EXPECT_EQ(next[0].thread->ts, "1503435956.000247");
  EXPECT_EQ(next[0].thread->channel, "C1");
  EXPECT_EQ(next[0].thread->posted_at, at(2));
  EXPECT_EQ(next[0].thread->shown, 0xffff'ffff'ffff'fff0u);
}

TEST_P(StoreSuite, ALostLeaseMarksNothing) {
  open_session("s1", {}, {"oncall"});
  open_session("s2", {}, {"oncall"});
  const auto first = claim("oncall", 0);
  const auto second = claim("oncall", 40);
  ASSERT_EQ(first.size(), 2u);
  ASSERT_EQ(second.size(), 2u);
  Outcome o;
  o.state = SendState::delivered;
  // One of them is held: still nothing is written.
  const Status lost = store->mark({{second[0], o}, {first[1], o}}, at(41));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::conflict);
  EXPECT_EQ(count("oncall", SendState::delivered), 0u);
  ASSERT_TRUE(store->mark({{second[0], o}, {second[1], o}}, at(42)));
  EXPECT_EQ(count("oncall", SendState::delivered), 2u);
  // A mark ends the claim.
  const Status twice = mark(second[0], SendState::trying, 43);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::conflict);
}

TEST_P(StoreSuite, WhatFailedIsDueAgainWhenTheMarkSays) {
  open_session("s1", {}, {"oncall"});
  ASSERT_TRUE(mark(claim("oncall", 0).at(0), SendState::trying, 1, 61));
  EXPECT_EQ(claim("oncall", 60).size(), 0u);
  EXPECT_EQ(*store->next_due("oncall"), at(61));
  const auto again = claim("oncall", 61);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].notification.attempts, 1u);
  EXPECT_EQ(again[0].notification.reason, "HTTP 200");
  EXPECT_FALSE(again[0].notification.settled_at);
}

TEST_P(StoreSuite, WhatWaitsForTheSameSessionComesAlong) {
  open_session("s1", {}, {"oncall"});
  open_session("s2", {}, {"oncall"});
  Commit c;
  c.alerts.push_back(new_alert("later", "s1", AlertKind::session_digest, "1"));
  c.alerts.push_back(new_alert("elsewhere", "s2", AlertKind::session_digest, "1"));
  c.alerts.push_back(new_alert("nobody", "", AlertKind::tamper));
  for (const Alert& a : c.alerts) {
    c.notifications.push_back(new_notification("n-" + a.id, a, "oncall"));
    c.notifications.back().due_at = at(500);
    c.notifications.back().created_at = at(5);
  }
  put(c);
  EXPECT_EQ(ids(claim("oncall", 0, 1)), (Ids{"note-s1-oncall", "n-later"}));
  EXPECT_EQ(ids(claim("oncall", 0, 1)), (Ids{"note-s2-oncall", "n-elsewhere"}));
  EXPECT_EQ(ids(claim("oncall", 29, 1)), Ids{});
  EXPECT_EQ(claim("oncall", 500, 10).size(), 5u);
}

TEST_P(StoreSuite, WhatIsLeasedDoesNotComeAlong) {
  open_session("s1", {}, {"oncall"});
  const auto first = claim("oncall", 0);
  Commit c;
  c.alerts.push_back(new_alert("risk", "s1", AlertKind::session_high_risk, "iam:CreateUser"));
  c.notifications.push_back(new_notification("note-risk", c.alerts[0], "oncall"));
  put(c);
  EXPECT_EQ(ids(claim("oncall", 1)), Ids{"note-risk"});
  EXPECT_TRUE(mark(first.at(0), SendState::delivered, 2));  // it was its all along
}

TEST_P(StoreSuite, TheOldestAreTakenFirst) {
  Commit c;
  for (int i = 0; i < 6; ++i) {
    const int age = (i * 5) % 6;  // not in the order of arrival
    c.alerts.push_back(new_alert(id_of('a', i), "", AlertKind::tamper, "", age));
    c.notifications.push_back(new_notification(id_of('n', age), c.alerts.back(), "oncall"));
  }
  put(c);
  EXPECT_EQ(ids(claim("oncall", 100, 4)), (Ids{id_of('n', 0), id_of('n', 1), id_of('n', 2), id_of('n', 3)}));
  EXPECT_EQ(ids(claim("oncall", 100, 4)), (Ids{id_of('n', 4), id_of('n', 5)}));
}

TEST_P(StoreSuite, ClaimsNeverOverlap) {
  Commit c;
  for (int i = 0; i < 60; ++i) {
    c.alerts.push_back(new_alert(id_of('a', i), "", AlertKind::tamper));
    c.notifications.push_back(new_notification(id_of('n', i), c.alerts.back(), "oncall"));
  }
  put(c);
  std::mutex mutex;
  std::vector<std::string> taken;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (;;) {
        auto claims = store->claim("oncall", at(1), kLease, 5);
        if (!claims) ++failed;
        if (!claims || claims->empty()) return;
        std::vector<std::pair<Claim, Outcome>> marks;
        for (const Claim& one : *claims) {
          Outcome o;
          o.state = SendState::delivered;
          marks.emplace_back(one, o);
        }
        if (!store->mark(marks, at(2))) ++failed;
        const std::lock_guard lock(mutex);
        for (const Claim& one : *claims) taken.push_back(one.notification.id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken.size(), 60u);
  EXPECT_EQ(std::unique(taken.begin(), taken.end()), taken.end());
  EXPECT_EQ(count("oncall", SendState::delivered), 60u);
}

TEST_P(StoreSuite, WhatIsParkedGoesToOthersOnce) {
  open_session("s1", {}, {"oncall", "siem"});
  Outcome o;
  o.state = SendState::parked;
  o.reason = "refused: HTTP 404";
  o.reroute_to = {"fallback", "siem"};  // siem is told by itself already
  ASSERT_TRUE(store->mark({{claim("oncall", 0).at(0), o}}, at(1)));
  EXPECT_EQ(count("oncall", SendState::parked), 1u);
  const auto copies = claim("fallback", 1);
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(copies[0].notification.rerouted_from, "oncall");
  EXPECT_EQ(copies[0].alert.id, "alert-s1");
  EXPECT_EQ(claim("siem", 1).size(), 1u);
  EXPECT_EQ(count("siem", SendState::trying), 1u);
}

TEST_P(StoreSuite, WhatIsTriedOnMayGoToOthersAsWellAndOnce) {
  open_session("s1", {}, {"oncall"});
  Outcome o;
  o.state = SendState::trying;
  o.reroute_to = {"fallback"};
  for (int i = 1; i <= 3; ++i) {
    o.due_at = at(i * 100);
    ASSERT_TRUE(store->mark({{claim("oncall", i * 100 - 100).at(0), o}}, at(i * 100 - 99)));
  }
  EXPECT_EQ(count("oncall", SendState::trying), 1u);
  const auto copies = claim("fallback", 300);
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(copies[0].notification.rerouted_from, "oncall");
}

TEST_P(StoreSuite, SupersededWhileItWasOnItsWay) {
  open_session("s1", {}, {"oncall"});
  for (const char* id : {"s2", "s3"}) open_session(id, {}, {"oncall"});
  const auto claims = claim("oncall", 0);
  ASSERT_EQ(ids(claims), (Ids{"note-s1-oncall", "note-s2-oncall", "note-s3-oncall"}));
  Commit merge;
  merge.sessions.push_back({session("s1"), {"s2", "s3"}});
  put(merge);
  ASSERT_TRUE(mark(claims[1], SendState::delivered, 2));    // it was told all the same
  ASSERT_TRUE(mark(claims[2], SendState::trying, 2, 100));  // and this one need not be any more
  EXPECT_EQ(count("oncall", SendState::delivered), 1u);
  EXPECT_EQ(count("oncall", SendState::superseded), 1u);
  EXPECT_EQ(count("oncall", SendState::trying), 1u);
  EXPECT_EQ(ids(claim("oncall", 100)), Ids{"note-s1-oncall"});
}

TEST_P(StoreSuite, OnlyTriesAreCountedAsAttempts) {
  open_session("s1", {}, {"oncall"});
  Outcome o;
  o.due_at = at(10);
  o.was_sent = false;  // put off
  ASSERT_TRUE(store->mark({{claim("oncall", 0).at(0), o}}, at(1)));
  o.was_sent = true;
  ASSERT_TRUE(store->mark({{claim("oncall", 10).at(0), o}}, at(11)));
  EXPECT_EQ(claim("oncall", 12).at(0).notification.attempts, 1u);
}

// A thread goes along to a session that has none at that receiver; else both stay where they are.
TEST_P(StoreSuite, ThreadsOfMergedSessionsAreFoundAgain) {
  const auto tell = [&](const std::string& receiver, const std::string& ts) {
    Outcome o;
    o.state = SendState::delivered;
    const auto claims = claim(receiver, 0);
    ASSERT_EQ(claims.size(), 1u);
    o.thread = Thread{receiver, claims[0].alert.session_id, "C1", ts, at(0), 1};
    ASSERT_TRUE(store->mark({{claims[0], o}}, at(0)));
  };
  open_session("s1", {}, {"oncall"});
  tell("oncall", "1.1");
  open_session("s2", {}, {"oncall", "siem"});
  tell("oncall", "2.2");
  tell("siem", "3.3");
  Commit merge;
  Session s = session("s1");
  s.aliases = {"s2"};
  merge.sessions.push_back({s, {"s2"}});
  merge.alerts.push_back(new_alert("merged", "s1", AlertKind::session_merged, "s2"));
  for (const char* receiver : {"oncall", "siem"})
    merge.notifications.push_back(new_notification(std::string("merged-") + receiver, merge.alerts[0], receiver));
  put(merge);
  const auto oncall = claim("oncall", 1);
  ASSERT_EQ(oncall.size(), 1u);
  ASSERT_TRUE(oncall[0].thread);
  EXPECT_EQ(oncall[0].thread->ts, "1.1");
  ASSERT_EQ(oncall[0].alias_threads.size(), 1u);
  EXPECT_EQ(oncall[0].alias_threads[0].ts, "2.2");
  EXPECT_EQ(oncall[0].alias_threads[0].session_id, "s2");
  const auto siem = claim("siem", 1);
  ASSERT_TRUE(siem.at(0).thread);
  EXPECT_EQ(siem[0].thread->ts, "3.3");
  EXPECT_EQ(siem[0].thread->session_id, "s1");
  EXPECT_TRUE(siem[0].alias_threads.empty());
}

TEST_P(StoreSuite, ADeniedAttemptsAlertComesWithItsFold) {
  Commit c;
  Fold f;
  f.key = "111122223333|root_console||58910";
  f.count = 3;
  c.folds.push_back(f);
  Alert a = new_alert("a1", "", AlertKind::access_denied);
  a.key = "access.denied|" + f.key + "|1";
  c.alerts.push_back(a);
  c.notifications.push_back(new_notification("n1", a, "oncall"));
  put(c);
  const auto claims = claim("oncall", 0);
  ASSERT_EQ(claims.size(), 1u);
  ASSERT_TRUE(claims[0].fold);
  EXPECT_EQ(claims[0].fold->count, 3u);
  EXPECT_FALSE(claims[0].session);
}

TEST_P(StoreSuite, SendersAreWokenByNewNotifications) {
  std::atomic<int> woken{0};
  store->on_new([&] { ++woken; });
  open_session("s1", {});
  EXPECT_EQ(woken, 0);
  open_session("s2", {}, {"oncall"});
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(*store->receivers(), Ids{"oncall"});
}

TEST_P(StoreSuite, RetryMakesWhatIsParkedOrWaitsDue) {
  open_session("s1", {}, {"oncall", "siem", "done"});
  Outcome o;
  o.state = SendState::parked;
  ASSERT_TRUE(store->mark({{claim("oncall", 0).at(0), o}}, at(1)));
  ASSERT_TRUE(mark(claim("siem", 0).at(0), SendState::trying, 1, 9999));
  ASSERT_TRUE(mark(claim("done", 0).at(0), SendState::delivered, 1));
  ASSERT_TRUE(store->retry("alert-s1", at(50)));
  ASSERT_TRUE(store->retry("alert-s1", at(51)));  // nothing is added by asking twice
  const auto again = claim("oncall", 60);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].notification.generation, 2u);
  EXPECT_EQ(claim("siem", 60).at(0).notification.generation, 1u);
  EXPECT_EQ(claim("done", 60).size(), 0u);
  EXPECT_EQ(count("oncall", SendState::parked), 1u);
  EXPECT_EQ(count("oncall", SendState::trying), 1u);
  const Status none = store->retry("no such alert", at(50));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
}

}  // namespace gw::conformance

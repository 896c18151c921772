#include "engine/notify/sender.h"

#include <gtest/gtest.h>

#include "engine/notify/fixture.h"

namespace gw::notify {
namespace {

using model::AlertKind, model::SendState, model::Severity;
using ports::SendVerdict;
using Ids = std::vector<std::string>;

constexpr ports::Receiver::Traits kThreads{true, std::chrono::seconds(60), std::chrono::milliseconds(1000), false};

model::Session session(const std::string& id) {
  model::Session s;
  s.id = id;
  s.account_id = "111122223333";
  return s;
}

model::Mute mute(const std::string& watch, const std::string& account, const std::string& session_id) {
  model::Mute m;
  m.watch = watch;
  m.account_id = account;
  m.session_id = session_id;
  m.author = "carol";
  m.reason = "drill";
  m.created_at = kNoon;
  m.until = after(3600);
  return m;
}

TEST(Sender, DeliversWithTheReasonOfTheAlertAndTheReceiversReference) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  Sender s = b.sender();
  EXPECT_GT(b.settle(s), b.now);
  const auto row = b.outbox.row("1");
  EXPECT_EQ(row.state, SendState::delivered);
  EXPECT_EQ(row.reason, "watch prod matched");
  EXPECT_EQ(row.reference, "ref-1");
  EXPECT_TRUE(b.receiver->messages.at(0).is_first);
}

TEST(Sender, WithoutThreadsEveryFactIsItsOwnMessageInOrder) {
  Bench b;
  for (int i = 1; i <= 5; ++i) b.outbox.add_one(std::to_string(i), "hook", "s1", after(-10 + i));
  Sender s = b.sender();
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(b.sent(i), Ids{std::to_string(i + 1)});
  EXPECT_EQ(b.outbox.states("hook")[SendState::delivered], 5u);
}

TEST(Sender, WithThreadsASessionsFactsFoldIntoOneMessage) {
  Bench b(kThreads);
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.add_one("2", "hook", "s1", b.now, AlertKind::session_high_risk);
  b.outbox.add_one("3", "hook", "s2", b.now);
  b.outbox.add_one("4", "hook", "s1", b.now, AlertKind::session_lapsed);
  Sender s = b.sender();
  EXPECT_TRUE(s.step().sent);
  EXPECT_EQ(b.sent(0), (Ids{"1", "2", "4"}));
  EXPECT_EQ(b.outbox.row("1").state, SendState::delivered);
  EXPECT_EQ(b.outbox.row("2").state, SendState::folded);
  EXPECT_EQ(b.outbox.row("4").reason, "folded into 1: watch prod matched");
  EXPECT_EQ(b.outbox.marks_written, 1);  // all facts of a message in one step
  b.now = after(120);
  b.outbox.add_one("5", "hook", "s1", b.now, AlertKind::session_digest);
  b.settle(s);
  b.now = after(121);
  b.settle(s);
  EXPECT_EQ(b.sent(2), Ids{"5"});
  EXPECT_FALSE(b.receiver->messages.at(2).is_first);  // the thread was kept
}

TEST(Sender, AtMostOneMessageASecond) {
  Bench b(kThreads);
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.add_one("2", "hook", "s2", b.now);
  Sender s = b.sender();
  EXPECT_EQ(s.step().again, after(1));
  b.now = after(0.999);
  EXPECT_FALSE(s.step().sent);
  b.now = after(1);
  EXPECT_TRUE(s.step().sent);
}

TEST(Sender, WhatComesWithinTheThreadsPauseIsPutOffAndThenFolded) {
  Bench b(kThreads);
  b.outbox.set_thread({"hook", "s1", "C1", "1.0", kNoon, 0});
  b.now = after(10);
  b.outbox.add_one("1", "hook", "s1", b.now, AlertKind::session_high_risk);
  Sender s = b.sender();
  EXPECT_EQ(b.settle(s), after(60));
  EXPECT_EQ(b.outbox.row("1").state, SendState::trying);
  EXPECT_TRUE(b.receiver->messages.empty());
  b.now = after(30);
  b.outbox.add_one("2", "hook", "s1", b.now, AlertKind::session_new_address);
  EXPECT_EQ(b.settle(s), after(60));
  b.now = after(60);
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_EQ(b.sent(0), (Ids{"1", "2"}));
  EXPECT_FALSE(b.receiver->messages[0].is_first);
  EXPECT_EQ(b.outbox.row("1").attempts, 1u);  // being put off is no attempt
}

TEST(Sender, AnAcknowledgementDoesNotWaitForThePause) {
  Bench b(kThreads);
  b.outbox.set_thread({"hook", "s1", "C1", "1.0", kNoon, 0});
  b.now = after(10);
  b.outbox.add_one("1", "hook", "s1", b.now, AlertKind::session_high_risk);
  b.outbox.add_one("2", "hook", "s1", b.now, AlertKind::session_acknowledged);
  Sender s = b.sender();
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_EQ(b.sent(0), Ids{"2"});
}

TEST(Sender, AnEscalationDoesNotWaitForThePause) {
  Bench b(kThreads);
  b.outbox.set_thread({"hook", "s1", "C1", "1.0", kNoon, 0});
  b.now = after(10);
  b.outbox.add_one("1", "hook", "s1", b.now, AlertKind::session_digest);
  b.outbox.add_one("2", "hook", "s1", b.now, AlertKind::session_escalated);
  Sender s = b.sender();
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_EQ(b.sent(0), Ids{"2"});
}

TEST(Sender, RetriesWithDoublingJitteredDelays) {
  EXPECT_EQ(backoff_micros(0, 0), kSecondMicros);
  EXPECT_EQ(backoff_micros(3, 0), 8 * kSecondMicros);
  EXPECT_EQ(backoff_micros(3, 0.5), 6 * kSecondMicros);
  EXPECT_EQ(backoff_micros(8, 0), 256 * kSecondMicros);
  EXPECT_EQ(backoff_micros(4'000'000'000u, 0), 300 * kSecondMicros);
  EXPECT_GT(backoff_micros(0, 0.999), kSecondMicros / 2);

  Bench b;
  b.outbox.add_one("1", "hook", "", b.now, AlertKind::tamper);
  for (int i = 0; i < 3; ++i) b.receiver->answers.push_back(answer(SendVerdict::retry, "HTTP 503"));
  Sender s = b.sender();
  EXPECT_EQ(b.settle(s), after(1));
  EXPECT_EQ(b.outbox.row("1").reason, "HTTP 503");
  b.now = after(1);
  EXPECT_EQ(b.settle(s), after(3));  // a second failure in a row holds the receiver for a second, the row for two
  b.now = after(3);
  EXPECT_EQ(b.outbox.row("1").due_at, after(3));
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").due_at, after(7));
  b.now = after(7);
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::delivered);
  EXPECT_EQ(b.receiver->messages.size(), 4u);
}

TEST(Sender, RetryAfterHoldsTheWholeReceiverBack) {
  Bench b;
  b.outbox.add_one("1", "hook", "", b.now, AlertKind::tamper);
  b.outbox.add_one("2", "hook", "", b.now, AlertKind::tamper);
  b.receiver->answers.push_back(answer(SendVerdict::retry, "HTTP 429", std::chrono::seconds(30)));
  Sender s = b.sender();
  EXPECT_EQ(s.step().again, after(30));
  b.now = after(29.9);
  EXPECT_FALSE(s.step().sent);
  EXPECT_EQ(b.receiver->messages.size(), 1u);
  b.now = after(30);
  b.settle(s);
  EXPECT_EQ(b.outbox.states("hook")[SendState::delivered], 2u);
}

TEST(Sender, RefusedForGoodIsParkedAndToldToTheDefaultReceivers) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.receiver->answers.push_back(answer(SendVerdict::refused, "HTTP 404"));
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::parked);
  EXPECT_EQ(b.outbox.row("1").reason, "refused: HTTP 404");
  EXPECT_EQ(b.outbox.row("1>spare").rerouted_from, "hook");
  EXPECT_EQ(b.outbox.row("1>spare").state, SendState::trying);
}

TEST(Sender, RetryableFailuresAreReroutedAfterADayAndNotBefore) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  Sender s = b.sender();
  b.now = after(24 * 3600 - 1);
  b.receiver->answers.assign(2, answer(SendVerdict::retry, "timed out"));
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::trying);
  b.now = after(24 * 3600);
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::parked);
  EXPECT_EQ(b.outbox.row("1>spare").state, SendState::trying);
}

TEST(Sender, MutedIsMutedButCriticalIsToldQuietly) {
  Bench b(kThreads);
  b.outbox.mute(mute("", "111122223333", ""));
  b.outbox.put(session("s1"));
  b.outbox.put(session("s2"));
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.add_one("2", "hook", "s2", b.now, AlertKind::session_opened, Severity::critical);
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::muted);
  EXPECT_EQ(b.outbox.row("1").reason, "muted by carol until 2027-01-15T09:00:00Z: drill");
  EXPECT_EQ(b.outbox.row("2").state, SendState::delivered);
  EXPECT_EQ(b.outbox.row("2").reason, "watch prod matched; muted, but critical");
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_TRUE(b.receiver->messages[0].quiet);
}

TEST(Sender, AMuteFitsByAllThatItNames) {
  ports::Claim claim;
  claim.alert.watch = "prod";
  claim.alert.session_id = "old";
  claim.session = session("s1");
  claim.session->aliases = {"old"};
  EXPECT_TRUE(covers(mute("prod", "111122223333", "s1"), claim, kNoon));
  EXPECT_TRUE(covers(mute("prod", "", "old"), claim, kNoon));
  EXPECT_TRUE(covers(mute("", "", ""), claim, kNoon));
  EXPECT_FALSE(covers(mute("other", "", ""), claim, kNoon));
  EXPECT_FALSE(covers(mute("", "999", ""), claim, kNoon));
  EXPECT_FALSE(covers(mute("", "", "s2"), claim, kNoon));
  EXPECT_FALSE(covers(mute("", "", ""), claim, after(3600)));  // it ends
  model::Mute ended = mute("", "", "");
  ended.ended_at = kNoon;
  EXPECT_FALSE(covers(ended, claim, kNoon));
  claim.session.reset();
  claim.alert.data = R"({"access":{"account_id":"444455556666"}})";
  EXPECT_TRUE(covers(mute("", "444455556666", ""), claim, kNoon));
  claim.alert.data = R"({"account_id":"777788889999"})";
  EXPECT_TRUE(covers(mute("", "777788889999", ""), claim, kNoon));
}

TEST(Sender, AnOpeningThatWasMergedAwayIsSuperseded) {
  Bench b(kThreads);
  model::Session merged = session("s1");
  merged.aliases = {"s2"};
  b.outbox.put(merged);
  b.outbox.set_thread({"hook", "s1", "C1", "1.0", after(-100), 0});
  b.outbox.add_one("1", "hook", "s2", b.now);
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::superseded);
  EXPECT_TRUE(b.receiver->messages.empty());
}

TEST(Sender, AnOpeningThatWasMergedAwayIsToldWhereTheOtherWasNot) {
  Bench b(kThreads);
  model::Session merged = session("s1");
  merged.aliases = {"s2"};
  b.outbox.put(merged);
  b.outbox.add_one("1", "hook", "s2", b.now);
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::delivered);
}

TEST(Sender, WhereOnlyDigestsAreWantedTheRestIsLeftToThem) {
  ports::Receiver::Traits traits = kThreads;
  traits.digests_only = true;
  Bench b(traits);
  b.outbox.set_thread({"hook", "s1", "", "", after(-100), 0});
  b.outbox.add_one("1", "hook", "s1", b.now, AlertKind::session_high_risk);
  b.outbox.add_one("2", "hook", "s1", b.now, AlertKind::session_digest);
  b.outbox.add_one("3", "hook", "s1", b.now, AlertKind::session_high_risk, Severity::critical);
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::folded);
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_EQ(b.sent(0), (Ids{"2", "3"}));
}

TEST(Sender, SummariesOfAStormThatAreDueTogetherAreOneMessage) {
  Bench b;
  for (const char* id : {"1", "2", "3"}) b.outbox.add_one(id, "hook", "", b.now, AlertKind::storm);
  Sender s = b.sender();
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 1u);
  EXPECT_EQ(b.sent(0), (Ids{"1", "2", "3"}));
  EXPECT_EQ(b.outbox.row("3").state, SendState::folded);
}

TEST(Sender, AStormTooLargeForAMessageIsToldInSeveral) {
  Bench b;
  for (int i = 1; i <= 4; ++i) {
    model::Alert alert;
    alert.id = "a" + std::to_string(i);
    alert.kind = AlertKind::storm;
    alert.watch = "prod";
    alert.data = "{\"sessions\":[\"" + std::string(3'000, 'x') + "\"]}";
    model::Notification n;
    n.id = std::to_string(i);
    n.alert_id = alert.id;
    n.receiver = "hook";
    n.due_at = n.created_at = after(-10 + i);
    b.outbox.add(alert, {n});
  }
  Sender s = b.sender();
  b.settle(s);
  ASSERT_EQ(b.receiver->messages.size(), 2u);
  EXPECT_EQ(b.sent(0), (Ids{"1", "2"}));
  EXPECT_EQ(b.sent(1), (Ids{"3", "4"}));
}

TEST(Sender, ALostLeaseMarksNothingAndSendsNothingAgain) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.receiver->while_sending = [&] { b.outbox.steal("1"); };
  Sender s = b.sender();
  EXPECT_TRUE(s.step().sent);
  EXPECT_EQ(b.outbox.row("1").state, SendState::trying);
  EXPECT_EQ(b.outbox.row("1").attempts, 0u);
  EXPECT_EQ(s.health().lost_claims, 1u);
  EXPECT_FALSE(s.step().sent);
  EXPECT_EQ(b.receiver->messages.size(), 1u);
}

TEST(Sender, AMarkThatCannotBeWrittenIsWrittenLaterAndNothingIsSentBefore) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.add_one("2", "hook", "s2", b.now);
  b.receiver->while_sending = [&] { b.outbox.mark_fails = 3; };
  Sender s = b.sender();
  EXPECT_EQ(s.step().again, after(1));
  b.receiver->while_sending = nullptr;
  for (int i = 1; i <= 2; ++i) {
    b.now = after(40 * i);  // the lease is over, and nobody else took it
    EXPECT_FALSE(s.step().sent);
  }
  EXPECT_EQ(b.receiver->messages.size(), 1u);
  b.now = after(100);
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::delivered);
  EXPECT_EQ(b.outbox.row("2").state, SendState::delivered);
  EXPECT_EQ(b.receiver->messages.size(), 2u);
}

TEST(Sender, WhatIsSettledWithoutASendIsWrittenBeforeAnythingIsSent) {
  Bench b;
  b.outbox.mute(mute("", "", "s1"));
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.add_one("2", "hook", "s2", b.now);
  b.outbox.mark_fails = 1;
  Sender s = b.sender();
  EXPECT_EQ(s.step().again, after(1));
  EXPECT_TRUE(b.receiver->messages.empty());
  b.now = after(1);
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::muted);
  EXPECT_EQ(b.outbox.row("2").state, SendState::delivered);
}

TEST(Sender, NothingIsSentThatTheLeaseMightNotCover) {
  Bench b;
  for (int i = 1; i <= 5; ++i) b.outbox.add_one(std::to_string(i), "hook", "s" + std::to_string(i), b.now);
  b.receiver->while_sending = [&] {
    b.now = Time{b.now.micros + 9 * kSecondMicros};
    // Another process that looks for rows finds none while one of them is being sent.
    EXPECT_TRUE(b.outbox.claim("hook", b.now, 0, 100)->empty());
  };
  Sender s = b.sender();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(s.step().sent) << i;
  EXPECT_EQ(b.receiver->messages.size(), 5u);
  EXPECT_EQ(b.outbox.states("hook")[SendState::delivered], 5u);
  EXPECT_EQ(s.health().lost_claims, 0u);
}

TEST(Sender, WhatIsClaimedAndNotSentIsGivenBack) {
  Bench b;
  for (int i = 1; i <= 3; ++i) b.outbox.add_one(std::to_string(i), "hook", "s" + std::to_string(i), b.now);
  Sender s = b.sender();
  s.step();
  s.give_back();
  Sender next = b.sender();
  b.settle(next);
  EXPECT_EQ(b.receiver->messages.size(), 3u);
}

TEST(Sender, AStoreThatCannotAnswerIsAskedAgainInASecond) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now);
  b.outbox.claim_fails = 1;
  Sender s = b.sender();
  EXPECT_EQ(s.step().again, after(1));
  b.now = after(1);
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").state, SendState::delivered);
}

}  // namespace
}  // namespace gw::notify

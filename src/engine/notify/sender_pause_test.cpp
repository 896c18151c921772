#include <gtest/gtest.h>

#include <chrono>

#include "engine/notify/fixture.h"
#include "engine/notify/sender.h"

namespace gw::notify {
namespace {

using model::AlertKind;

// Whoever stops after the last message, as a function does, has nothing to sit out.
TEST(SenderPause, APauseIsWaitedForOnlyWhereSomethingWaits) {
  Bench b(ports::Receiver::Traits{true, std::chrono::seconds(60), std::chrono::milliseconds(1000), false});
  b.outbox.add_one("1", "hook", "", b.now, AlertKind::tamper);
  Sender s = b.sender();
  EXPECT_GE(b.settle(s), after(30));
  b.outbox.add_one("2", "hook", "", b.now, AlertKind::tamper);
  EXPECT_EQ(b.settle(s), after(1));
  EXPECT_EQ(b.receiver->messages.size(), 1u);
  b.now = after(1);
  b.settle(s);
  EXPECT_EQ(b.receiver->messages.size(), 2u);
}

// A day, or a date by a clock that is wrong: who is on call would hear of nothing until then.
TEST(SenderPause, WhatAReceiverAsksForIsKeptToForAQuarterOfAnHourAtMost) {
  for (const std::int64_t asked : {901, 3'600, 86'400, 2'000'000'000}) {
    Bench b;
    b.outbox.add_one("1", "hook", "", b.now, AlertKind::tamper);
    b.receiver->answers.push_back(answer(ports::SendVerdict::retry, "HTTP 503", std::chrono::seconds(asked)));
    Sender s = b.sender();
    EXPECT_EQ(b.settle(s), after(900)) << asked;
    EXPECT_EQ(b.outbox.row("1").due_at, after(900)) << asked;
    b.now = after(900);
    b.settle(s);
    EXPECT_EQ(b.outbox.row("1").state, model::SendState::delivered) << asked;
  }
}

TEST(SenderPause, WhatIsToBeSeenToStandsInTheReason) {
  Bench b;
  b.outbox.add_one("1", "hook", "", b.now, AlertKind::tamper);
  ports::SendResult partly = answer(ports::SendVerdict::accepted, "SMTP 250");
  partly.note = "1 of 2 recipients were refused";
  b.receiver->answers.push_back(partly);
  Sender s = b.sender();
  b.settle(s);
  EXPECT_EQ(b.outbox.row("1").reason, "watch prod matched; 1 of 2 recipients were refused");
}

// The only receiver of an alert is down for hours: others hear of what is critical, once, and it is told here when that is possible again.
TEST(SenderPause, WhatIsCriticalIsToldToOthersTooWhenItIsNotTakenForAQuarterOfAnHour) {
  Bench b;
  b.outbox.add_one("1", "hook", "s1", b.now, AlertKind::session_opened, model::Severity::critical);
  b.outbox.add_one("2", "hook", "s2", b.now);
  b.outbox.add_one("3", "hook", "s1", b.now, AlertKind::session_digest, model::Severity::critical);
  Sender s = b.sender();
  bool is_down = true;
  b.receiver->while_sending = [&] {
    b.receiver->answers.clear();
    if (is_down) b.receiver->answers.push_back(answer(ports::SendVerdict::retry, "HTTP 503"));
  };
  const auto run_until = [&](double seconds) {
    while (b.now < after(seconds)) b.now = std::min(std::max(b.settle(s), Time{b.now.micros + 1}), after(seconds));
  };
  run_until(899);
  EXPECT_TRUE(b.outbox.states("spare").empty());
  run_until(1900);
  EXPECT_EQ(b.outbox.states("spare")[model::SendState::trying], 1u);
  EXPECT_EQ(b.outbox.row("1>spare").rerouted_from, "hook");
  EXPECT_EQ(b.outbox.states("hook")[model::SendState::trying], 3u);
  is_down = false;
  run_until(3000);
  EXPECT_EQ(b.outbox.states("hook")[model::SendState::delivered], 3u);
  EXPECT_EQ(b.outbox.states("spare")[model::SendState::trying], 1u);
}

// A pager shows what is quiet as a matter of no urgency.
TEST(SenderPause, AMuteOfOneFactQuietsNoOtherOfItsSession) {
  for (const bool threads : {false, true}) {
    Bench b(ports::Receiver::Traits{threads, std::chrono::seconds(60), std::chrono::milliseconds(0), false});
    model::Mute drill;
    drill.watch = "drill";
    drill.until = after(3600);
    b.outbox.mute(drill);
    for (const char* watch : {"drill", "prod"}) {
      model::Alert alert;
      alert.id = alert.watch = watch;
      alert.kind = AlertKind::tamper;
      alert.session_id = "s1";
      alert.severity = model::Severity::critical;
      model::Notification n;
      n.id = n.alert_id = alert.id;
      n.receiver = "hook";
      n.due_at = n.created_at = b.now;
      b.outbox.add(alert, {n});
    }
    Sender s = b.sender();
    b.settle(s);
    std::vector<bool> quiet;
    for (const ports::Message& m : b.receiver->messages) quiet.push_back(m.quiet);
    EXPECT_EQ(quiet, threads ? std::vector<bool>{false} : (std::vector<bool>{true, false}));
  }
}

}  // namespace
}  // namespace gw::notify

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

}  // namespace
}  // namespace gw::notify

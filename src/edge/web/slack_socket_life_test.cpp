#include "edge/web/slack_socket.h"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <future>

#include "edge/web/slack_socket_fixture.h"

namespace gw::web {
namespace {

using SlackSocketLife = SlackSocketTest;

TEST_F(SlackSocketLife, OpensTheNextBeforeTheOneThatIsAboutToEnd) {
  SocketTimes times = quick();
  times.lived = milliseconds(0);
  times.overlap = milliseconds(200);
  start(times);
  const Peer first = greet();
  first->send(press("e1"));
  EXPECT_EQ(first->read(), ack("e1"));
  first->send(R"({"type":"disconnect","reason":"warning","debug_info":{"host":"x"}})");
  const Peer second = greet();
  first->send(press("e2"));  // it was on its way
  EXPECT_EQ(first->read(), ack("e2")) << "by the connection that it came by";
  auto closed = closing(*first);
  second->send(press("e3"));
  EXPECT_EQ(second->read(), ack("e3"));
  EXPECT_EQ(doubts(), "");
  EXPECT_TRUE(closed.get()) << "in the end, also when Slack does not";
  second->send(press("e4"));
  EXPECT_EQ(second->read(), ack("e4"));
  EXPECT_EQ(parts->sockets.states().at(0).connections, 2U);
}

TEST_F(SlackSocketLife, SaysNothingOfOneThatIsHeardStill) {
  SocketTimes times = quick();
  times.first_pause = times.most_pause = std::chrono::hours(1);
  start(times);
  const Peer peer = greet();
  EXPECT_TRUE(soon([&] { return parts->sockets.states().at(0).is_connected; }));
  peer->send(R"({"type":"disconnect","reason":"warning"})");
  EXPECT_TRUE(soon([&] { return !parts->sockets.states().at(0).problem.empty(); })) << "so soon after the first";
  EXPECT_EQ(doubts(), "");
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  auto closed = std::async(std::launch::async, [&] { peer->ws().close({}); });
  EXPECT_TRUE(soon([&] { return doubts().find("Slack ended the connection: warning") != std::string::npos; }))
      << doubts();
  closed.get();
}

TEST_F(SlackSocketLife, IsHeardWhileTheNextIsOpened) {
  std::promise<void> go_on;
  const std::shared_future<void> may = go_on.get_future().share();
  SlackDoor slow = door();
  slow.open_socket = [this, may](std::chrono::seconds&) -> Result<std::string> {
    if (++opened > 1) may.wait();
    return listener.url();
  };
  SocketTimes times = quick();
  times.lived = milliseconds(0);
  start(times, {slow});
  const Peer first = greet();
  first->send(R"({"type":"disconnect","reason":"warning"})");
  EXPECT_TRUE(soon([&] { return opened == 2; }));
  first->send(press("e1"));
  EXPECT_EQ(first->read(), ack("e1"));
  go_on.set_value();
  const Peer second = greet();
  second->send(press("e2"));
  EXPECT_EQ(second->read(), ack("e2"));
}

TEST_F(SlackSocketLife, ComesBackWhenItWasLost) {
  start();
  for (int i = 0; i < 3; ++i) {
    const Peer peer = greet();
    peer->send(press("e" + std::to_string(i)));
    EXPECT_EQ(peer->read(), ack("e" + std::to_string(i)));
  }
  const Peer peer = listener.accept();
  EXPECT_TRUE(soon([&] { return !doubts().empty(); }));
  EXPECT_EQ(doubts().find("secret"), std::string::npos) << doubts();
  EXPECT_FALSE(parts->sockets.states().at(0).is_connected);
  peer->send(kHello);
  EXPECT_TRUE(soon([&] { return doubts().empty(); }));
  EXPECT_TRUE(soon([&] { return parts->sockets.states().at(0).is_connected; }));
}

TEST_F(SlackSocketLife, TellsWhySlackLetsItNotIn) {
  is_down = true;
  start();
  EXPECT_TRUE(soon([&] { return opened > 3; })) << "it is tried again";
  EXPECT_EQ(doubts(), "presses in Slack are not heard (receiver team): Slack did not accept it: invalid_auth\n");
  is_down = false;
  const Peer peer = greet();
  EXPECT_TRUE(soon([&] { return doubts().empty(); }));
}

TEST(SlackSocketPause, GrowsWithEachFailureAndIsPartlyChance) {
  const SocketTimes times;
  const std::chrono::seconds nothing(0);
  EXPECT_EQ(pause_after(1, nothing, 0.0, times), milliseconds(500));
  EXPECT_EQ(pause_after(1, nothing, 0.999, times), milliseconds(999));
  EXPECT_EQ(pause_after(2, nothing, 0.5, times), milliseconds(1'500));
  EXPECT_EQ(pause_after(4, nothing, 0.0, times), milliseconds(4'000));
  EXPECT_EQ(pause_after(7, nothing, 0.0, times), milliseconds(30'000)) << "of a minute at most";
  EXPECT_EQ(pause_after(4'000'000'000U, nothing, 0.5, times), milliseconds(45'000));
}

TEST(SlackSocketPause, IsAsLongAsSlackAsksWithinReason) {
  const SocketTimes times;
  EXPECT_EQ(pause_after(1, std::chrono::seconds(90), 0.5, times), std::chrono::seconds(90));
  EXPECT_EQ(pause_after(7, std::chrono::seconds(1), 0.0, times), std::chrono::seconds(30));
  EXPECT_EQ(pause_after(1, std::chrono::hours(24 * 365), 0.0, times), std::chrono::hours(1));
  EXPECT_EQ(pause_after(1, std::chrono::seconds(-5), 0.0, times), milliseconds(500));
}

TEST_F(SlackSocketLife, WaitsLongWhenSocketModeIsSwitchedOff) {
  SocketTimes times;
  times.first_pause = milliseconds(1);
  times.most_pause = std::chrono::hours(1);
  start(times);
  Peer peer = greet();
  peer->send(R"({"type":"disconnect","reason":"link_disabled"})");
  EXPECT_TRUE(soon([&] { return doubts().find("switched off") != std::string::npos; })) << doubts();
  peer.reset();
  EXPECT_TRUE(soon([&] { return !parts->sockets.states().at(0).is_connected; }));
  EXPECT_EQ(opened, 1);
}

TEST_F(SlackSocketLife, GivesUpWhoDoesNotGreet) {
  SocketTimes times = quick();
  times.greeting = milliseconds(50);
  start(times);
  const Peer rude = listener.accept();
  auto closed = closing(*rude);
  EXPECT_TRUE(soon([&] { return doubts().find("did not greet") != std::string::npos; })) << doubts();
  EXPECT_TRUE(closed.get());
}

TEST_F(SlackSocketLife, AsksWhetherAnybodyIsThere) {
  SocketTimes times = quick();
  times.ping = milliseconds(20);
  times.silence = milliseconds(1'000);
  start(times);
  const Peer peer = greet();
  // Nobody reads here, so that its ping is not answered.
  EXPECT_TRUE(soon([&] { return doubts().find("nothing was heard") != std::string::npos; })) << doubts();
  char first = 0;
  boost::asio::read(peer->ws().next_layer(), boost::asio::buffer(&first, 1));
  EXPECT_EQ(first, '\x89') << "a ping";
}

TEST_F(SlackSocketLife, KeepsItsConnectionThroughAReload) {
  start();
  const Peer peer = greet();
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  Config more;
  more.slack = {door(), door("second", "T2")};
  parts->sockets.reload(std::make_shared<const Config>(more));
  peer->send(press("e2", {}, "UBOB", "gw_handling", "T2"));
  EXPECT_EQ(peer->read(), ack("e2"));
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(count(PressOutcome::accepted), 2U) << "the second workspace is one of ours now";
  EXPECT_EQ(parts->sockets.states().at(0).receivers, (std::vector<std::string>{"team", "second"}));
  auto closed = closing(*peer);
  parts->sockets.reload(std::make_shared<const Config>());
  EXPECT_TRUE(closed.get());
  EXPECT_TRUE(parts->sockets.states().empty());
}

}  // namespace
}  // namespace gw::web

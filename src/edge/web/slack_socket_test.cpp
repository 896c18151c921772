#include "edge/web/slack_socket.h"

#include <gtest/gtest.h>

#include <poll.h>

#include <atomic>
#include <boost/asio/read.hpp>
#include <future>
#include <mutex>

#include "edge/net/ws_fixture.h"
#include "edge/web/fake_store.h"
#include "edge/web/press_desk.h"
#include "edge/web/web_fixture.h"

namespace gw::web {
namespace {

using std::chrono::milliseconds;
using Peer = std::unique_ptr<net::WsPeer<net::WsListener::Socket>>;

constexpr Time kNow{1'767'323'045'000'000};
const std::string kHello = R"({"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}})";

// Everything that would be waited for is short, but for what a test is about.
SocketTimes quick() {
  SocketTimes times;
  times.first_pause = milliseconds(1);
  times.most_pause = milliseconds(2);
  times.connect = milliseconds(1'000);  // at the end of a test nobody answers any more
  times.goodbye = milliseconds(100);    // and nobody listens
  return times;
}

class SlackSocketTest : public ::testing::Test {
 protected:
  // What follows is stopped and joined before the store is looked at.
  struct Parts {
    Parts(SlackSocketTest& of, SocketTimes times)
        : desk(of.store, of.hooks, of.presses), sockets(of.hooks, of.presses, desk, times) {}
    PressDesk desk;
    SlackSockets sockets;
  };

  SlackSocketTest() {
    hooks.now = [] { return kNow; };
    auto watches = watch::WatchSet::compile({});
    pipeline::Settings made{*watches, {}, "hash", {}, {}};
    made.people = {{"bob", {}, "UBOB", {}}, {"alice", {}, "UALICE", {}}};
    made.route = [](std::vector<model::Alert>&, const ports::Loaded&, std::vector<model::Notification>&) {};
    hooks.settings = [settings = std::make_shared<const pipeline::Settings>(std::move(made))] { return settings; };
    model::Session session;
    session.id = "s-1";
    session.version = 1;
    session.principal.name = "alice";
    session.severity = model::Severity::critical;
    store.stored = {session};
  }

  SlackDoor door(std::string receiver = "team", std::string team = "T1") {
    SlackDoor made;
    made.receiver = std::move(receiver);
    made.team = std::move(team);
    made.socket = "app";
    made.open_socket = [this](std::chrono::seconds& pause) -> Result<std::string> {
      ++opened;
      pause = asked_pause;
      if (is_down) return Error{Errc::unavailable, "Slack did not accept it: invalid_auth"};
      return listener.url("/link/?ticket=secret");
    };
    made.network.allow_private = true;
    made.call = [this](const std::string& method, const std::string& body) -> Result<std::string> {
      const std::lock_guard lock(mutex);
      calls.push_back(method + " " + body);
      if (is_down) return Error{Errc::unavailable, "down"};
      return std::string(R"({"ok":true})");
    };
    return made;
  }
  void start(SocketTimes times = quick(), std::vector<SlackDoor> doors = {}) {
    Config config;
    config.slack = doors.empty() ? std::vector<SlackDoor>{door()} : std::move(doors);
    parts = std::make_unique<Parts>(*this, times);
    parts->sockets.reload(std::make_shared<const Config>(std::move(config)));
  }
  Peer greet() {
    Peer peer = listener.accept();
    peer->send(kHello);
    return peer;
  }
  static std::future<bool> closing(net::WsPeer<net::WsListener::Socket>& peer) {
    return std::async(std::launch::async, [&peer] { return peer.is_closed(); });
  }
  static std::string press(const std::string& envelope, const std::string& more = {}, const std::string& user = "UBOB",
                           const std::string& action = "gw_acknowledge", const std::string& team = "T1",
                           const std::string& app = "A1") {
    return R"({"envelope_id":")" + envelope + R"(","type":"interactive","accepts_response_payload":true,"payload":{)" +
           R"("type":"block_actions","team":{"id":")" + team + R"("},"api_app_id":")" + app + R"(","user":{"id":")" +
           user + R"("},"channel":{"id":"C1"},"trigger_id":"1.)" + envelope + R"(","actions":[{"action_id":")" +
           action + R"(","value":"s-1")" + more + "}]}}";
  }
  static std::string ack(const std::string& envelope) { return R"({"envelope_id":")" + envelope + "\"}"; }
  std::uint64_t count(PressOutcome outcome) const { return presses.counts[static_cast<std::size_t>(outcome)]; }
  std::string doubts() const {
    std::string out;
    for (const std::string& doubt : socket_doubts(parts->sockets)) out += doubt + "\n";
    return out;
  }
  // Waits for another thread, which needs no more than a moment.
  template <class Is>
  static bool soon(Is is) {
    for (int i = 0; i < 10'000 && !is(); ++i) ::poll(nullptr, 0, 1);
    return is();
  }

  std::mutex mutex;
  std::vector<std::string> calls;
  std::atomic<int> opened = 0;
  std::atomic<bool> is_down = false;
  std::chrono::seconds asked_pause{0};
  FakeStore store;
  Hooks hooks;
  Presses presses;
  net::WsListener listener;
  std::unique_ptr<Parts> parts;
};

TEST_F(SlackSocketTest, StoresAPressAndAcknowledgesIt) {
  start();
  const Peer peer = greet();
  EXPECT_EQ(peer->target(), "/link/?ticket=secret");
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  EXPECT_TRUE(soon([&] { return parts->sockets.states().at(0).is_connected; }));
  EXPECT_EQ(parts->sockets.states().at(0).receivers, std::vector<std::string>{"team"});
  auto closed = closing(*peer);
  parts.reset();
  EXPECT_TRUE(closed.get()) << "with a goodbye";
  ASSERT_EQ(store.stored[0].responses.size(), 1U);
  EXPECT_EQ(store.stored[0].responses[0].by, "bob");
  EXPECT_EQ(store.stored[0].responses[0].via, "slack");
  EXPECT_EQ(count(PressOutcome::accepted), 1U);
}

TEST_F(SlackSocketTest, CountsAPressOnceHoweverOftenItComes) {
  start();
  Peer peer = greet();
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  peer.reset();  // and by another connection
  peer = greet();
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
  parts.reset();
  EXPECT_EQ(store.stored[0].responses.size(), 1U);
  EXPECT_EQ(count(PressOutcome::used), 2U);
}

TEST_F(SlackSocketTest, RefusesWhatIsNotForItWithoutEffect) {
  start();
  const Peer peer = greet();
  const std::string old = R"(,"action_ts":"1767322744.123456")";
  const std::string fresh = R"(,"action_ts":"1767322746.123456")";
  for (const std::string& text :
       {press("e1", {}, "UBOB", "gw_acknowledge", "T2"), press("e2", {}, "UBOB", "gw_acknowledge", "T1", "A2"),
        press("e3", old), press("e4", {}, "UBOB", "gw_other"), press("e5", {}, "not a user"),
        std::string(R"({"envelope_id":"e6","type":"interactive","payload":7})"),
        std::string(R"({"envelope_id":"e7","type":"events_api","payload":{}})"), press("e8", fresh)}) {
    peer->send(text);
    EXPECT_EQ(peer->read().substr(0, 20), text.substr(0, 19) + "}") << "Slack asks no more";
  }
  parts.reset();
  EXPECT_EQ(store.stored[0].responses.size(), 1U) << "of the last one";
  EXPECT_EQ(count(PressOutcome::elsewhere), 2U);
  EXPECT_EQ(count(PressOutcome::stale), 1U);
  EXPECT_EQ(count(PressOutcome::unusable), 3U);
}

TEST_F(SlackSocketTest, PassesOverWhatIsNoEnvelope) {
  start();
  const Peer peer = greet();
  for (const char* text : {"", "[]", "{}", "{\"type\":", R"({"type":"interactive"})",
                           R"({"type":"hello","envelope_id":"\u0000"})", R"({"type":"soon","x":1})"})
    peer->send(text);
  peer->ws().binary(true);
  peer->ws().write(boost::asio::buffer(press("e0")));
  peer->send(press("e1"));
  EXPECT_EQ(peer->read(), ack("e1"));
}

// Slack then tells whoever pressed that it did not work.
TEST_F(SlackSocketTest, DoesNotAcknowledgeWhatIsNotStored) {
  store.failure = Error{Errc::unavailable, "down"};
  start();
  const Peer peer = greet();
  peer->send(press("e1"));
  EXPECT_TRUE(soon([&] { return count(PressOutcome::failed) == 1; }));
  is_down = true;
  peer->send(press("e2", {}, "UBOB", "gw_reason"));  // the dialog does not open
  EXPECT_TRUE(soon([&] { return count(PressOutcome::failed) == 2; }));
  is_down = false;
  peer->send(press("e2", {}, "UBOB", "gw_reason"));  // which is no reason to refuse it the next time
  EXPECT_EQ(peer->read(), ack("e2"));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(calls.size(), 2U);
  EXPECT_TRUE(calls[1].starts_with("views.open ")) << calls[1];
  EXPECT_NE(calls[1].find(R"("trigger_id":"1.e2")"), std::string::npos);
}

// It may come again while the first is at the desk, and then come to nothing.
TEST_F(SlackSocketTest, AcknowledgesASecondDeliveryWhenTheFirstIsDone) {
  std::promise<void> go_on;
  const std::shared_future<void> may = go_on.get_future().share();
  SlackDoor slow = door();
  slow.call = [may](const std::string&, const std::string&) -> Result<std::string> {
    may.wait();
    return Error{Errc::unavailable, "down"};
  };
  start(quick(), {slow});
  const Peer peer = greet();
  peer->send(press("e1", {}, "UBOB", "gw_reason"));
  peer->send(press("e1", {}, "UBOB", "gw_reason"));
  EXPECT_TRUE(soon([&] { return count(PressOutcome::used) == 1; }));
  go_on.set_value();
  EXPECT_TRUE(soon([&] { return count(PressOutcome::failed) == 1; }));
  peer->send(press("e2"));
  EXPECT_EQ(peer->read(), ack("e2")) << "and nothing before it";
}

TEST_F(SlackSocketTest, TellsTheDialogWhatIsMissing) {
  start();
  const Peer peer = greet();
  const auto submit = [](const std::string& envelope, const std::string& note) {
    return R"({"envelope_id":")" + envelope +
           R"(","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission","team":)"
           R"({"id":"T1"},"api_app_id":"A1","user":{"id":"UBOB"},"trigger_id":"2.)" +
           envelope +
           R"(","view":{"callback_id":"gw_false_alarm","private_metadata":"s-1","state":{"values":{"note":)" +
           R"({"text":{"value":")" + note + R"("}}}}}}})";
  };
  peer->send(submit("e1", ""));
  const std::string answer = peer->read();
  EXPECT_TRUE(answer.starts_with(R"({"envelope_id":"e1","payload":{"response_action":"errors","errors":{"note":)"))
      << answer;
  peer->send(submit("e2", "a drill"));
  EXPECT_EQ(peer->read(), ack("e2"));
  parts.reset();
  ASSERT_EQ(store.stored[0].responses.size(), 1U);
  EXPECT_EQ(store.stored[0].responses[0].note, "a drill");
}

TEST_F(SlackSocketTest, WhispersToWhoActsForThemselves) {
  start();
  const Peer peer = greet();
  peer->send(press("e1", {}, "UALICE"));
  EXPECT_EQ(peer->read(), ack("e1"));
  parts.reset();
  EXPECT_EQ(count(PressOutcome::own), 1U);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_TRUE(calls[0].starts_with(R"(chat.postEphemeral {"channel":"C1","user":"UALICE","text":"Nobody)")) << calls[0];
}

TEST_F(SlackSocketTest, OpensTheNextBeforeTheOneThatIsAboutToEnd) {
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

TEST_F(SlackSocketTest, IsHeardWhileTheNextIsOpened) {
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

TEST_F(SlackSocketTest, ComesBackWhenItWasLost) {
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

TEST_F(SlackSocketTest, TellsWhySlackLetsItNotIn) {
  is_down = true;
  start();
  EXPECT_TRUE(soon([&] { return opened > 3; })) << "it is tried again";
  EXPECT_EQ(doubts(), "presses in Slack are not heard (receiver team): Slack did not accept it: invalid_auth\n");
  is_down = false;
  const Peer peer = greet();
  EXPECT_TRUE(soon([&] { return doubts().empty(); }));
}

TEST_F(SlackSocketTest, WaitsLongerAfterEachFailure) {
  SocketTimes times;
  times.first_pause = milliseconds(1);
  times.most_pause = std::chrono::hours(1);
  is_down = true;
  start(times);
  // 1, 2, 4, … ms, each at least half of it: the tenth try comes after a quarter of a second at least.
  EXPECT_TRUE(soon([&] { return opened >= 10; }));
  EXPECT_LE(opened, 14);
}

TEST_F(SlackSocketTest, WaitsAsLongAsSlackAsks) {
  is_down = true;
  asked_pause = std::chrono::seconds(60);
  start();
  EXPECT_TRUE(soon([&] { return !doubts().empty(); }));
  ::poll(nullptr, 0, 50);  // it would have come back many times
  EXPECT_EQ(opened, 1);
}

TEST_F(SlackSocketTest, WaitsLongWhenSocketModeIsSwitchedOff) {
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

TEST_F(SlackSocketTest, GivesUpWhoDoesNotGreet) {
  SocketTimes times = quick();
  times.greeting = milliseconds(50);
  start(times);
  const Peer rude = listener.accept();
  auto closed = closing(*rude);
  EXPECT_TRUE(soon([&] { return doubts().find("did not greet") != std::string::npos; })) << doubts();
  EXPECT_TRUE(closed.get());
}

TEST_F(SlackSocketTest, AsksWhetherAnybodyIsThere) {
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

TEST_F(SlackSocketTest, KeepsItsConnectionThroughAReload) {
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

TEST_F(SlackSocketTest, TakesNoMorePressesThanItCanAnswer) {
  std::promise<void> go_on;
  const std::shared_future<void> may = go_on.get_future().share();
  SlackDoor slow = door();
  slow.call = [may](const std::string&, const std::string&) {
    may.wait();
    return Result<std::string>(std::string("{}"));
  };
  start(quick(), {slow});
  const Peer peer = greet();
  for (int i = 0; i < 100; ++i) peer->send(press("e" + std::to_string(i), {}, "UBOB", "gw_reason"));
  EXPECT_TRUE(soon([&] { return count(PressOutcome::failed) >= 30; })) << "neither kept nor acknowledged";
  go_on.set_value();
  EXPECT_TRUE(soon([&] { return count(PressOutcome::asked) + count(PressOutcome::failed) == 100; }));
  EXPECT_GE(count(PressOutcome::asked), 64U);
}

}  // namespace
}  // namespace gw::web

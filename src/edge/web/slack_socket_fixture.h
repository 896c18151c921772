// For tests: the connections of Slack's Socket Mode, with a Slack that the test plays.
#pragma once

#include <gtest/gtest.h>

#include <poll.h>

#include <atomic>
#include <boost/asio/read.hpp>
#include <future>
#include <mutex>

#include "edge/net/ws_fixture.h"
#include "edge/web/fake_store.h"
#include "edge/web/press_desk.h"
#include "edge/web/slack_socket.h"
#include "edge/web/web_fixture.h"

namespace gw::web {

using std::chrono::milliseconds;
using Peer = std::unique_ptr<net::WsPeer<net::WsListener::Socket>>;

inline constexpr Time kPressTime{1'767'323'045'000'000};
inline const std::string kHello = R"({"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}})";

// Everything that would be waited for is short, but for what a test is about.
inline SocketTimes quick() {
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
    hooks.now = [] { return kPressTime; };
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
    made.open_socket = [this](std::chrono::seconds&) -> Result<std::string> {
      ++opened;
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
  FakeStore store;
  Hooks hooks;
  Presses presses;
  net::WsListener listener;
  std::unique_ptr<Parts> parts;
};

}  // namespace gw::web

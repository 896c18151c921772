#include "edge/web/slack_socket.h"

#include <gtest/gtest.h>

#include <future>

#include "edge/web/slack_socket_fixture.h"

namespace gw::web {
namespace {

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

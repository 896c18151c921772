#include "edge/net/ws_client.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <future>
#include <thread>

#include "edge/net/server_fixture.h"
#include "edge/net/ws_fixture.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;
namespace asio = boost::asio;

constexpr milliseconds kSoon{5'000};

ClientOptions here() {
  ClientOptions options;
  options.allow_private = true;
  return options;
}

class WsClientTest : public ::testing::Test {
 protected:
  // Both ends of a connection.
  void connect(const std::string& target = "/") {
    auto accepted = std::async(std::launch::async, [&] { return listener.accept(); });
    auto made = WsClient::connect(listener.url(target), here(), kSoon);
    ASSERT_TRUE(made) << made.error().message;
    client = std::make_unique<WsClient>(std::move(*made));
    peer = accepted.get();
  }
  std::string receive() {
    auto message = client->receive(kSoon);
    if (!message) return "error: " + message.error().message;
    return *message ? (*message)->payload : "nothing";
  }

  WsListener listener;
  std::unique_ptr<WsClient> client;
  std::unique_ptr<WsPeer<WsListener::Socket>> peer;
};

TEST_F(WsClientTest, ExchangesMessages) {
  connect("/link/?ticket=a%2Fb&app_id=A1");
  EXPECT_EQ(peer->target(), "/link/?ticket=a%2Fb&app_id=A1");
  EXPECT_EQ(peer->host(), "127.0.0.1:" + std::to_string(listener.port()));
  peer->send("hello");
  peer->send("");
  peer->send(std::string(300'000, 'x'));
  EXPECT_EQ(receive(), "hello");
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(receive(), std::string(300'000, 'x'));
  for (const std::string& text : {std::string("one"), std::string(), std::string(70'000, 'y')}) {
    ASSERT_TRUE(client->send(text, kSoon));
    EXPECT_EQ(peer->read(), text);
  }
}

TEST_F(WsClientTest, AnswersPingsAndPutsPiecesTogether) {
  connect();
  std::string ponged;
  peer->ws().control_callback([&](boost::beast::websocket::frame_type type, boost::beast::string_view payload) {
    if (type == boost::beast::websocket::frame_type::pong) ponged = payload;
  });
  peer->ws().ping("are you there");
  peer->ws().write_some(false, asio::buffer(std::string("one, ")));
  peer->ws().ping("still");
  peer->ws().write_some(true, asio::buffer(std::string("two")));
  EXPECT_EQ(receive(), "one, two");
  ASSERT_TRUE(client->send("behind the pongs", kSoon));
  EXPECT_EQ(peer->read(), "behind the pongs");
  EXPECT_EQ(ponged, "still");
}

TEST_F(WsClientTest, WaitsNoLongerThanItIsTold) {
  connect();
  const auto nothing = client->receive(milliseconds(1));
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_FALSE(*nothing);
  const int wake = ::eventfd(1, EFD_CLOEXEC);
  const auto woken = client->receive(std::chrono::hours(1), wake);
  ::close(wake);
  ASSERT_TRUE(woken);
  EXPECT_FALSE(*woken);
}

TEST_F(WsClientTest, SeesASignOfLife) {
  connect();
  const auto before = client->heard();
  ASSERT_TRUE(client->ping(kSoon));
  auto answered = std::async(std::launch::async, [&] {
    peer->send("after the pong");
    return peer->read();  // it is while reading that pings are answered
  });
  EXPECT_EQ(receive(), "after the pong");
  ASSERT_TRUE(client->send("done", kSoon));
  EXPECT_EQ(answered.get(), "done");
  EXPECT_GT(client->heard(), before);
}

TEST_F(WsClientTest, EndsWithTheOtherSide) {
  connect();
  auto closed = std::async(std::launch::async, [&] {
    peer->ws().close({static_cast<boost::beast::websocket::close_code>(4001), "go away"});
  });
  EXPECT_NE(receive().find("closed it (4001)"), std::string::npos);
  EXPECT_FALSE(client->receive(kSoon));
  EXPECT_FALSE(client->send("too late", kSoon));
  client.reset();
  closed.get();
  connect();
  peer.reset();
  EXPECT_NE(receive().find("error: ws://127.0.0.1:"), std::string::npos);
}

TEST_F(WsClientTest, SaysGoodbye) {
  connect();
  auto closed = std::async(std::launch::async, [&] { return peer->is_closed(); });
  client->close(1001, kSoon);
  EXPECT_TRUE(closed.get());
  EXPECT_EQ(peer->ws().reason().code, 1001);
}

TEST_F(WsClientTest, EndsWhatBreaksTheProtocol) {
  connect();
  asio::write(peer->ws().next_layer(), asio::buffer(std::string("\x8f\x01?", 3)));
  auto closed = std::async(std::launch::async, [&] { return peer->is_closed(); });
  EXPECT_NE(receive().find("error"), std::string::npos);
  client.reset();
  closed.get();
  EXPECT_EQ(peer->ws().reason().code, 1002);
}

TEST_F(WsClientTest, TellsWhatItCannotCallAndNothingSecret) {
  for (const char* url : {"", "ws", "http://127.0.0.1/", "wss://", "wss://user:secret@127.0.0.1/?secret",
                          "ws://127.0.0.1/se cret", "ws://127.0.0.1/secret\r\nX: y", "ws://127.0.0.1:99999/secret"}) {
    const auto made = WsClient::connect(url, here(), kSoon);
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().code, Errc::invalid_input) << url;
    EXPECT_EQ(made.error().message.find("secret"), std::string::npos);
  }
  ClientOptions strict;
  for (const std::string& url :
       {listener.url("/?secret"), "wss://127.0.0.1:" + std::to_string(listener.port()) + "/?secret"}) {
    const auto made = WsClient::connect(url, strict, kSoon);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::denied) << made.error().message;
    EXPECT_EQ(made.error().message.find("secret"), std::string::npos);
  }
}

TEST_F(WsClientTest, RefusesWhatIsNoWebSocket) {
  const auto answer_with = [&](const std::string& answer) {
    auto served = std::async(std::launch::async, [&] {
      auto socket = listener.take();
      char head[4096];
      (void)socket.read_some(asio::buffer(head));
      asio::write(socket, asio::buffer(answer));
      socket.shutdown(WsListener::Socket::shutdown_send);
      (void)socket.read_some(asio::buffer(head));
    });
    auto made = WsClient::connect(listener.url("/?secret"), here(), kSoon);
    const std::string what = made ? "connected" : made.error().message;
    served.wait();
    return what;
  };
  EXPECT_NE(answer_with("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").find("403"), std::string::npos);
  for (const char* answer : {"", "HTTP/1.1 101", "+OK\r\n\r\n",
                             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"}) {
    const std::string what = answer_with(answer);
    EXPECT_TRUE(what.starts_with("ws://127.0.0.1:")) << what;
    EXPECT_EQ(what.find("secret"), std::string::npos) << what;
  }
}

TEST_F(WsClientTest, SpeaksTlsAndChecksWhoAnswers) {
  const TemporaryFolder folder;
  write_certificate(folder.file("cert.pem"), folder.file("key.pem"));
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file(folder.file("cert.pem"));
  tls.use_private_key_file(folder.file("key.pem"), asio::ssl::context::pem);
  const auto serve = [&] {
    return std::async(std::launch::async, [&] {
      WsPeer<asio::ssl::stream<WsListener::Socket>> over(listener.take(), tls);
      boost::system::error_code refused;
      over.ws().next_layer().handshake(asio::ssl::stream_base::server, refused);
      if (refused) return std::string("refused");
      over.accept();
      over.send("over TLS " + std::string(100'000, 'z'));  // more than one record of TLS
      return over.read();
    });
  };
  const std::string url = "wss://127.0.0.1:" + std::to_string(listener.port()) + "/";
  ClientOptions options = here();
  auto served = serve();
  EXPECT_FALSE(WsClient::connect(url, options, kSoon)) << "nobody has signed that";
  EXPECT_EQ(served.get(), "refused");
  options.ca_file = folder.file("cert.pem");
  served = serve();
  auto made = WsClient::connect(url, options, kSoon);
  ASSERT_TRUE(made) << made.error().message;
  client = std::make_unique<WsClient>(std::move(*made));
  EXPECT_EQ(receive(), "over TLS " + std::string(100'000, 'z'));
  ASSERT_TRUE(client->send("and back", kSoon));
  EXPECT_EQ(served.get(), "and back");
}

// The proxy is asked for a tunnel, and the other end's certificate still counts: here there is none, so plain ws is what goes through.
TEST_F(WsClientTest, GoesThroughAProxy) {
  ClientOptions options = here();
  WsListener proxy;
  options.http_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  auto served = std::async(std::launch::async, [&] {
    auto socket = proxy.take();
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      char c = 0;
      asio::read(socket, asio::buffer(&c, 1));
      head.push_back(c);
    }
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 Connection established\r\n\r\n")));
    WsPeer<WsListener::Socket> over(std::move(socket));
    over.accept();
    over.send("through");
    return head.substr(0, head.find("\r\n"));
  });
  auto made = WsClient::connect("ws://wss.example.com/link", options, kSoon);
  ASSERT_TRUE(made) << made.error().message;
  client = std::make_unique<WsClient>(std::move(*made));
  EXPECT_EQ(receive(), "through");
  EXPECT_EQ(served.get(), "CONNECT wss.example.com:80 HTTP/1.1");
}

}  // namespace
}  // namespace gw::net

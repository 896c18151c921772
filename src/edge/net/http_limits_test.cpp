// What a server holds, and for how long: sizes, deadlines, numbers.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <mutex>

#include "edge/net/http_server.h"
#include "edge/net/raw_client.h"
#include "edge/net/server_fixture.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;

TEST(HttpLimits, BodiesAreLimitedForEachRequest) {
  FunctionHandler handler;
  std::atomic<int> handled = 0;
  handler.on_admit = [](const ServerRequest& head) {
    return Handler::Admission{head.target == "/large" ? 100'000u : 10u, std::nullopt};
  };
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    ++handled;
    responder.send({200, {}, std::to_string(request.body.size()), false});
  };
  const auto server = start_server(handler);
  RawClient client(server->port());
  client.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_EQ(client.receive().body, "100000");
  client.send("POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().body, "10");
  client.send("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n" + std::string(11, 'x'));
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.wait_for_end());
  for (const char* body :
       {"b\r\n0123456789a\r\n0\r\n\r\n", "5\r\n01234\r\n6\r\n012345\r\n0\r\n\r\n", "ffffffffffffffff\r\n"}) {
    RawClient chunked(server->port());
    chunked.send("POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body));
    EXPECT_EQ(chunked.receive().status, 413) << body;
  }
  EXPECT_EQ(handled, 2);
}

TEST(HttpLimits, HeadersAreLimited) {
  FunctionHandler handler;
  ServerOptions options;
  options.header_limit = 2000;
  const auto server = start_server(handler, options);
  RawClient fits(server->port());
  fits.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1500, 'x') + "\r\n\r\n");
  EXPECT_EQ(fits.receive().status, 200);
  for (const std::string& head : {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(3000, 'x') + "\r\n\r\n",
                                  "GET /" + std::string(1'000'000, 'x')}) {
    RawClient client(server->port());
    client.send(head);
    EXPECT_EQ(client.receive().status, 431);
  }
}

TEST(HttpLimits, EndsConnectionsThatDawdle) {
  FunctionHandler handler;
  ServerOptions options;
  options.header_deadline = options.body_pause = options.idle_deadline = milliseconds(60);
  const auto server = start_server(handler, options);
  for (const char* part : {"", "GET / HT", "GET / HTTP/1.1\r\nHost: h\r\n",
                           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"}) {
    RawClient client(server->port());
    client.send(part);
    EXPECT_TRUE(client.wait_for_end()) << part;
  }
  RawClient idle(server->port());
  idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(idle.receive().status, 200);
  EXPECT_TRUE(idle.wait_for_end());
}

TEST(HttpLimits, TheSecondRequestHasItsOwnDeadline) {
  FunctionHandler handler;
  ServerOptions options;
  options.header_deadline = milliseconds(60);
  options.idle_deadline = std::chrono::minutes(10);
  const auto server = start_server(handler, options);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send("GET / HT");
  EXPECT_TRUE(client.wait_for_end());
}

TEST(HttpLimits, AByteNowAndThenDoesNotMoveADeadline) {
  FunctionHandler handler;
  ServerOptions options;
  options.header_deadline = options.body_deadline = milliseconds(150);
  options.body_pause = std::chrono::seconds(10);
  const auto server = start_server(handler, options);
  for (const std::string start :
       {"GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n"}) {
    RawClient client(server->port());
    client.send(start);
    bool is_over = false;
    for (int i = 0; i < 10'000 && !is_over; ++i) is_over = client.ends_within(milliseconds(5)) || !client.send("x");
    EXPECT_TRUE(is_over);
  }
}

TEST(HttpLimits, AnswersThatTakeTooLongAre503) {
  FunctionHandler handler;
  std::promise<Responder> held;
  handler.on_handle = [&](ServerRequest, Responder responder) { held.set_value(std::move(responder)); };
  ServerOptions options;
  options.answer_deadline = milliseconds(30);
  const auto server = start_server(handler, options);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.count("retry-after"), 1u);
  held.get_future().get().send({});  // too late, and without harm
}

TEST(HttpLimits, ConnectionsBeyondTheLimitAreTold) {
  FunctionHandler handler;
  ServerOptions options;
  options.max_connections = 2;
  const auto server = start_server(handler, options);
  RawClient first(server->port());
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(first.receive().status, 200);
  {
    RawClient second(server->port());
    second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(second.receive().status, 200);
    RawClient third(server->port());
    EXPECT_EQ(third.receive().status, 503);
    EXPECT_TRUE(third.wait_for_end());
    EXPECT_EQ(server->stats().refused_connections, 1u);
  }
  int status = 0;  // until the server has seen that the second one is gone
  for (int i = 0; i < 1000 && status != 200; ++i) {
    RawClient next(server->port());
    next.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    status = next.receive().status;
  }
  EXPECT_EQ(status, 200);
}

TEST(HttpLimits, BodiesTogetherAreLimited) {
  FunctionHandler handler;
  std::mutex mutex;
  std::deque<Responder> held;
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    if (request.target != "/hold") return responder.send({});
    const std::lock_guard lock(mutex);
    held.push_back(std::move(responder));
  };
  ServerOptions options;
  options.bodies_limit = 1000;
  const auto server = start_server(handler, options);
  RawClient first(server->port());
  first.send("POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x'));
  for (bool is_held = false; !is_held;) {
    const std::lock_guard lock(mutex);
    is_held = !held.empty();
  }
  EXPECT_EQ(server->stats().body_bytes, 600u);
  RawClient second(server->port());
  second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\n");
  EXPECT_EQ(second.receive().status, 503);
  held.front().send({});
  EXPECT_EQ(first.receive().status, 200);
  first.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x'));
  EXPECT_EQ(first.receive().status, 200);
}

}  // namespace
}  // namespace gw::net

#include <gtest/gtest.h>

#include <future>
#include <stop_token>

#include <thread>

#include "edge/aws/test_kit.h"
#include "edge/aws/transport.h"

namespace gw::aws {
namespace {

TEST(CurlTransport, SendsWhatWasWrittenAndKeepsTheConnection) {
  std::vector<std::string> heads;
  LoopbackServer server([&](const LoopbackServer::Request& request) {
    heads.push_back(request.head);
    return LoopbackServer::response(200, request.body + "!", "X-A: b \r\nX-A: c\r\n");
  });
  const auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url() + "/a/../b//c%2Bd?x=1&y=";
  request.headers = {{"x-empty", ""}, {"x-one", "1"}};
  const auto get = transport->send(request);
  ASSERT_TRUE(get) << get.error().message;
  EXPECT_EQ(get->status, 200);
  EXPECT_EQ(get->header("x-a"), "b");
  request.method = "PUT";
  request.body = "body";
  const auto put = transport->send(request);
  ASSERT_TRUE(put);
  EXPECT_EQ(put->body, "body!");
  request.body = {};
  request.method = "POST";
  EXPECT_EQ(transport->send(request)->body, "!");
  ASSERT_EQ(heads.size(), 3U);
  EXPECT_TRUE(heads[0].starts_with("GET /a/../b//c%2Bd?x=1&y= HTTP/1.1\r\n")) << heads[0];
  EXPECT_NE(heads[0].find("\r\nx-empty:"), std::string::npos);
  EXPECT_NE(heads[0].find("\r\nHost: " + server.host() + "\r\n"), std::string::npos);
  EXPECT_EQ(heads[1].find("Expect"), std::string::npos);
  EXPECT_EQ(heads[1].find("ontent-type"), std::string::npos);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(CurlTransport, StreamsGoodBodiesAndKeepsBadOnes) {
  int status = 200;
  LoopbackServer server(
      [&](const LoopbackServer::Request&) { return LoopbackServer::response(status, std::string(100'000, 'x')); });
  const auto transport = make_curl_transport();
  std::size_t got = 0;
  HttpRequest request;
  request.url = server.url();
  request.on_body = [&](std::string_view piece) { return got += piece.size(), true; };
  auto answer = transport->send(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(got, 100'000U);
  EXPECT_TRUE(answer->body.empty());
  status = 404;
  answer = transport->send(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), 100'000U);
  EXPECT_EQ(got, 100'000U);
  request.body_limit = 99'999;
  EXPECT_EQ(transport->send(request).error().code, Errc::corrupt);
  status = 200;
  request.on_body = [](std::string_view) { return false; };
  EXPECT_EQ(transport->send(request).error().code, Errc::cancelled);
}

TEST(CurlTransport, SaysWhatFailedButNoPath) {
  LoopbackServer server([](const LoopbackServer::Request&) { return std::string(); });
  const auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url() + "/secret?token=secret";
  const auto answer = transport->send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_TRUE(answer.error().message.starts_with(server.url() + ": ")) << answer.error().message;
  EXPECT_EQ(answer.error().message.find("secret"), std::string::npos);
}

TEST(CurlTransport, ABodyThatBreaksOffIsAnError) {
  LoopbackServer server([](const LoopbackServer::Request&) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc");
  });
  // The server leaves the connection open; the time limit ends it.
  const auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url();
  request.timeout = std::chrono::milliseconds(50);
  EXPECT_EQ(transport->send(request).error().code, Errc::unavailable);
}

TEST(CurlTransport, RefusesWhatWouldSplitARequest) {
  const auto transport = make_curl_transport();
  for (const char* url : {"", "file:///etc/passwd", "http://h/a b", "http://h/\r\nx: y", "ftp://h/", "http://u:p@h/"}) {
    HttpRequest request;
    request.url = url;
    EXPECT_EQ(transport->send(request).error().code, Errc::invalid_input) << url;
  }
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"x-a", "b\r\nx-c: d"}};
  EXPECT_EQ(transport->send(request).error().code, Errc::invalid_input);
}

TEST(CurlTransport, AWaitForAnAnswerCanBeEnded) {
  std::stop_source stop;
  std::promise<void> ended;
  LoopbackServer server([&](const LoopbackServer::Request&) {
    stop.request_stop();
    ended.get_future().wait();
    return std::string();
  });
  const auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url();
  request.stop = stop.get_token();
  EXPECT_EQ(transport->send(request).error().code, Errc::cancelled);
  ended.set_value();
}

TEST(CurlTransport, ServesSeveralThreads) {
  LoopbackServer server(
      [](const LoopbackServer::Request& request) { return LoopbackServer::response(200, request.body); });
  const auto transport = make_curl_transport();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string body = std::to_string(t * 100 + i);
        HttpRequest request;
        request.method = "POST";
        request.url = server.url();
        request.body = body;
        const auto answer = transport->send(request);
        good += answer && answer->body == body ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 80);
  EXPECT_LE(server.connections(), 4U);
}

}  // namespace
}  // namespace gw::aws

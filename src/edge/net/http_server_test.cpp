#include "edge/net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>

#include "edge/net/http_client.h"
#include "edge/net/http_message.h"
#include "edge/net/raw_client.h"
#include "edge/net/server_fixture.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  FunctionHandler handler;
  const auto server = start_server(handler);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n");
    const RawResponse response = client.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET /a?b=c ");
    EXPECT_EQ(response.headers.count("date"), 1u);
  }
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive(true).headers["content-length"], "8");
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().headers["connection"], "close");
  EXPECT_TRUE(client.wait_for_end());
  RawClient old(server->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
  EXPECT_TRUE(old.wait_for_end());
}

TEST(HttpServer, TellsTheHandlerWhatCame) {
  FunctionHandler handler;
  ServerRequest seen;
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    seen = std::move(request);
    responder.send({});
  };
  const auto server = start_server(handler);
  RawClient client(server->port());
  client.send(
      "POST /x HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\nContent-Encoding: gzip\r\nContent-Length: "
      "4\r\n\r\n\x1f\x8b\x08 ");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(seen.body, "\x1f\x8b\x08 ");
  EXPECT_EQ(seen.header("x-two"), "1");
  EXPECT_EQ(seen.count("x-two"), 2u);
  EXPECT_EQ(seen.header("content-encoding"), "gzip");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  EXPECT_TRUE(seen.peer_is_loopback);
  EXPECT_FALSE(seen.is_tls);
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  FunctionHandler handler;
  std::mutex mutex;
  std::vector<std::thread> threads;
  handler.on_handle = [&](ServerRequest request, Responder responder) {  // from elsewhere
    const std::lock_guard lock(mutex);
    threads.emplace_back([target = request.target, responder = std::move(responder)]() mutable {
      responder.send({200, {}, target, false});
    });
  };
  const auto server = start_server(handler);
  RawClient client(server->port());
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
  client.send(all);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.receive().body, "/" + std::to_string(i));
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpServer, TakesChunksAndRefusesWhatIsFramedWrongly) {
  FunctionHandler handler;
  const auto server = start_server(handler);
  RawClient client(server->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n");
  EXPECT_EQ(client.receive().body, "POST / abcde");
  for (const char* wrong :
       {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\x16\x03\x01\x02", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX Y: 1\r\n\r\n"}) {
    RawClient other(server->port());
    other.send(wrong);
    const RawResponse response = other.receive();
    EXPECT_EQ(response.status, 400) << wrong;
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
    EXPECT_TRUE(other.wait_for_end());
  }
}

TEST(HttpServer, ARefusedRequestIsAnsweredWithoutItsBody) {
  FunctionHandler handler;
  handler.on_admit = [](const ServerRequest& head) {
    Handler::Admission admission;
    admission.body_limit = 1 << 20;
    if (head.header("authorization").empty()) admission.refuse = problem(401, "a token is needed");
    return admission;
  };
  const auto server = start_server(handler);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 401);
  EXPECT_NE(response.body.find("\"detail\":\"a token is needed\""), std::string::npos);
  client.send(std::string(100'000, 'x'));  // one that does not listen still gets to see the answer
  EXPECT_EQ(server->stats().body_bytes, 0u);
  client.close();
  RawClient polite(server->port());
  polite.send("POST / HTTP/1.1\r\nHost: h\r\nAuthorization: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(polite.receive().status, 100);
  polite.send("hi");
  EXPECT_EQ(polite.receive().body, "POST / hi");
  polite.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");  // refused without a body: the connection goes on
  EXPECT_EQ(polite.receive().status, 401);
  polite.send("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: x\r\n\r\n");
  EXPECT_EQ(polite.receive().status, 200);
}

TEST(HttpServer, WhoeverDropsAResponderAnswers500) {
  FunctionHandler handler;
  handler.on_handle = [](ServerRequest request, Responder responder) {
    if (request.target == "/throw") throw std::runtime_error("secret");
    if (request.target == "/twice") {
      responder.send({200, {}, "first", false});
      responder.send({200, {}, "second", false});
    }
  };
  const auto server = start_server(handler);
  RawClient client(server->port());
  for (const auto& [target, status] : {std::pair{"/drop", 500}, std::pair{"/throw", 500}, std::pair{"/twice", 200}}) {
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const RawResponse response = client.receive();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(response.body == "first", status == 200);
  }
}

TEST(HttpServer, ManyConnectionsAtOnce) {
  FunctionHandler handler;
  const auto server = start_server(handler);
  std::deque<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(server->port());
  for (int i = 0; i < 200; ++i) {
    clients[static_cast<std::size_t>(i)].send("POST /" + std::to_string(i) +
                                              " HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
  }
  for (RawClient& client : clients) client.send("lo");
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(clients[static_cast<std::size_t>(i)].receive().body, "POST /" + std::to_string(i) + " hello");
  }
}

TEST(HttpServer, Tls) {
  const TemporaryFolder folder;
  write_certificate(folder.file("cert.pem"), folder.file("key.pem"));
  FunctionHandler handler;
  ServerOptions options;
  options.certificate_file = folder.file("cert.pem");
  options.key_file = folder.file("key.pem");
  options.header_deadline = milliseconds(60);
  const auto server = start_server(handler, options);
  ClientOptions client_options;
  client_options.allow_private = true;
  client_options.ca_file = options.certificate_file;
  HttpClient client(client_options);
  const std::string url = "https://127.0.0.1:" + std::to_string(server->port()) + "/t";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1'000'000}}) {
    const auto response = client.send({"POST", url, {}, std::string(size, 'b')});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.size(), size + 8);
  }
  for (const char* text : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""}) {  // plain text, and a handshake that never comes
    RawClient plain(server->port());
    plain.send(text);
    EXPECT_TRUE(plain.wait_for_end());
  }
  options.key_file = folder.file("other.pem");
  write_certificate(folder.file("other_cert.pem"), options.key_file);
  EXPECT_EQ(HttpServer::start(options, handler).error().code, Errc::invalid_input);
  options.key_file = folder.file("none.pem");
  EXPECT_EQ(HttpServer::start(options, handler).error().code, Errc::invalid_input);
  options.key_file = "";
  EXPECT_EQ(HttpServer::start(options, handler).error().code, Errc::invalid_input);
}

TEST(HttpServer, SaysWhyItCannotListen) {
  FunctionHandler handler;
  const auto server = start_server(handler);
  ServerOptions options;
  options.port = server->port();
  const auto taken = HttpServer::start(options, handler);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::unavailable);
  options.port = 0;
  options.host = "192.0.2.1";
  EXPECT_EQ(HttpServer::start(options, handler).error().code, Errc::invalid_input);
  options.host = "no such host";
  EXPECT_EQ(HttpServer::start(options, handler).error().code, Errc::invalid_input);
}

// To connect would not do: another process may have been given the port meanwhile.
bool this_process_listens_on(std::uint16_t port) {
  std::set<std::string> sockets;
  for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(fd.path(), gone).string();
    if (target.starts_with("socket:[")) sockets.insert(target.substr(8, target.size() - 9));
  }
  std::ifstream table("/proc/self/net/tcp");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {  // sl local remote state queues timer retransmits uid timeout inode …
    std::istringstream in(line);
    std::string local;
    std::string state;
    std::string inode;
    std::string skipped;
    in >> skipped >> local >> skipped >> state >> skipped >> skipped >> skipped >> skipped >> skipped >> inode;
    const bool is_port = std::stoul(local.substr(local.find(':') + 1), nullptr, 16) == port;
    if (is_port && state == "0A" && sockets.contains(inode)) return true;
  }
  return false;
}

TEST(HttpServer, StopFinishesWhatIsInFlightAndClosesTheRest) {
  FunctionHandler handler;
  std::promise<Responder> held;
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    if (request.target == "/hold") return held.set_value(std::move(responder));
    responder.send({});
  };
  const auto server = start_server(handler);
  RawClient idle(server->port());
  idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(idle.receive().status, 200);
  RawClient busy(server->port());
  busy.send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder responder = held.get_future().get();
  const std::uint16_t port = server->port();
  EXPECT_TRUE(this_process_listens_on(port));
  std::thread stopper([&] { server->stop(std::chrono::seconds(20)); });
  EXPECT_TRUE(idle.wait_for_end());
  responder.send({200, {}, "done", false});
  const RawResponse response = busy.receive();
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.headers.at("connection"), "close");
  busy.close();
  stopper.join();
  EXPECT_FALSE(this_process_listens_on(port));
}

TEST(HttpServer, AResponderMayOutliveItsServer) {
  FunctionHandler handler;
  std::promise<Responder> first;
  std::promise<Responder> second;
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    (request.target == "/1" ? first : second).set_value(std::move(responder));
  };
  auto server = start_server(handler);
  RawClient one(server->port());
  RawClient two(server->port());
  one.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  two.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  Responder early = first.get_future().get();
  Responder late = second.get_future().get();
  server->stop(milliseconds(1));
  early.send({});
  EXPECT_TRUE(one.wait_for_end());
  server.reset();
  late.send({});
  EXPECT_TRUE(two.wait_for_end());
}

TEST(HttpMessage, HeadersCannotBeSplit) {
  const std::string head = response_head({200, {{"X", "a\r\nSet-Cookie: b"}, {"Y\r\n", "c"}}, "", false}, {});
  EXPECT_NE(head.find("X: aSet-Cookie: b\r\nY: c\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), std::string::npos);
  EXPECT_EQ(response_head({204, {}, "", false}, {}).find("Content-Length"), std::string::npos);
  EXPECT_NE(response_head({200, {}, "", false}, {true, true, 0}).find("Connection: keep-alive\r\n"), std::string::npos);
}

}  // namespace
}  // namespace gw::net

// For tests: a Transport that answers from a script, a clock that only moves when somebody waits, and an HTTP server on
// loopback whose answers are a function.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "edge/aws/client.h"
#include "edge/aws/transport.h"

namespace gw::aws {

inline ReadVariable variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

inline std::string header_of(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

class ScriptedTransport final : public Transport {
 public:
  struct Sent {
    std::string method;
    std::string url;
    Headers headers;
    std::string body;
    std::chrono::milliseconds timeout;
    bool use_proxy;
  };
  std::deque<Result<HttpResponse>> answers;  // when there are no more: unavailable
  std::vector<Sent> sent;

  void answer(int status, std::string body = {}, Headers headers = {}) {
    answers.emplace_back(HttpResponse{status, std::move(headers), std::move(body)});
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    sent.push_back(
        {request.method, request.url, request.headers, std::string(request.body), request.timeout, request.use_proxy});
    if (answers.empty()) return Error{Errc::unavailable, "nobody there"};
    Result<HttpResponse> next = std::move(answers.front());
    answers.pop_front();
    if (next && request.on_body && next->status == 200) {
      if (!request.on_body(next->body)) return Error{Errc::cancelled, "ended"};
      next->body.clear();
    }
    return next;
  }
};

struct TestTime {
  Time now = parse_time("2026-01-02T03:04:05Z").value();
  std::vector<std::int64_t> waits;  // milliseconds
  double random = 0.5;
  [[nodiscard]] Tools tools() {
    return {[this] { return now; },
            [this](std::chrono::milliseconds time) {
              waits.push_back(time.count());
              now.micros += time.count() * 1000;
            },
            [this] { return random; }};
  }
};

inline Credentials test_credentials(std::string token = {}) {
  return {"AKIDEXAMPLE", Secret("secret"), Secret(std::move(token)), std::nullopt};
}

// A Client of any service, over a ScriptedTransport.
class ServiceTest : public testing::Test {
 protected:
  Client& client(Service service) {
    EndpointOptions options;
    options.region = "eu-west-1";
    auto made = make_client(transport_, provider_, service, options, time_.tools());
    EXPECT_TRUE(made);
    client_ = std::move(*made);
    return *client_;
  }
  [[nodiscard]] const ScriptedTransport::Sent& sent() const { return transport_.sent.back(); }

  ScriptedTransport transport_;
  TestTime time_;
  FixedCredentials provider_{test_credentials()};
  std::unique_ptr<Client> client_;
};

class LoopbackServer {
 public:
  struct Request {
    std::string head;  // with the request line
    std::string body;
  };
  // Answers the whole response; an empty one closes the connection.
  using Answer = std::function<std::string(const Request&)>;

  explicit LoopbackServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0) std::abort();
    ::getsockname(listener_, any, &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int connection : connections_) ::close(connection);
    ::close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "http://" + host(); }
  [[nodiscard]] std::size_t connections() const { return accepted_.load(); }

  static std::string response(int status, const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
  }

 private:
  void accept_all() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      ++accepted_;
      connections_.push_back(connection);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    std::string data;
    for (;;) {
      std::size_t end = 0;
      while ((end = data.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more(connection, data)) return;
      }
      Request request{data.substr(0, end + 2), {}};
      const std::size_t at = request.head.find("Content-Length: ");
      const std::size_t size = at == std::string::npos ? 0 : std::stoul(request.head.substr(at + 16));
      while (data.size() < end + 4 + size) {
        if (!read_more(connection, data)) return;
      }
      request.body = data.substr(end + 4, size);
      data.erase(0, end + 4 + size);
      const std::string answer = answer_(request);
      if (answer.empty() || ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
        ::shutdown(connection, SHUT_RDWR);
        return;
      }
    }
  }

  static bool read_more(int connection, std::string& data) {
    char buffer[4096];
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    data.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::size_t> accepted_{0};
  std::vector<int> connections_;  // the acceptor's until it has ended
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace gw::aws

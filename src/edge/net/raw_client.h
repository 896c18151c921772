// For tests: a TCP connection to this machine on which anything can be said, and answers are read as they come. Waits at most
// 20 seconds for what a test expects, so that one that fails does not hang.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace gw::net {

struct RawResponse {
  int status = 0;                              // 0: the connection ended instead
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One answer with its body, as Content-Length says; without one for 1xx, 204 and `is_head`.
  RawResponse receive(bool is_head = false) {
    RawResponse response;
    std::size_t end = 0;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    const std::string head = seen_.substr(0, end + 2);
    seen_.erase(0, end + 4);
    if (head.size() > 12) response.status = std::atoi(head.c_str() + 9);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t stop = head.find("\r\n", at);
      const std::string line = head.substr(at, stop - at);
      const std::size_t colon = line.find(": ");
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      response.headers[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
      at = stop + 2;
    }
    const auto length = response.headers.find("content-length");
    if (is_head || length == response.headers.end()) return response;
    const auto size = static_cast<std::size_t>(std::strtoull(length->second.c_str(), nullptr, 10));
    while (seen_.size() < size) {
      if (!more()) return {};
    }
    response.body = seen_.substr(0, size);
    seen_.erase(0, size);
    return response;
  }

  // Everything until the other side closes; false when it does not.
  bool wait_for_end() {
    while (more()) {
    }
    return is_ended_;
  }

  // True when the other side has closed, or does before `wait` is over. Not after answers that were not received.
  bool ends_within(std::chrono::milliseconds wait) {
    pollfd ready{socket_, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(wait.count())) > 0 && !more();
  }

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  bool more() {
    char buffer[16384];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      is_ended_ = got == 0 || errno != EAGAIN;  // closed or reset, but not merely silent
      return false;
    }
    seen_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool is_connected_ = false;
  bool is_ended_ = false;
  std::string seen_;
};

}  // namespace gw::net

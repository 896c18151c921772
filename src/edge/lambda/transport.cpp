// One connection, kept between requests. All waiting is poll() on the socket and on a descriptor that the stop token makes
// readable, so that SIGTERM ends a request for work at once.
#include "edge/lambda/transport.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace gw::lambda {
namespace {

Error unavailable(std::string_view what) { return Error{Errc::unavailable, "the Runtime API: " + std::string(what)}; }
Error cancelled() { return Error{Errc::cancelled, "stopped while waiting for the Runtime API"}; }

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  void reset() {
    if (fd_ >= 0) (void)::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Numbers first: looking names up reads files, and the real one is a number.
std::vector<SocketAddress> resolve(const ApiAddress& address) {
  SocketAddress one;
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    std::memcpy(&one.storage, &v4, sizeof v4);
    one.size = sizeof v4;
    return {one};
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    std::memcpy(&one.storage, &v6, sizeof v6);
    one.size = sizeof v6;
    return {one};
  }
  std::vector<SocketAddress> out;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0) return out;
  for (const addrinfo* i = found; i != nullptr && out.size() < 8; i = i->ai_next) {
    if (i->ai_addrlen > sizeof one.storage) continue;
    std::memcpy(&one.storage, i->ai_addr, i->ai_addrlen);
    one.size = i->ai_addrlen;
    out.push_back(one);
  }
  ::freeaddrinfo(found);
  return out;
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

class SocketTransport final : public ApiTransport {
 public:
  SocketTransport(ApiAddress address, std::size_t body_limit) : address_(std::move(address)), body_limit_(body_limit) {}

  Result<ApiResponse> send(const ApiRequest& request, const std::stop_token& stop) override {
    if (stop.stop_requested()) return cancelled();
    const auto head = head_of(request);
    if (!head) return head.error();
    Descriptor wake;
    if (stop.stop_possible()) {
      wake = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      if (!wake.is_open()) return unavailable(std::strerror(errno));
    }
    const std::stop_callback on_stop(stop, [fd = wake.get()] {
      const std::uint64_t one = 1;
      (void)!::write(fd, &one, sizeof one);
    });
    wake_ = wake.get();
    const bool is_kept = socket_.is_open() && is_alive();
    if (!is_kept) {
      if (auto connected = connect(); !connected) return connected.error();
    }
    bool has_begun = false;
    auto response = exchange(*head, request.body, has_begun);
    // The other side had closed it, and we learn that only now. Nothing of an answer came, so that the request can be repeated:
    // at worst the API refuses the second one of two equal answers.
    if (!response && is_kept && !has_begun && response.error().code == Errc::unavailable) {
      if (auto connected = connect(); !connected) return connected.error();
      response = exchange(*head, request.body, has_begun);
    }
    if (!response) socket_.reset();
    return response;
  }

 private:
  [[nodiscard]] Result<std::string> head_of(const ApiRequest& request) const {
    const bool is_v6 = address_.host.find(':') != std::string::npos;
    std::string out(request.method);
    out += " " + request.path + " HTTP/1.1\r\nHost: " + (is_v6 ? "[" + address_.host + "]" : address_.host) + ":" +
           std::to_string(address_.port) + "\r\nUser-Agent: glasswatch/" GW_VERSION "\r\n";
    bool is_safe = !has_line_break(request.path) && request.path.find(' ') == std::string::npos;
    for (const auto& [name, value] : request.headers) {
      is_safe = is_safe && !has_line_break(name) && !has_line_break(value);
      out += name + ": " + value + "\r\n";
    }
    if (!is_safe) return Error{Errc::invalid_input, "a request to the Runtime API holds a line break"};
    if (request.method != "GET") out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return out + "\r\n";
  }

  // Nothing may be readable between an answer and the next request, neither bytes nor an end.
  [[nodiscard]] bool is_alive() const {
    char byte = 0;
    const ssize_t n = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  Status connect() {
    socket_.reset();
    std::string why = "its name cannot be resolved";
    for (const SocketAddress& to : resolve(address_)) {
      Descriptor socket(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!socket.is_open()) return unavailable(std::strerror(errno));
      const int on = 1;
      (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // Finds out, in the end, that a peer is gone which never said so.
      (void)::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      int error = ::connect(socket.get(), to.get(), to.size) == 0 ? 0 : errno;
      if (error == EINPROGRESS) {
        if (auto ready = wait(socket.get(), POLLOUT); !ready) return ready;
        socklen_t size = sizeof error;
        (void)::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      }
      if (error == 0) {
        socket_ = std::move(socket);
        return ok();
      }
      why = std::strerror(error);
    }
    return unavailable(why);
  }

  Status wait(int fd, short events) const {
    for (;;) {
      pollfd watched[2] = {{fd, events, 0}, {wake_, POLLIN, 0}};  // a negative one is passed over
      if (::poll(watched, 2, -1) < 0) {
        if (errno == EINTR) continue;
        return unavailable(std::strerror(errno));
      }
      if (watched[1].revents != 0) return cancelled();
      if (watched[0].revents != 0) return ok();
    }
  }

  Result<ApiResponse> exchange(std::string_view head, std::string_view body, bool& has_begun) {
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}};
    while (parts[0].iov_len + parts[1].iov_len > 0) {
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const ssize_t n = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (auto ready = wait(socket_.get(), POLLOUT); !ready) return ready.error();
        continue;
      }
      // A server may refuse a long body before it has read it all: its answer is still worth reading.
      if (n < 0) break;
      auto sent = static_cast<std::size_t>(n);
      for (iovec& part : parts) {
        const std::size_t of_this = std::min(sent, part.iov_len);
        part.iov_base = static_cast<char*>(part.iov_base) + of_this;
        part.iov_len -= of_this;
        sent -= of_this;
      }
    }
    auto response = receive(has_begun);
    if (parts[0].iov_len + parts[1].iov_len > 0) socket_.reset();
    return response;
  }

  Result<ApiResponse> receive(bool& has_begun) {
    ResponseReader reader(body_limit_);
    auto state = ResponseReader::State::more;
    buffer_.resize(std::size_t{64} << 10);
    while (state == ResponseReader::State::more) {
      const ssize_t n = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (auto ready = wait(socket_.get(), POLLIN); !ready) return ready.error();
        continue;
      }
      if (n < 0) return unavailable(std::strerror(errno));
      if (n > 0) {
        state = reader.feed(std::string_view(buffer_.data(), static_cast<std::size_t>(n)));
        has_begun = reader.has_begun();
        continue;
      }
      state = reader.finish();
      if (state == ResponseReader::State::failed) return unavailable(reader.damage());
    }
    if (state == ResponseReader::State::failed) {
      return Error{Errc::corrupt, "the Runtime API: " + std::string(reader.damage())};
    }
    if (!reader.keeps_alive()) socket_.reset();
    return std::move(reader.response());
  }

  ApiAddress address_;
  std::size_t body_limit_;
  Descriptor socket_;
  int wake_ = -1;  // readable once this request is to stop
  std::vector<char> buffer_;
};

}  // namespace

Result<ApiAddress> parse_api_address(std::string_view text) {
  const Error bad{Errc::invalid_input, "AWS_LAMBDA_RUNTIME_API is not host:port"};
  ApiAddress out;
  std::string_view port;
  bool has_port = false;
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad;
    out.host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') return bad;
    if (has_port) port = rest.substr(1);
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, out.host.c_str(), &parsed) != 1) return bad;
  } else {
    const std::size_t colon = text.find(':');
    has_port = colon != std::string_view::npos;
    out.host = text.substr(0, colon);
    if (has_port) port = text.substr(colon + 1);
    const bool is_name = std::all_of(out.host.begin(), out.host.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
             c == '_';
    });
    if (!is_name || out.host.empty() || out.host.size() > 253) return bad;
  }
  if (has_port) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port == 0) return bad;
  }
  return out;
}

std::unique_ptr<ApiTransport> make_socket_transport(ApiAddress address, std::size_t body_limit) {
  return std::make_unique<SocketTransport>(std::move(address), body_limit);
}

}  // namespace gw::lambda

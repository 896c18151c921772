// Inside of edge/net: a connection to somebody else's server as bytes that go out and come in; TLS, or plain TCP where the server
// may be private. libcurl connects, goes through a proxy, speaks TLS and checks certificates, then gives the connection over.
//
// Addresses are checked where the socket is opened, as HttpClient does. Messages name host and port and nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/net/stream_client.h"

namespace gw::net {

// host:port, an IPv6 address in brackets.
[[nodiscard]] std::string shown(const StreamServer& server);

// One thread at a time.
class ByteStream {
 public:
  // Errc: as StreamClient::send(). Blocks until `deadline` at most.
  [[nodiscard]] static Result<ByteStream> open(const StreamServer& server, std::chrono::milliseconds deadline);
  ~ByteStream();
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;

  // Neither waits. How many bytes were taken or came; 0: none now. An error (`unavailable`): the connection has ended.
  [[nodiscard]] Result<std::size_t> write(std::string_view bytes);
  [[nodiscard]] Result<std::size_t> read(char* into, std::size_t size);
  // All of `bytes`, waiting for room. An error when there was none in time: a part of them may have been taken.
  [[nodiscard]] Status write_all(std::string_view bytes, std::chrono::steady_clock::time_point end);
  // To wait for with poll(). Bytes may lie read behind it: ask read() first, until it says 0.
  [[nodiscard]] int socket() const;

 private:
  struct State;
  explicit ByteStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gw::net

// A connection to somebody else's server for a protocol that only writes: TLS, or plain TCP where the server may be private.
//
// Addresses are checked where the socket is opened, as HttpClient does. Messages name host and port and nothing else.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gw::net {

struct StreamServer {
  std::string host;  // a name, or an address (IPv6 without brackets)
  int port = 0;
  bool tls = true;
  bool allow_private = false;  // private addresses, and no TLS
  std::string ca_file;         // PEM bundle; empty: the system's
  std::string certificate;     // PEM files by which we show who we are; empty: not at all
  std::string key;
  std::string proxy;  // as libcurl reads it; empty: none. Its own address is not checked
};

// Keeps its connection between calls, but none that was idle for longer than half a minute: what stands between may have
// forgotten it, and would swallow what is written. One thread at a time.
class StreamClient {
 public:
  explicit StreamClient(StreamServer server);
  ~StreamClient();
  StreamClient(StreamClient&&) noexcept;
  StreamClient& operator=(StreamClient&&) noexcept;

  // Writes all of `bytes`, and waits until the other machine has acknowledged them (its kernel: nobody can know more). On a new
  // connection it also waits a moment for the server to end it, as one does that wants another certificate. After an error the
  // connection is closed: a part of the bytes may have arrived, and nothing is written behind it. Errc: `invalid_input` for a
  // server that cannot be used, `denied` for an address that is refused, `unavailable` for what may pass (no connection, a
  // certificate that does not verify or cannot be read, no room or no answer in time). Blocks until `deadline` at most.
  [[nodiscard]] Status send(std::string_view bytes, std::chrono::milliseconds deadline);
  // A new connection, which is kept; nothing is written. It waits the same moment.
  [[nodiscard]] Status connect(std::chrono::milliseconds deadline);

 private:
  struct Connection;
  [[nodiscard]] Status open(std::chrono::milliseconds deadline);
  [[nodiscard]] Status settle(bool is_new, std::chrono::steady_clock::time_point end);
  [[nodiscard]] Error lost(std::string_view why);

  StreamServer server_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace gw::net

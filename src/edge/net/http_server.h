// An HTTP/1.1 server with limits, over plain TCP or TLS. What it answers is its Handler's business.
//
// Nothing that a peer sends makes it hold more than it was told to: headers, each body, all bodies together, connections
// and every wait are bounded. No Boost shows here, because compiling it is slow.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gw::net {

struct ServerRequest {
  std::string method;                                        // as sent: GET, POST, …
  std::string target;                                        // as sent: path and query, not decoded
  std::vector<std::pair<std::string, std::string>> headers;  // in order; names in lower case
  std::string body;                                          // without chunks; a Content-Encoding is left as it is
  std::string peer;                                          // address without its port
  bool peer_is_loopback = false;
  bool is_tls = false;

  // The first header of that name (in lower case); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

struct ServerResponse {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // without Content-Length, Connection and Date
  std::string body;
  bool close = false;  // the connection, after this answer
};

// What the status means, in the words of its RFC: `Not Found`; `Unknown` for those that are not used here.
[[nodiscard]] std::string_view reason_phrase(unsigned status);
// A problem document (RFC 9457) that is not kept by caches: type about:blank, title, status and, for people, detail.
[[nodiscard]] ServerResponse problem(unsigned status, std::string_view detail);

// The answer that is owed for one request. Movable only; send() from any thread, also after the server is gone. Whoever drops
// it unused has answered 500.
class Responder {
 public:
  using Deliver = std::function<void(ServerResponse)>;  // called once
  explicit Responder(Deliver deliver);
  ~Responder();
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;

  void send(ServerResponse response);  // the first one counts

 private:
  Deliver deliver_;
};

// Called on the server's threads, several at once; a call that takes long holds up other connections. Exceptions are 500.
class Handler {
 public:
  virtual ~Handler() = default;

  struct Admission {
    std::size_t body_limit = 0;            // bytes; a longer body is answered with 413
    std::optional<ServerResponse> refuse;  // answered at once, and the body is not read
  };
  // The headers are there, the body is not: what may come? Called once, before handle().
  [[nodiscard]] virtual Admission admit(const ServerRequest& head) = 0;
  virtual void handle(ServerRequest request, Responder responder) = 0;
};

struct ServerOptions {
  std::string host = "127.0.0.1";  // an address or a name of this machine
  std::uint16_t port = 0;          // 0: a free one
  unsigned threads = 2;
  std::string certificate_file;  // PEM, with the chain; empty: no TLS
  std::string key_file;          // PEM

  std::size_t header_limit = std::size_t{16} << 10;
  std::size_t bodies_limit = std::size_t{512} << 20;  // of all requests that are not answered yet; beyond it 503
  unsigned max_connections = 512;                     // one more is told 503 and closed

  std::chrono::milliseconds header_deadline{10'000};   // TLS handshake; and all headers from their first byte
  std::chrono::milliseconds body_deadline{60'000};     // the whole body
  std::chrono::milliseconds body_pause{15'000};        // between two pieces of it
  std::chrono::milliseconds answer_deadline{150'000};  // for the Responder; then 503 (Firehose waits three minutes)
  std::chrono::milliseconds write_deadline{60'000};    // for taking the answer
  std::chrono::milliseconds idle_deadline{75'000};     // between two requests
};

struct ServerStats {
  std::size_t connections = 0;
  std::uint64_t requests = 0;  // whose headers were read
  std::uint64_t refused_connections = 0;
  std::size_t body_bytes = 0;  // held for requests that are not answered yet
};

class HttpServer {
 public:
  // Listens, and answers from now on. `handler` must outlive the server. `invalid_input`: certificate or key cannot be used,
  // or the host is none of this machine; `unavailable`: the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler& handler);
  ~HttpServer();  // stop(0)
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerStats stats() const;

  // Takes no more connections, closes idle ones, lets what is in flight be answered until `deadline`, closes the rest. When
  // it returns the handler is not called any more. Not from one of the server's own threads.
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Core;
  explicit HttpServer(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace gw::net

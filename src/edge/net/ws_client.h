// A WebSocket (RFC 6455) to somebody else's server: messages that come and go over a connection that this side has opened.
//
// The address may hold a ticket, which is a secret: messages name scheme, host and port and nothing else. wss only, and addresses of
// the internet only, unless `allow_private`.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/net/http_client.h"
#include "edge/net/ws_codec.h"

namespace gw::net {

// One thread at a time.
class WsClient {
 public:
  // Of `options` it goes by allow_private, ca_file and the proxies. Errc: `invalid_input` for an address that is none, `denied` for
  // one that is refused, `unavailable` for what may pass; a server that answers something else than a WebSocket is `unavailable`.
  // Blocks until `deadline` at most.
  [[nodiscard]] static Result<WsClient> connect(const std::string& url, const ClientOptions& options,
                                                std::chrono::milliseconds deadline);
  ~WsClient();
  WsClient(WsClient&&) noexcept;
  WsClient& operator=(WsClient&&) noexcept;

  // The next text or binary message. nullopt: none came within `wait`, or `wake` (a descriptor, -1 for none) became readable. Pings
  // are answered on the way. After an error (the other side closed, broke the protocol or was lost) nothing more comes.
  [[nodiscard]] Result<std::optional<WsMessage>> receive(std::chrono::milliseconds wait, int wake = -1);
  // After an error the connection is of no use any more.
  [[nodiscard]] Status send(std::string_view text, std::chrono::milliseconds deadline);
  // Asks for a sign of life, which receive() sees to; heard() tells.
  [[nodiscard]] Status ping(std::chrono::milliseconds deadline);
  // When the last byte came.
  [[nodiscard]] std::chrono::steady_clock::time_point heard() const;
  // Says goodbye, and waits so long for the other side to have heard it: what was sent before might get lost otherwise.
  void close(std::uint16_t code, std::chrono::milliseconds wait);

 private:
  struct State;
  explicit WsClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gw::net

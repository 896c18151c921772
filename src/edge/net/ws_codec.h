// WebSocket (RFC 6455) as bytes, for the client's side: what opens a connection, what is written, what is read. Without
// extensions. Pure; one thread at a time.
//
// Nothing that the other side sends makes it hold more than kWsMessageLimit and what was fed last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gw::net {

inline constexpr std::size_t kWsMessageLimit = std::size_t{1} << 20;  // of a message, all its fragments together
inline constexpr std::size_t kWsHeadLimit = std::size_t{16} << 10;    // of the answer that opens the connection

enum class WsOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// `key`: 16 random bytes in base64. The values are the caller's to be sure of: no line breaks.
[[nodiscard]] std::string ws_request(std::string_view host, std::string_view target, std::string_view key);
// What the server has to answer to `key`.
[[nodiscard]] std::string ws_accept(std::string_view key);
// How long the server's answer is that begins `bytes`; nullopt when more has to come. An error when it opens no connection, or one
// with an extension or protocol that nobody asked for; the message holds nothing of the answer but its status.
[[nodiscard]] Result<std::optional<std::size_t>> ws_check_answer(std::string_view bytes, std::string_view key);

// One whole frame, masked as a client has to. `mask` must not be foreseen by anybody: fresh random bytes.
[[nodiscard]] std::string ws_frame(WsOpcode opcode, std::string_view payload, const std::array<std::uint8_t, 4>& mask);
// The payload of a close frame.
[[nodiscard]] std::string ws_close_payload(std::uint16_t code);

struct WsMessage {
  WsOpcode opcode = WsOpcode::text;  // never continuation
  std::string payload;               // text and the reason of a close: UTF-8
  std::uint16_t code = 0;            // of a close; 1005 when it has none
};

class WsReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // The next message, fragments put together; control frames as they come between them. nullopt: more bytes are needed. After an
  // error nothing more can be read.
  [[nodiscard]] Result<std::optional<WsMessage>> next();

 private:
  std::string buffer_;
  std::string message_;  // the fragments so far
  std::optional<WsOpcode> begun_;
  bool is_broken_ = false;
};

}  // namespace gw::net

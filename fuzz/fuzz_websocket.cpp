// Any bytes as what a WebSocket server sends: in one piece or in many they are read alike, nothing is larger than it may be, and
// texts are UTF-8. The same bytes as the answer that opens a connection: none but the right one does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "edge/net/ws_codec.h"

namespace {

using gw::net::WsOpcode;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string read(std::string_view bytes, std::size_t piece) {
  gw::net::WsReader reader;
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    reader.feed(bytes.substr(i, piece));
    for (;;) {
      const auto next = reader.next();
      if (!next) return out + "!";
      if (!*next) break;
      const gw::net::WsMessage& message = **next;
      require(message.payload.size() <= gw::net::kWsMessageLimit && message.opcode != WsOpcode::continuation);
      if (message.opcode == WsOpcode::text || message.opcode == WsOpcode::close) {
        for (std::size_t at = 0; at < message.payload.size();) {
          const gw::Utf8Char c = gw::next_utf8(message.payload, at);
          require(c.valid);
          at += c.length;
        }
      }
      out += std::to_string(static_cast<int>(message.opcode)) + "," + std::to_string(message.code) + "," +
             message.payload + ";";
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(bytes, std::max<std::size_t>(size, 1));
  require(whole == read(bytes, 1) && whole == read(bytes, 3));
  const auto answer = gw::net::ws_check_answer(bytes, "dGhlIHNhbXBsZSBub25jZQ==");
  if (answer && *answer) require(bytes.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") < **answer && **answer <= size);
  if (!answer) require(answer.error().message.size() < 100);
  return 0;
}

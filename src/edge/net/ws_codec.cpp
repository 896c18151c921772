#include "edge/net/ws_codec.h"

#include <openssl/sha.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <utility>

#include "base/encoding.h"
#include "base/utf8.h"

namespace gw::net {
namespace {

Error wrong(std::string_view what) { return Error{Errc::unavailable, "WebSocket: " + std::string(what)}; }

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid) return false;
    i += c.length;
  }
  return true;
}

using boost::beast::iequals;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool lists(std::string_view values, std::string_view token) {
  while (!values.empty()) {
    const std::size_t comma = std::min(values.find(','), values.size());
    if (iequals(trimmed(values.substr(0, comma)), token)) return true;
    values.remove_prefix(std::min(comma + 1, values.size()));
  }
  return false;
}

bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

struct Head {
  WsOpcode opcode = WsOpcode::text;
  bool is_last = false;
  std::size_t size = 0;    // of the head
  std::size_t length = 0;  // of the payload
  [[nodiscard]] bool is_control() const { return static_cast<unsigned>(opcode) >= 8; }
};

Result<std::optional<Head>> read_head(std::string_view bytes) {
  if (bytes.size() < 2) return std::optional<Head>{};
  const unsigned first = byte_at(bytes, 0);
  const unsigned second = byte_at(bytes, 1);
  if ((first & 0x70U) != 0) return wrong("a frame of an extension that nobody asked for");
  const unsigned opcode = first & 15U;
  if ((opcode > 2 && opcode < 8) || opcode > 10) return wrong("a frame of no known kind");
  if ((second & 0x80U) != 0) return wrong("a masked frame from the server");
  Head head;
  head.opcode = static_cast<WsOpcode>(opcode);
  head.is_last = (first & 0x80U) != 0;
  const unsigned short_length = second & 0x7FU;
  if (head.is_control() && (!head.is_last || short_length > 125)) return wrong("a control frame in pieces");
  const std::size_t more = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  head.size = 2 + more;
  if (bytes.size() < head.size) return std::optional<Head>{};
  std::uint64_t length = more == 0 ? short_length : 0;
  for (std::size_t i = 0; i < more; ++i) length = length << 8 | byte_at(bytes, 2 + i);
  if ((more == 2 && length < 126) || (more == 8 && length < 65'536)) return wrong("a length that is not the shortest");
  if (length > kWsMessageLimit) return wrong("a message that is too large");
  head.length = static_cast<std::size_t>(length);
  return std::optional<Head>{head};
}

Result<WsMessage> read_control(WsOpcode opcode, std::string_view payload) {
  WsMessage message{opcode, std::string(payload), 0};
  if (opcode != WsOpcode::close) return message;
  message.code = 1005;
  if (payload.empty()) return message;
  if (payload.size() == 1) return wrong("a close without its code");
  const unsigned code = byte_at(payload, 0) << 8 | byte_at(payload, 1);
  message.payload.erase(0, 2);
  if (!is_close_code(code) || !is_utf8(message.payload)) return wrong("a close that says nothing valid");
  message.code = static_cast<std::uint16_t>(code);
  return message;
}

}  // namespace

std::string ws_request(std::string_view host, std::string_view target, std::string_view key) {
  std::string out = "GET ";
  out.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  return out.append(key).append("\r\n\r\n");
}

std::string ws_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<std::optional<std::size_t>> ws_check_answer(std::string_view bytes, std::string_view key) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (std::min(end, bytes.size()) > kWsHeadLimit) return wrong("an answer without an end");
  if (end == std::string_view::npos) return std::optional<std::size_t>{};
  std::string_view head = bytes.substr(0, end + 2);
  const auto line = [&head] {
    const std::size_t stop = head.find("\r\n");
    const std::string_view out = head.substr(0, stop);
    head.remove_prefix(stop + 2);
    return out;
  };
  const std::string_view status = line();
  if (!status.starts_with("HTTP/1.1 ") || status.size() < 12) return wrong("an answer that is not HTTP");
  if (status.substr(9, 3) != "101" || (status.size() > 12 && status[12] != ' ')) {
    const std::string_view code = status.substr(9, 3);
    const bool is_code = std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
    return wrong("the server answered " + (is_code ? std::string(code) : "something else") + " instead of 101");
  }
  bool upgrades = false;
  bool connects = false;
  unsigned accepts = 0;
  while (!head.empty()) {
    const std::string_view header = line();
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos) return wrong("a header that is none");
    const std::string_view name = header.substr(0, colon);
    const std::string_view value = trimmed(header.substr(colon + 1));
    if (iequals(name, "upgrade")) upgrades = upgrades || iequals(value, "websocket");
    if (iequals(name, "connection")) connects = connects || lists(value, "upgrade");
    if (iequals(name, "sec-websocket-accept")) {
      if (value != ws_accept(key)) return wrong("the server did not answer to our key");
      ++accepts;
    }
    if (iequals(name, "sec-websocket-extensions") || iequals(name, "sec-websocket-protocol"))
      return wrong("the server chose what nobody asked for");
  }
  if (!upgrades || !connects || accepts != 1) return wrong("the answer opens no connection");
  return std::optional<std::size_t>{end + 4};
}

std::string ws_frame(WsOpcode opcode, std::string_view payload, const std::array<std::uint8_t, 4>& mask) {
  std::string out;
  out.reserve(payload.size() + 14);
  out.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  const std::size_t more = payload.size() < 126 ? 0 : payload.size() < 65'536 ? 2 : 8;
  const std::size_t first = more == 0 ? payload.size() : more == 2 ? 126 : 127;
  out.push_back(static_cast<char>(0x80U | first));
  for (std::size_t i = more; i > 0; --i) out.push_back(static_cast<char>(payload.size() >> (8 * (i - 1)) & 0xFFU));
  for (const std::uint8_t byte : mask) out.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < payload.size(); ++i) out.push_back(static_cast<char>(byte_at(payload, i) ^ mask[i % 4]));
  return out;
}

std::string ws_close_payload(std::uint16_t code) {
  return {static_cast<char>(code >> 8), static_cast<char>(code & 0xFFU)};
}

Result<std::optional<WsMessage>> WsReader::next() {
  const auto broken = [this](Error error) {
    is_broken_ = true;
    return error;
  };
  if (is_broken_) return wrong("nothing more can be read");
  for (;;) {
    const auto head = read_head(buffer_);
    if (!head) return broken(head.error());
    if (!*head || buffer_.size() - (*head)->size < (*head)->length) return std::optional<WsMessage>{};
    const Head& h = **head;
    const std::string payload = buffer_.substr(h.size, h.length);
    buffer_.erase(0, h.size + h.length);
    if (h.is_control()) {
      auto control = read_control(h.opcode, payload);
      if (!control) return broken(control.error());
      return std::optional<WsMessage>{std::move(*control)};
    }
    if ((h.opcode == WsOpcode::continuation) != begun_.has_value()) return broken(wrong("a fragment out of place"));
    if (!begun_) begun_ = h.opcode;
    if (message_.size() + payload.size() > kWsMessageLimit) return broken(wrong("a message that is too large"));
    message_ += payload;
    if (!h.is_last) continue;
    WsMessage message{*begun_, std::move(message_), 0};
    message_.clear();
    begun_.reset();
    if (message.opcode == WsOpcode::text && !is_utf8(message.payload)) return broken(wrong("a text that is not UTF-8"));
    return std::optional<WsMessage>{std::move(message)};
  }
}

}  // namespace gw::net

#include "edge/net/ws_client.h"

#include <poll.h>
#include <sys/random.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/encoding.h"
#include "edge/net/byte_stream.h"
#include "edge/net/curl_parts.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kAnswer{5'000};  // to write a pong or a close
constexpr std::uint16_t kProtocolError = 1002;
constexpr unsigned kAtMost = 1000;  // messages that are waited through for the end

milliseconds until(Steady::time_point end) { return std::chrono::ceil<milliseconds>(end - Steady::now()); }

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  return bytes;
}

std::string new_key() {
  const auto bytes = random_bytes<16>();
  return encode_base64(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

struct Address {
  bool tls = true;
  std::string host;       // without brackets
  std::string authority;  // as the Host header wants it
  int port = 0;
  std::string target;
};

std::optional<Address> parse(std::string_view url) {
  Address address;
  address.tls = url.starts_with("wss://");
  if (!address.tls && !url.starts_with("ws://")) return std::nullopt;
  const bool is_clean = std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > ' ' && c < 127; });
  if (!is_clean || url.size() > 8192) return std::nullopt;
  // libcurl's parser knows what differs between these schemes: nothing.
  const std::string text = (address.tls ? "https" : "http") + std::string(url.substr(url.find(':')));
  const UrlHandle parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK)
    return std::nullopt;
  if (!url_part(parsed.get(), CURLUPART_USER).empty() || !url_part(parsed.get(), CURLUPART_PASSWORD).empty())
    return std::nullopt;
  address.authority = url_part(parsed.get(), CURLUPART_HOST);
  address.host = address.authority;
  if (address.host.size() > 1 && address.host.front() == '[')
    address.host = address.host.substr(1, address.host.size() - 2);
  const std::string own_port = url_part(parsed.get(), CURLUPART_PORT);
  if (!own_port.empty()) address.authority += ":" + own_port;
  const std::string port = url_part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), address.port);
  address.target = url_part(parsed.get(), CURLUPART_PATH);
  if (const std::string query = url_part(parsed.get(), CURLUPART_QUERY); !query.empty()) address.target += "?" + query;
  return address;
}

}  // namespace

struct WsClient::State {
  State(ByteStream opened, std::string name) : stream(std::move(opened)), shown(std::move(name)) {}

  std::optional<ByteStream> stream;  // none once it was closed from this side
  std::string shown;                 // wss://host:port
  WsReader reader;
  Steady::time_point heard = Steady::now();
  bool said_goodbye = false;
  bool is_over = false;

  Error lost(std::string_view why) {
    is_over = true;
    return {Errc::unavailable, shown + ": " + std::string(why)};
  }

  Status write(WsOpcode opcode, std::string_view payload, milliseconds deadline) {
    if (is_over) return lost("the connection has ended");
    const std::string frame = ws_frame(opcode, payload, random_bytes<4>());
    if (const Status written = stream->write_all(frame, Steady::now() + deadline); !written)
      return lost(written.error().message);
    said_goodbye = said_goodbye || opcode == WsOpcode::close;
    return ok();
  }

  // What has come, to the reader; false when nothing has.
  Result<bool> take() {
    char buffer[16 << 10];
    const auto count = stream->read(buffer, sizeof buffer);
    if (!count) return lost(count.error().message);
    if (*count == 0) return false;
    heard = Steady::now();
    reader.feed(std::string_view(buffer, *count));
    return true;
  }

  // Something to be had by the caller, or nullopt when it was answered here.
  Result<std::optional<WsMessage>> meet(WsMessage message) {
    switch (message.opcode) {
      case WsOpcode::text:
      case WsOpcode::binary: return std::optional<WsMessage>(std::move(message));
      case WsOpcode::ping:
        if (Status written = write(WsOpcode::pong, message.payload, kAnswer); !written) return written.error();
        break;
      case WsOpcode::close: {
        // 1005 stands for "no code" and is never sent.
        const std::uint16_t code = message.code == 1005 ? std::uint16_t{1000} : message.code;
        if (!said_goodbye) (void)write(WsOpcode::close, ws_close_payload(code), kAnswer);
        return lost("the server closed it (" + std::to_string(message.code) + ")");
      }
      case WsOpcode::pong:
      case WsOpcode::continuation: break;
    }
    return std::optional<WsMessage>();
  }

  Status shake_hands(const Address& address, Steady::time_point end) {
    const std::string key = new_key();
    if (const Status written = stream->write_all(ws_request(address.authority, address.target, key), end); !written)
      return lost(written.error().message);
    std::string head;
    for (;;) {
      char buffer[4 << 10];
      const auto count = stream->read(buffer, sizeof buffer);
      if (!count) return lost(count.error().message);
      head.append(buffer, *count);
      if (*count > 0) {
        const auto length = ws_check_answer(head, key);
        if (!length) return lost(length.error().message);
        if (*length) {
          reader.feed(std::string_view(head).substr(**length));
          heard = Steady::now();
          return ok();
        }
        continue;
      }
      const milliseconds left = until(end);
      if (left.count() <= 0) return lost("no answer in time");
      pollfd ready{stream->socket(), POLLIN, 0};
      (void)poll(&ready, 1, static_cast<int>(left.count()));
    }
  }
};

WsClient::WsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
WsClient::~WsClient() = default;
WsClient::WsClient(WsClient&&) noexcept = default;
WsClient& WsClient::operator=(WsClient&&) noexcept = default;

Result<WsClient> WsClient::connect(const std::string& url, const ClientOptions& options, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  const auto address = parse(url);
  if (!address) return Error{Errc::invalid_input, "not the address of a WebSocket"};
  StreamServer server;
  server.host = address->host;
  server.port = address->port;
  server.tls = address->tls;
  server.allow_private = options.allow_private;
  server.ca_file = options.ca_file;
  server.proxy = proxy_for(options, address->tls ? "https" : "http", address->host);
  const std::string name = (address->tls ? "wss://" : "ws://") + shown(server);
  auto stream = ByteStream::open(server, deadline);
  if (!stream) return std::move(stream).error();
  auto state = std::make_unique<State>(std::move(*stream), name);
  if (const Status shaken = state->shake_hands(*address, end); !shaken) return shaken.error();
  return WsClient(std::move(state));
}

Result<std::optional<WsMessage>> WsClient::receive(milliseconds wait, int wake) {
  State& s = *state_;
  const Steady::time_point end = Steady::now() + wait;
  if (s.is_over) return s.lost("the connection has ended");
  for (;;) {
    auto next = s.reader.next();
    if (!next) {
      (void)s.write(WsOpcode::close, ws_close_payload(kProtocolError), kAnswer);
      return s.lost(next.error().message);
    }
    if (*next) {
      auto met = s.meet(std::move(**next));
      if (!met || *met) return met;
      if (until(end).count() <= 0) return std::optional<WsMessage>();
      continue;
    }
    const Result<bool> came = s.take();
    if (!came) return came.error();
    if (*came) continue;
    const milliseconds left = until(end);
    if (left.count() <= 0) return std::optional<WsMessage>();
    std::array<pollfd, 2> ready{{{s.stream->socket(), POLLIN, 0}, {wake, POLLIN, 0}}};
    (void)poll(ready.data(), wake >= 0 ? 2 : 1, static_cast<int>(left.count()));
    if (wake >= 0 && ready[1].revents != 0) return std::optional<WsMessage>();
  }
}

Status WsClient::send(std::string_view text, milliseconds deadline) {
  return state_->write(WsOpcode::text, text, deadline);
}

Status WsClient::ping(milliseconds deadline) { return state_->write(WsOpcode::ping, {}, deadline); }

Steady::time_point WsClient::heard() const { return state_->heard; }

void WsClient::close(std::uint16_t code, milliseconds wait) {
  const Steady::time_point end = Steady::now() + wait;
  if (!state_->write(WsOpcode::close, ws_close_payload(code), wait)) return state_->stream.reset();
  // What comes meanwhile is nobody's any more.
  for (unsigned i = 0; i < kAtMost; ++i) {
    const auto message = receive(std::max(until(end), milliseconds(0)));
    if (!message || Steady::now() >= end) break;
  }
  state_->is_over = true;
  state_->stream.reset();
}

}  // namespace gw::net

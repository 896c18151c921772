// libcurl connects, speaks TLS and checks certificates, then gives the connection over (CURLOPT_CONNECT_ONLY). The scheme is that
// of HTTP because libcurl knows no other name for "TLS from the first byte"; no byte of HTTP is sent.
//
// A protocol that never answers leaves one question open: did it arrive? Written is not arrived, so we wait until the kernel has
// nothing left that the other side has not acknowledged (SIOCOUTQ). It costs one round trip.
#include "edge/net/stream_client.h"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/no_sigpipe.h"
#include "edge/curl/ca_bundle.h"
#include "edge/net/address.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kIdle{30'000};
// With TLS 1.3 a server judges our certificate after we believe to be connected.
constexpr milliseconds kFirstLook{250};

struct EasyFree {
  void operator()(CURL* easy) const {
    const NoSigpipe guard;  // TLS says goodbye
    curl_easy_cleanup(easy);
  }
};

milliseconds until(Steady::time_point end) { return std::chrono::ceil<milliseconds>(end - Steady::now()); }

}  // namespace

struct StreamClient::Connection {
  std::unique_ptr<CURL, EasyFree> easy;
  bool is_checked = true;  // addresses
  bool is_refused = false;
  Steady::time_point used = Steady::now();

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto* connection = static_cast<Connection*>(self);
    const auto to = to_address(address->addr);
    if (connection->is_checked && (!to || !is_public(*to))) {
      connection->is_refused = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  [[nodiscard]] int socket() const {
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &fd);
    return fd;
  }

  // What the server says is thrown away; false when it said its last.
  [[nodiscard]] bool is_open() const {
    const NoSigpipe guard;
    char buffer[512];
    std::size_t count = 0;
    for (int i = 0; i < 64; ++i) {  // one that never stops is open, too
      const CURLcode code = curl_easy_recv(easy.get(), buffer, sizeof buffer, &count);
      if (code != CURLE_OK || count == 0) return code == CURLE_AGAIN;
    }
    return true;
  }
};

StreamClient::StreamClient(StreamServer server) : server_(std::move(server)) {}
StreamClient::~StreamClient() = default;
StreamClient::StreamClient(StreamClient&&) noexcept = default;
StreamClient& StreamClient::operator=(StreamClient&&) noexcept = default;

std::string StreamClient::shown() const {
  const bool is_v6 = server_.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + server_.host + "]" : server_.host) + ":" + std::to_string(server_.port);
}

Error StreamClient::lost(std::string_view why) {
  connection_.reset();
  return {Errc::unavailable, shown() + ": " + std::string(why)};
}

Status StreamClient::open(milliseconds deadline) {
  connection_.reset();
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  auto made = std::make_unique<Connection>();
  if (started) made->easy.reset(curl_easy_init());
  if (!made->easy) return Error{Errc::internal, "libcurl did not start"};
  if (!is_host_text(server_.host) || server_.port < 1 || server_.port > 65'535)
    return Error{Errc::invalid_input, "not a host and a port"};
  if (!server_.tls && !server_.allow_private)
    return Error{Errc::denied, shown() + ": nothing is sent without TLS (allow_private permits it)"};
  made->is_checked = !server_.allow_private;
  CURL* const e = made->easy.get();
  curl_easy_setopt(e, CURLOPT_URL, ((server_.tls ? "https://" : "http://") + shown() + "/").c_str());
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(e, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const auto limit = static_cast<long>(std::clamp<std::int64_t>(deadline.count(), 1, 86'400'000));
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, limit);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, limit);
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  static const std::string system_bundle = curl::system_ca_bundle();
  const std::string& bundle = server_.ca_file.empty() ? system_bundle : server_.ca_file;
  if (!bundle.empty()) curl_easy_setopt(e, CURLOPT_CAINFO, bundle.c_str());
  if (!server_.certificate.empty()) {
    curl_easy_setopt(e, CURLOPT_SSLCERT, server_.certificate.c_str());
    curl_easy_setopt(e, CURLOPT_SSLKEY, (server_.key.empty() ? server_.certificate : server_.key).c_str());
  }
  curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &Connection::open_socket);
  curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, made.get());
  CURLcode code = CURLE_OK;
  {
    const NoSigpipe guard;
    code = curl_easy_perform(e);
  }
  if (code == CURLE_OK) {
    made->used = Steady::now();
    connection_ = std::move(made);
    return ok();
  }
  if (made->is_refused) return Error{Errc::denied, shown() + ": a private address (allow_private permits it)"};
  const bool is_final = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_SSL_CACERT_BADFILE;
  return Error{is_final ? Errc::invalid_input : Errc::unavailable, shown() + ": " + curl_easy_strerror(code)};
}

Status StreamClient::write(std::string_view bytes, Steady::time_point end) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    CURLcode code = CURLE_OK;
    {
      const NoSigpipe guard;
      code = curl_easy_send(connection_->easy.get(), bytes.data(), bytes.size(), &sent);
    }
    bytes.remove_prefix(sent);
    if (code == CURLE_OK) continue;
    if (code != CURLE_AGAIN) return lost(curl_easy_strerror(code));
    const milliseconds left = until(end);
    if (left.count() <= 0) return lost("no room in time");
    pollfd ready{connection_->socket(), POLLOUT, 0};
    (void)poll(&ready, 1, static_cast<int>(left.count()));
  }
  return ok();
}

Status StreamClient::settle(bool is_new, Steady::time_point end) {
  const Steady::time_point looked = Steady::now() + (is_new ? kFirstLook : milliseconds(0));
  for (;;) {
    if (!connection_->is_open()) return lost("the server ended the connection");
    int unacknowledged = 0;
    const bool is_out = ::ioctl(connection_->socket(), SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
    const Steady::time_point now = Steady::now();
    if (is_out && now >= std::min(looked, end)) return ok();
    if (now >= end) return lost("no acknowledgement in time");
    // Readable: the server says something, or its last. Else it is looked at again soon.
    const milliseconds pause = std::min({until(is_out ? std::min(looked, end) : end), milliseconds(is_out ? 250 : 5)});
    pollfd heard{connection_->socket(), POLLIN | POLLRDHUP, 0};
    (void)poll(&heard, 1, static_cast<int>(std::max<std::int64_t>(1, pause.count())));
  }
}

Status StreamClient::connect(milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  if (Status opened = open(deadline); !opened) return opened;
  return settle(true, end);
}

Status StreamClient::send(std::string_view bytes, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  const bool is_usable = connection_ && Steady::now() - connection_->used < kIdle && connection_->is_open();
  if (!is_usable) {
    if (Status opened = open(deadline); !opened) return opened;
  }
  if (Status written = write(bytes, end); !written) return written;
  if (Status settled = settle(!is_usable, end); !settled) return settled;
  connection_->used = Steady::now();
  return ok();
}

}  // namespace gw::net

// CURLOPT_CONNECT_ONLY. The scheme is that of HTTP because libcurl knows no other name for "TLS from the first byte"; no byte of
// HTTP is sent but a proxy's CONNECT.
#include "edge/net/byte_stream.h"

#include <poll.h>

#include <algorithm>

#include "base/no_sigpipe.h"
#include "edge/curl/ca_bundle.h"
#include "edge/net/address.h"
#include "edge/net/curl_parts.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// What a proxy answers to CONNECT is nobody's.
std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

bool is_here(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

struct ByteStream::State {
  AddressGuard guard;  // outlives `easy`, which may ask it
  Easy easy;

  void set_up(const StreamServer& server, milliseconds deadline) {
    CURL* const e = easy.get();
    curl_easy_setopt(e, CURLOPT_URL, ((server.tls ? "https://" : "http://") + shown(server) + "/").c_str());
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(e, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    const auto limit = static_cast<long>(std::clamp<std::int64_t>(deadline.count(), 1, 86'400'000));
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, limit);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, limit);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(e, CURLOPT_PROXY, server.proxy.c_str());  // empty: none, whatever the environment says
    curl_easy_setopt(e, CURLOPT_NOPROXY, "");
    curl_easy_setopt(e, CURLOPT_HTTPPROXYTUNNEL, server.proxy.empty() ? 0L : 1L);
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &drop);
    static const std::string system_bundle = curl::system_ca_bundle();
    const std::string& bundle = server.ca_file.empty() ? system_bundle : server.ca_file;
    if (!bundle.empty()) {
      curl_easy_setopt(e, CURLOPT_CAINFO, bundle.c_str());
      curl_easy_setopt(e, CURLOPT_PROXY_CAINFO, bundle.c_str());
    }
    if (!server.certificate.empty()) {
      curl_easy_setopt(e, CURLOPT_SSLCERT, server.certificate.c_str());
      curl_easy_setopt(e, CURLOPT_SSLKEY, (server.key.empty() ? server.certificate : server.key).c_str());
    }
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &AddressGuard::open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, &guard);
  }
};

std::string shown(const StreamServer& server) {
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

ByteStream::ByteStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteStream::~ByteStream() = default;
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;

Result<ByteStream> ByteStream::open(const StreamServer& server, milliseconds deadline) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  auto made = std::make_unique<State>();
  if (started) made->easy.reset(curl_easy_init());
  if (!made->easy) return Error{Errc::internal, "libcurl did not start"};
  if (!is_host_text(server.host) || server.port < 1 || server.port > 65'535)
    return Error{Errc::invalid_input, "not a host and a port"};
  if (!server.tls && !server.allow_private)
    return Error{Errc::denied, shown(server) + ": nothing is sent without TLS (allow_private permits it)"};
  const std::string is_private = shown(server) + ": a private address (allow_private permits it)";
  // A proxy was chosen by the operator; behind it only what is plain to see can be refused.
  const auto literal = parse_address(server.host);
  if (!server.allow_private && (is_here(server.host) || (literal && !is_public(*literal))))
    return Error{Errc::denied, is_private};
  made->guard.is_checked = !server.allow_private && server.proxy.empty();
  made->set_up(server, deadline);
  CURLcode code = CURLE_OK;
  {
    const NoSigpipe guard;
    code = curl_easy_perform(made->easy.get());
  }
  if (code == CURLE_OK) return ByteStream(std::move(made));
  if (made->guard.is_refused) return Error{Errc::denied, is_private};
  const bool is_final = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_SSL_CACERT_BADFILE;
  return Error{is_final ? Errc::invalid_input : Errc::unavailable, shown(server) + ": " + curl_easy_strerror(code)};
}

Result<std::size_t> ByteStream::write(std::string_view bytes) {
  const NoSigpipe guard;
  std::size_t count = 0;
  const CURLcode code = curl_easy_send(state_->easy.get(), bytes.data(), bytes.size(), &count);
  if (code == CURLE_OK || code == CURLE_AGAIN) return count;
  return Error{Errc::unavailable, curl_easy_strerror(code)};
}

Result<std::size_t> ByteStream::read(char* into, std::size_t size) {
  const NoSigpipe guard;
  std::size_t count = 0;
  const CURLcode code = curl_easy_recv(state_->easy.get(), into, size, &count);
  if (code == CURLE_AGAIN) return std::size_t{0};
  if (code != CURLE_OK) return Error{Errc::unavailable, curl_easy_strerror(code)};
  if (count == 0) return Error{Errc::unavailable, "the server ended the connection"};
  return count;
}

Status ByteStream::write_all(std::string_view bytes, Steady::time_point end) {
  while (!bytes.empty()) {
    const Result<std::size_t> taken = write(bytes);
    if (!taken) return taken.error();
    bytes.remove_prefix(*taken);
    if (*taken > 0) continue;
    const milliseconds left = std::chrono::ceil<milliseconds>(end - Steady::now());
    if (left.count() <= 0) return Error{Errc::unavailable, "no room in time"};
    pollfd ready{socket(), POLLOUT, 0};
    (void)poll(&ready, 1, static_cast<int>(left.count()));
  }
  return ok();
}

int ByteStream::socket() const {
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo(state_->easy.get(), CURLINFO_ACTIVESOCKET, &fd);
  return fd;
}

}  // namespace gw::net

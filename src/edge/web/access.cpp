#include "edge/web/access.h"

#include <algorithm>

#include "base/sha256.h"
#include "edge/net/address.h"
#include "edge/web/target.h"

namespace gw::web {
namespace {

constexpr std::size_t kPeers = 1024;
constexpr std::int64_t kWindowMicros = std::int64_t{60} * 1'000'000;

std::string network_of(std::string_view peer) {
  auto address = net::parse_address(peer);
  if (!address) return {};
  if (address->is_v6) std::fill(address->bytes.begin() + 8, address->bytes.end(), std::uint8_t{0});
  return net::to_string(*address);
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::viewer: return "viewer";
    case Role::reviewer: return "reviewer";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
    case Role::ingest: return "ingest";
  }
  return {};
}

std::string token_hash(std::string_view secret) { return sha256_hex(secret); }

bool Caller::may(Permission permission) const {
  switch (permission) {
    case Permission::none: return true;
    case Permission::read: return role != Role::ingest;
    case Permission::operate: return role == Role::operator_ || role == Role::admin;
    case Permission::ingest: return role == Role::ingest || is_local;
  }
  return false;
}

std::optional<std::string_view> bearer(const net::ServerRequest& request) {
  if (request.count("authorization") != 1) return std::nullopt;
  std::string_view value = request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  const bool is_bearer = value.size() > kScheme.size() &&
                         std::equal(kScheme.begin(), kScheme.end(), value.begin(),
                                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
  if (!is_bearer) return std::nullopt;
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value.empty() ? std::nullopt : std::optional(value);
}

std::optional<std::size_t> find_token(const std::vector<Token>& tokens, std::string_view secret) {
  const std::string hash = token_hash(secret);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool is_equal = equal_in_constant_time(tokens[i].hash, hash);
    if (is_equal && !found) found = i;
  }
  return found;
}

std::string_view local_refusal(const net::ServerRequest& request) {
  if (!request.peer_is_loopback) return "no tokens are configured: only this machine is let in";
  const std::string_view host = request.header("host");
  if (const auto name = host_of(host); request.count("host") != 1 || !name || !is_loopback_host(*name)) {
    return "no tokens are configured: the Host header has to name this machine";
  }
  for (const char* name : {"x-forwarded-for", "forwarded", "x-real-ip"}) {
    if (request.count(name) > 0) return "no tokens are configured: what comes through a proxy is not let in";
  }
  // A page of somebody else's may send requests from a browser on this machine, but not without saying where it is from.
  if (request.count("origin") > 0) {
    const std::string own = (request.is_tls ? "https://" : "http://") + std::string(host);
    if (request.count("origin") != 1 || request.header("origin") != own) return "the request comes from another site";
  }
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return "the request comes from another site";
  return {};
}

FailureLimit::Peer& FailureLimit::peer_of(std::string_view peer, Time now) {
  std::string key = network_of(peer);
  if (auto found = peers_.find(key); found == peers_.end() && peers_.size() >= kPeers) {
    std::erase_if(peers_, [&](const auto& other) { return now.micros - other.second.since.micros >= kWindowMicros; });
    if (peers_.size() >= kPeers) key.clear();  // the rest share one count
  }
  Peer& state = peers_.try_emplace(std::move(key), Peer{now, 0, {}}).first->second;
  if (now.micros - state.since.micros >= kWindowMicros || now < state.since) {
    state.since = now;
    state.failures = 0;
  }
  return state;
}

bool FailureLimit::failed(std::string_view peer, Time now, unsigned limit) {
  const std::lock_guard lock(mutex_);
  ++failures_;
  return ++peer_of(peer, now).failures <= limit;
}

bool FailureLimit::succeeded(std::string_view peer, std::string_view token_hash, Time now, unsigned limit) {
  const std::lock_guard lock(mutex_);
  Peer& state = peer_of(peer, now);
  if (state.known.contains(token_hash)) return true;
  if (state.failures >= limit) return false;
  if (state.known.size() < 256) state.known.emplace(token_hash);
  return true;
}

std::uint64_t FailureLimit::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace gw::web

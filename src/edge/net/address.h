// Which addresses of the network a service may be asked to call, and which belong to this machine or its neighbours.
// Pure; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace gw::net {

// IPv4 is kept as IPv4, never as a mapped form: an IPv6 address that only wraps one (::ffff:a.b.c.d) is that one.
struct Address {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // the first four of IPv4
  friend bool operator==(const Address&, const Address&) = default;
};

// Literal addresses only: `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, each with an optional zone (`%eth0`).
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
// nullopt for other families than IPv4 and IPv6.
[[nodiscard]] std::optional<Address> to_address(const sockaddr& address);
[[nodiscard]] std::string to_string(const Address& address);

[[nodiscard]] bool is_loopback(const Address& address);
// Reachable over the internet: not private, loopback, link-local (the cloud's metadata service), multicast, unspecified,
// shared (100.64/10), reserved or documentation, also where IPv6 carries such an IPv4 address (mapped, 6to4, NAT64, Teredo).
[[nodiscard]] bool is_public(const Address& address);

// Characters of a host's name, or of an address without brackets; says nothing of whether there is one.
[[nodiscard]] bool is_host_text(std::string_view text);

// `address` lies in `network`: an address, or an address and a number of bits (`10.0.0.0/8`). False for anything else.
[[nodiscard]] bool is_in_network(const Address& address, std::string_view network);

}  // namespace gw::net

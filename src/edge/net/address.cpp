#include "edge/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace gw::net {
namespace {

struct Range {
  std::string_view network;
  unsigned bits;
};

// The registries of special-purpose addresses (RFC 6890 and its successors), less what is reachable for everybody.
constexpr Range kNotPublicV4[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},      {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},   {"192.88.99.0", 24}, {"192.168.0.0", 16},
    {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},
};
// Of IPv6 only 2000::/3 is handed out; of that, not these.
constexpr Range kNotPublicV6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"3fff::", 20}};

bool same_bits(const Address& a, const Address& b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80u >> (i % 8);
    if ((a.bytes[i / 8] & mask) != (b.bytes[i / 8] & mask)) return false;
  }
  return true;
}

bool is_in(const Address& address, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    const auto network = parse_address(range.network);
    return network && network->is_v6 == address.is_v6 && same_bits(address, *network, range.bits);
  });
}

Address v4_at(const Address& address, std::size_t offset, std::uint8_t flip = 0) {
  Address out;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(address.bytes[offset + i] ^ flip);
  return out;
}

Address from_v6(const std::uint8_t* bytes) {
  Address out{true, {}};
  std::copy_n(bytes, 16, out.bytes.begin());
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), out.bytes.begin()) ? v4_at(out, 12) : out;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > 1 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) text = text.substr(0, zone);
  if (text.size() > 45 || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return Address{false, bytes};
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return from_v6(bytes.data());
  return std::nullopt;
}

std::optional<Address> to_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    Address out;
    std::memcpy(out.bytes.data(), &in.sin_addr, 4);
    return out;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    return from_v6(in.sin6_addr.s6_addr);
  }
  return std::nullopt;
}

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

bool is_loopback(const Address& address) {
  if (!address.is_v6) return address.bytes[0] == 127;
  return address == Address{true, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
}

bool is_public(const Address& address) {
  if (!address.is_v6) return !is_in(address, kNotPublicV4);
  const auto& b = address.bytes;
  // 64:ff9b::/96 is translated to the IPv4 address behind it; 2002::/16 and 2001::/32 carry one too.
  constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
  if (std::equal(kNat64.begin(), kNat64.end(), b.begin())) return is_public(v4_at(address, 12));
  if (b[0] == 0x20 && b[1] == 0x02) return is_public(v4_at(address, 2));
  return (b[0] & 0xe0) == 0x20 && !is_in(address, kNotPublicV6);
}

bool is_host_text(std::string_view text) {
  return !text.empty() && text.size() < 256 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_' || c == ':';
  });
}

bool is_in_network(const Address& address, std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto base = parse_address(network.substr(0, slash));
  if (!base || base->is_v6 != address.is_v6) return false;
  const unsigned longest = address.is_v6 ? 128 : 32;
  unsigned bits = longest;
  if (slash != std::string_view::npos) {
    const char* const end = network.data() + network.size();
    const auto [stop, error] = std::from_chars(network.data() + slash + 1, end, bits);
    if (error != std::errc{} || stop != end || bits > longest) return false;
  }
  return same_bits(address, *base, bits);
}

}  // namespace gw::net

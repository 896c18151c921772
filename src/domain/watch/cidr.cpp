#include "domain/watch/cidr.h"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace gw::watch {
namespace {

bool parse_address(std::string_view text, std::array<std::uint8_t, 16>& bytes, bool& is_v6) {
  if (text.size() > 45) return false;
  const std::string address(text);
  is_v6 = address.find(':') != std::string::npos;
  bytes.fill(0);
  return ::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) == 1;
}

// Whether the first `prefix` bits agree.
bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned prefix) {
  for (unsigned bit = 0; bit < prefix; bit += 8) {
    const unsigned width = prefix - bit < 8 ? prefix - bit : 8;
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - width));
    if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<Cidr> Cidr::parse(std::string_view text) {
  Cidr cidr;
  const std::size_t slash = text.find('/');
  if (!parse_address(text.substr(0, slash), cidr.bytes_, cidr.is_v6_)) return std::nullopt;
  const unsigned bits = cidr.is_v6_ ? 128 : 32;
  cidr.prefix_ = bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cidr.prefix_);
    if (error != std::errc() || end != digits.data() + digits.size() || cidr.prefix_ > bits) return std::nullopt;
  }
  std::array<std::uint8_t, 16> network = cidr.bytes_;
  for (unsigned bit = cidr.prefix_; bit < bits; ++bit) {
    network[bit / 8] = static_cast<std::uint8_t>(network[bit / 8] & ~(0x80u >> (bit % 8)));
  }
  if (network != cidr.bytes_) return std::nullopt;
  return cidr;
}

bool Cidr::contains(std::string_view address) const {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;
  return parse_address(address, bytes, is_v6) && is_v6 == is_v6_ && same_prefix(bytes, bytes_, prefix_);
}

}  // namespace gw::watch

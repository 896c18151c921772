// Address ranges for ignore rules: IPv4 and IPv6 in CIDR notation (RFC 4632, RFC 4291). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gw::watch {

class Cidr {
 public:
  // `198.51.100.0/24`, `2001:db8::/32`, or one address. nullopt when it is none, or has bits set beyond its prefix.
  [[nodiscard]] static std::optional<Cidr> parse(std::string_view text);
  // False for anything that is no address of the same family.
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  unsigned prefix_ = 0;
  bool is_v6_ = false;
};

}  // namespace gw::watch

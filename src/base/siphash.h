// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): a hash that whoever writes the text cannot aim,
// because the key is secret. For tables in memory only; never stored.
#pragma once

#include <cstdint>
#include <string_view>

namespace gw {

struct SipKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
  [[nodiscard]] static SipKey random();
};

[[nodiscard]] std::uint64_t siphash(SipKey key, std::string_view text);

}  // namespace gw

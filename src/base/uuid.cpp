#include "base/uuid.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace gw {

std::string uuid7(Time time, std::uint64_t a, std::uint64_t b) {
  const auto millis = static_cast<std::uint64_t>(time.micros < 0 ? 0 : time.micros / 1000);
  const std::uint64_t high = (millis << 16) | 0x7000u | (a & 0x0FFFu);
  const std::uint64_t low = (std::uint64_t{2} << 62) | (b & ~(std::uint64_t{3} << 62));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out.push_back('-');
    const std::uint64_t word = i < 16 ? high : low;
    out.push_back(kDigits[(word >> (60 - 4 * (i % 16))) & 15u]);
  }
  return out;
}

std::string random_uuid7(Time time) {
  std::array<std::uint64_t, 2> bits{};
  if (::getrandom(bits.data(), sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) std::abort();
  return uuid7(time, bits[0], bits[1]);
}

}  // namespace gw

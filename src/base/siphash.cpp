#include "base/siphash.h"

#include <bit>
#include <cstring>
#include <random>

namespace gw {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;
  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void word(std::uint64_t m) {
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }
};

}  // namespace

SipKey SipKey::random() {
  std::random_device device;
  const auto word = [&] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word()};
}

std::uint64_t siphash(SipKey key, std::string_view text) {
  State s{key.k0 ^ 0x736f6d6570736575ull, key.k1 ^ 0x646f72616e646f6dull, key.k0 ^ 0x6c7967656e657261ull,
          key.k1 ^ 0x7465646279746573ull};
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t m = 0;
    std::memcpy(&m, text.data() + i, 8);
    s.word(m);
  }
  std::uint64_t last = std::uint64_t{text.size()} << 56;
  for (std::size_t shift = 0; i < text.size(); ++i, shift += 8) {
    last |= std::uint64_t{static_cast<unsigned char>(text[i])} << shift;
  }
  s.word(last);
  s.v2 ^= 0xFF;
  for (int r = 0; r < 4; ++r) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace gw

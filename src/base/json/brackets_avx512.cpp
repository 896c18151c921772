#include "base/json/brackets.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::json {
namespace {

struct Block {
  explicit Block(const char* p) : bytes(_mm512_loadu_si512(p)) {}
  [[nodiscard]] unsigned long long eq(char c) const { return mask(bytes, c); }
  [[nodiscard]] unsigned long long eq_or_0x20(char c) const {
    return mask(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), c);
  }
  static unsigned long long mask(__m512i v, char c) {
    unsigned long long bits = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
    // Keeps compilers from folding later ANDs into masked compares: moving masks back costs the port that compares need.
    __asm__("" : "+r"(bits));
    return bits;
  }
  __m512i bytes;
};

inline unsigned long long prefix_xor(unsigned long long bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xFF));
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), ones, 0);
  return static_cast<unsigned long long>(_mm_cvtsi128_si64(product));
}

}  // namespace
}  // namespace gw::json

namespace gw::json {
#include "base/json/brackets_kernel.inl"

std::size_t skip_blocks_avx512(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                               BracketMasks& masks) {
  return skip_blocks_loop(text, blocks, level, state, masks);
}

std::size_t count_blocks_avx512(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                std::uint64_t& values) {
  return count_blocks_loop(text, blocks, level, state, values);
}

}  // namespace gw::json
#endif

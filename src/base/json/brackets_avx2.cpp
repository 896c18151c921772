#include "base/json/brackets.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::json {
namespace {

struct Block {
  explicit Block(const char* p)
      : low(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))),
        high(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))) {}
  [[nodiscard]] unsigned long long eq(char c) const { return mask(low, high, c); }
  [[nodiscard]] unsigned long long eq_or_0x20(char c) const {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return mask(_mm256_or_si256(low, bit), _mm256_or_si256(high, bit), c);
  }
  static unsigned long long mask(__m256i a, __m256i b, char c) {
    const __m256i wanted = _mm256_set1_epi8(c);
    const auto lower = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, wanted)));
    const auto upper = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, wanted)));
    return lower | static_cast<unsigned long long>(upper) << 32;
  }
  __m256i low;
  __m256i high;
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

std::size_t skip_blocks_avx2(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                             BracketMasks& masks) {
  return skip_blocks_loop(text, blocks, level, state, masks);
}

std::size_t count_blocks_avx2(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                              std::uint64_t& values) {
  return count_blocks_loop(text, blocks, level, state, values);
}

}  // namespace gw::json
#endif

#include "base/literals.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::literals {
namespace {

struct Step {
  static constexpr unsigned kBytes = 64;
  explicit Step(const Tables& tables) {
    for (int k = 0; k < 3; ++k) {
      low[k] = _mm512_maskz_broadcast_i32x4(0xFFFF, _mm_load_si128(reinterpret_cast<const __m128i*>(tables.low[k])));
      high[k] = _mm512_maskz_broadcast_i32x4(0xFFFF, _mm_load_si128(reinterpret_cast<const __m128i*>(tables.high[k])));
    }
  }
  [[nodiscard]] __m512i one(const char* p, int k) const {
    const __m512i nibble = _mm512_set1_epi8(0x0F);
    const __m512i bytes = _mm512_loadu_si512(p + k);
    const __m512i lower = _mm512_shuffle_epi8(low[k], _mm512_and_si512(bytes, nibble));
    const __m512i upper = _mm512_shuffle_epi8(high[k], _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
    return _mm512_and_si512(lower, upper);
  }
  unsigned long long search(const char* p, unsigned char* out) const {
    const __m512i hits = _mm512_and_si512(_mm512_and_si512(one(p, 0), one(p, 1)), one(p, 2));
    const unsigned long long mask = _mm512_test_epi8_mask(hits, hits);
    if (mask != 0) _mm512_store_si512(out, hits);
    return mask;
  }
  __m512i low[3];
  __m512i high[3];
};

}  // namespace

#include "base/literals_kernel.inl"

std::size_t search_avx512(const Tables& tables, const char* text, std::size_t size, std::size_t at, Hit* hits,
                          std::size_t max, std::size_t& count) {
  return search_loop(tables, text, size, at, hits, max, count);
}

}  // namespace gw::literals
#endif

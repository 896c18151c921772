#include "base/literals.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::literals {
namespace {

struct Step {
  static constexpr unsigned kBytes = 32;
  explicit Step(const Tables& tables) {
    for (unsigned k = 0; k < kFingerprint; ++k) {
      low[k] = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(tables.low[k])));
      high[k] = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(tables.high[k])));
    }
  }
  [[nodiscard]] __m256i one(const char* p, unsigned k) const {
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + k));
    const __m256i lower = _mm256_shuffle_epi8(low[k], _mm256_and_si256(bytes, nibble));
    const __m256i upper = _mm256_shuffle_epi8(high[k], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    return _mm256_and_si256(lower, upper);
  }
  [[nodiscard]] __m256i hits_at(const char* p) const {
    __m256i hits = one(p, 0);
    for (unsigned k = 1; k < kFingerprint; ++k) hits = _mm256_and_si256(hits, one(p, k));
    return hits;
  }
  [[nodiscard]] bool nothing_in_two(const char* p) const {
    const __m256i hits = _mm256_or_si256(hits_at(p), hits_at(p + kBytes));
    return _mm256_testz_si256(hits, hits) != 0;
  }
  unsigned long long search(const char* p, unsigned char* out) const {
    const __m256i hits = hits_at(p);
    const __m256i none = _mm256_cmpeq_epi8(hits, _mm256_setzero_si256());
    const unsigned mask = ~static_cast<unsigned>(_mm256_movemask_epi8(none));
    if (mask != 0) _mm256_store_si256(reinterpret_cast<__m256i*>(out), hits);
    return mask;
  }
  __m256i low[kFingerprint];
  __m256i high[kFingerprint];
};

}  // namespace

#include "base/literals_kernel.inl"

std::size_t search_avx2(const Tables& tables, const char* text, std::size_t size, std::size_t at, Hit* hits,
                        std::size_t max, std::size_t& count) {
  return search_loop(tables, text, size, at, hits, max, count);
}

}  // namespace gw::literals
#endif

#include "base/literals.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::literals {
namespace {

// One permutation looks up the buckets of 64 bytes by their low six bits; the seventh is left to the comparison.
struct Step {
  static constexpr unsigned kBytes = 64;
  explicit Step(const Tables& tables) {
    for (unsigned k = 0; k < kFingerprint; ++k) buckets[k] = _mm512_load_si512(tables.folded[k]);
  }
  [[nodiscard]] __m512i one(const char* p, unsigned k) const {
    return _mm512_maskz_permutexvar_epi8(~0ull, _mm512_loadu_si512(p + k), buckets[k]);
  }
  [[nodiscard]] __m512i hits_at(const char* p) const {
    __m512i hits = one(p, 0);
    for (unsigned k = 1; k < kFingerprint; ++k) hits = _mm512_and_si512(hits, one(p, k));
    return hits;
  }
  [[nodiscard]] bool nothing_in_two(const char* p) const {
    const __m512i hits = _mm512_or_si512(hits_at(p), hits_at(p + kBytes));
    return _mm512_test_epi8_mask(hits, hits) == 0;
  }
  unsigned long long search(const char* p, unsigned char* out) const {
    const __m512i hits = hits_at(p);
    const unsigned long long mask = _mm512_test_epi8_mask(hits, hits);
    if (mask != 0) _mm512_store_si512(out, hits);
    return mask;
  }
  __m512i buckets[kFingerprint];
};

}  // namespace

#include "base/literals_kernel.inl"

std::size_t search_avx512(const Tables& tables, const char* text, std::size_t size, std::size_t at, Hit* hits,
                          std::size_t max, std::size_t& count) {
  return search_loop(tables, text, size, at, hits, max, count);
}

}  // namespace gw::literals
#endif

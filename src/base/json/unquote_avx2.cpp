#include "base/json/unquote.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::json {
namespace {

// For every set of eight bytes, which of them are kept, as a shuffle of them to the front.
struct Shuffles {
  alignas(64) unsigned char of[256][8];
};
constexpr Shuffles make_shuffles() {
  Shuffles table{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    unsigned n = 0;
    for (unsigned char bit = 0; bit < 8; ++bit) {
      if ((mask >> bit & 1) != 0) table.of[mask][n++] = bit;
    }
    while (n < 8) table.of[mask][n++] = 0x80;
  }
  return table;
}
constexpr Shuffles kShuffles = make_shuffles();

struct Block {
  explicit Block(const char* p)
      : begin(p),
        low(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))),
        high(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))) {}
  [[nodiscard]] unsigned long long eq(char c) const {
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  }
  [[nodiscard]] unsigned long long below_space() const {
    const __m256i most = _mm256_set1_epi8(0x1F);
    return mask(_mm256_cmpeq_epi8(_mm256_max_epu8(low, most), most),
                _mm256_cmpeq_epi8(_mm256_max_epu8(high, most), most));
  }
  static unsigned long long mask(__m256i a, __m256i b) {
    return static_cast<unsigned>(_mm256_movemask_epi8(a)) |
           static_cast<unsigned long long>(static_cast<unsigned>(_mm256_movemask_epi8(b))) << 32;
  }
  void keep(unsigned long long kept, char* to) const {
    if (kept == ~0ull) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), low);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32), high);
      return;
    }
    for (unsigned i = 0; i < 64; i += 8) {
      const auto eight = static_cast<unsigned>(kept >> i & 0xFF);
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(begin + i));
      const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kShuffles.of[eight]));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(bytes, order));
      to += __builtin_popcount(eight);
    }
  }
  const char* begin;
  __m256i low;
  __m256i high;
};

}  // namespace

#include "base/json/unquote_kernel.inl"

QuotedEnd find_quoted_end_avx2(const char* text, std::size_t size) { return find_quoted_end_loop(text, size); }

std::size_t unquote_avx2(const char* text, std::size_t size, char* to) { return unquote_loop(text, size, to); }

}  // namespace gw::json
#endif

#include "base/json/unquote.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::json {
namespace {

struct Block {
  explicit Block(const char* p) : bytes(_mm512_loadu_si512(p)) {}
  [[nodiscard]] unsigned long long eq(char c) const {
    unsigned long long bits = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
    __asm__("" : "+r"(bits));  // see brackets_avx512.cpp
    return bits;
  }
  [[nodiscard]] unsigned long long below_space() const {
    unsigned long long bits = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20));
    __asm__("" : "+r"(bits));
    return bits;
  }
  void keep(unsigned long long kept, char* to) const {
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(kept, bytes));
  }
  __m512i bytes;
};

}  // namespace

#include "base/json/unquote_kernel.inl"

QuotedEnd find_quoted_end_avx512(const char* text, std::size_t size) { return find_quoted_end_loop(text, size); }

std::size_t unquote_avx512(const char* text, std::size_t size, char* to) { return unquote_loop(text, size, to); }

}  // namespace gw::json
#endif

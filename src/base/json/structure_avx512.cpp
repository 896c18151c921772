// Like simdjson's first stage ("Parsing Gigabytes of JSON per Second"), for processors that compress bytes (AVX-512 VBMI2).
// Cheaper for what log files are: white space and control characters outside strings, backslashes and bytes above 0x7F are
// looked at closely only in blocks that hold any.
#include "base/json/structure.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace gw::json::internal {
namespace {

using Mask = unsigned long long;

inline Mask equal(__m512i v, __m512i c) {
  Mask bits = _mm512_cmpeq_epi8_mask(v, c);
  __asm__("" : "+r"(bits));  // see brackets_avx512.cpp
  return bits;
}

// Which characters are escaped by a backslash (an odd run of them before), carrying over block borders.
__attribute__((noinline, cold)) Mask escaped_by(Mask backslash, Mask& carry) {
  constexpr Mask kEvenBits = 0x5555555555555555ull;
  if (backslash == 0) {
    const Mask escaped = carry;
    carry = 0;
    return escaped;
  }
  backslash &= ~carry;
  const Mask follows = backslash << 1 | carry;
  const Mask odd_starts = backslash & ~kEvenBits & ~follows;
  Mask even_sequences = 0;
  carry = __builtin_uaddll_overflow(odd_starts, backslash, &even_sequences) ? 1 : 0;
  return (kEvenBits ^ (even_sequences << 1)) & follows;
}

class Finder {
 public:
  explicit Finder(Structure& out)
      : out_(out), positions_(out.positions), characters_(out.characters), escapes_(out.escapes) {}

  void block(const char* text, std::uint32_t at) {
    const __m512i v = _mm512_loadu_si512(text);
    const Mask backslash = equal(v, _mm512_set1_epi8('\\'));
    Mask quotes = equal(v, _mm512_set1_epi8('"'));
    if (__builtin_expect((backslash | escaped_) != 0, 0)) {
      if (backslash != 0) *escapes_++ = at;
      quotes &= ~escaped_by(backslash, escaped_);
    }
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(quotes)), _mm_set1_epi8(-1), 0);
    // From each opening quote on, up to its closing quote, which is not in it.
    const Mask in_string = static_cast<Mask>(_mm_cvtsi128_si64(product)) ^ in_string_;
    in_string_ = static_cast<Mask>(static_cast<long long>(in_string) >> 63);

    // Every operator is the one entry of this table that its low four bits choose.
    const __m512i operators = _mm512_shuffle_epi8(
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0)), v);
    const Mask op = equal(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), operators);
    Mask space = equal(v, _mm512_set1_epi8(' '));
    Mask control = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(0x20));
    __asm__("" : "+r"(control));
    if (__builtin_expect(control != 0, 0)) {
      bad_control_ |= control & in_string;
      space |= equal(v, _mm512_set1_epi8('\t')) | equal(v, _mm512_set1_epi8('\n')) | equal(v, _mm512_set1_epi8('\r'));
    }
    spaces_ |= space & ~in_string;
    if (__builtin_expect(_mm512_movepi8_mask(v) != 0, 0)) {
      if (out_.non_ascii_end == 0) out_.non_ascii_begin = at;
      out_.non_ascii_end = at + 64;
    }

    const Mask scalar = ~(op | space);
    const Mask inside_scalar = scalar & ~quotes;
    const Mask follows = inside_scalar << 1 | scalar_before_;
    scalar_before_ = inside_scalar >> 63;
    const Mask structural = (op | (scalar & ~follows)) & ~(in_string ^ quotes);

    _mm512_storeu_si512(characters_, _mm512_maskz_compress_epi8(structural, v));
    const __m512i kIndexes =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i places = _mm512_maskz_compress_epi8(structural, kIndexes);
    const __m512i base = _mm512_set1_epi32(static_cast<int>(at));
    const int n = __builtin_popcountll(structural);
    _mm512_storeu_si512(positions_, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
    if (__builtin_expect(n > 16, 0)) {
      const auto more = [&](std::uint32_t* to, __m128i bytes) {
        _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(bytes)));
      };
      more(positions_ + 16, _mm512_extracti32x4_epi32(places, 1));
      more(positions_ + 32, _mm512_extracti32x4_epi32(places, 2));
      more(positions_ + 48, _mm512_extracti32x4_epi32(places, 3));
    }
    positions_ += n;
    characters_ += n;
  }

  StructureDamage end() {
    out_.count = static_cast<std::size_t>(positions_ - out_.positions);
    out_.escape_count = static_cast<std::size_t>(escapes_ - out_.escapes);
    out_.spaced = spaces_ != 0;
    if (in_string_ != 0) return StructureDamage::unclosed_string;
    return bad_control_ != 0 ? StructureDamage::control_character : StructureDamage::none;
  }

 private:
  Structure& out_;
  std::uint32_t* positions_;
  char* characters_;
  std::uint32_t* escapes_;
  Mask in_string_ = 0;
  Mask escaped_ = 0;
  Mask scalar_before_ = 0;
  Mask bad_control_ = 0;
  Mask spaces_ = 0;
};

}  // namespace

StructureDamage find_structure_avx512(const char* text, std::size_t size, Structure& out) {
  Finder finder(out);
  std::size_t at = 0;
  for (; at + 64 <= size; at += 64) finder.block(text + at, static_cast<std::uint32_t>(at));
  if (at < size) {
    alignas(64) char tail[64];
    _mm512_store_si512(tail, _mm512_set1_epi8(' '));
    for (std::size_t i = at; i < size; ++i) tail[i - at] = text[i];
    finder.block(tail, static_cast<std::uint32_t>(at));
  }
  return finder.end();
}

}  // namespace gw::json::internal
#endif

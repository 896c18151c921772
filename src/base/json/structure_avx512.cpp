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

// Which characters are escaped by a backslash (an odd run of them before), and whether the first one of the next block is.
struct Escapes {
  Mask escaped;
  Mask carry;
};
__attribute__((noinline, cold)) Escapes escapes_of(Mask backslash, Mask carry) {
  constexpr Mask kEvenBits = 0x5555555555555555ull;
  if (backslash == 0) return {carry, 0};
  backslash &= ~carry;
  const Mask follows = backslash << 1 | carry;
  const Mask odd_starts = backslash & ~kEvenBits & ~follows;
  Mask even_sequences = 0;
  const bool overflows = __builtin_uaddll_overflow(odd_starts, backslash, &even_sequences);
  return {(kEvenBits ^ (even_sequences << 1)) & follows, overflows ? 1ull : 0ull};
}

// White space other than blanks.
__attribute__((noinline, cold)) Mask other_spaces(__m512i v) {
  return equal(v, _mm512_set1_epi8('\t')) | equal(v, _mm512_set1_epi8('\n')) | equal(v, _mm512_set1_epi8('\r'));
}

}  // namespace

// All state is in local variables: members would be written back to memory for every block.
StructureDamage find_structure_avx512(const char* text, std::size_t size, Structure& out) {
  // Every operator is the one entry of this table that its low four bits choose.
  const __m512i operator_table =
      _mm512_set4_epi32(0x0000'7D2C, 0x7B3A'0000, 0, 0);  // 10: `:`, 11: `{`, 12: `,`, 13: `}`
  const __m512i indexes =
      _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                      39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                      15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::uint32_t* positions = out.positions;
  char* characters = out.characters;
  std::uint32_t* escape_blocks = out.escapes;
  std::size_t non_ascii_begin = 0;
  std::size_t non_ascii_end = 0;
  Mask string_before = 0;  // all ones within a string
  Mask escape_before = 0;
  Mask scalar_before = 0;
  Mask bad_control = 0;
  Mask spaces = 0;
  __m512i base = _mm512_setzero_si512();
  alignas(64) char tail[64];
  for (std::size_t at = 0; at < size; at += 64) {
    const char* block = text + at;
    Mask within = ~Mask{0};
    if (__builtin_expect(at + 64 > size, 0)) {
      for (std::size_t i = 0; i < sizeof tail; ++i) tail[i] = at + i < size ? block[i] : ' ';
      block = tail;
      within >>= 64 - (size - at);
    }
    __builtin_prefetch(block + 2048);  // see brackets_kernel.inl
    const __m512i v = _mm512_loadu_si512(block);
    const Mask backslash = equal(v, _mm512_set1_epi8('\\'));
    Mask quotes = equal(v, _mm512_set1_epi8('"'));
    if (__builtin_expect((backslash | escape_before) != 0, 0)) {
      if (backslash != 0) *escape_blocks++ = static_cast<std::uint32_t>(at);
      const Escapes escapes = escapes_of(backslash, escape_before);
      quotes &= ~escapes.escaped;
      escape_before = escapes.carry;
    }
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(quotes)), _mm_set1_epi8(-1), 0);
    // From each opening quote on, up to its closing quote, which is not in it.
    const Mask in_string = static_cast<Mask>(_mm_cvtsi128_si64(product)) ^ string_before;
    string_before = static_cast<Mask>(static_cast<long long>(in_string) >> 63);

    const Mask op = equal(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), _mm512_shuffle_epi8(operator_table, v));
    Mask space = equal(v, _mm512_set1_epi8(' '));
    // Control characters and, signed, those above 0x7F.
    Mask rare = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(0x20));
    __asm__("" : "+r"(rare));
    if (__builtin_expect(rare != 0, 0)) {
      const Mask high = _mm512_movepi8_mask(v);
      bad_control |= rare & ~high & in_string;
      space |= other_spaces(v);
      if (high != 0) {
        if (non_ascii_end == 0) non_ascii_begin = at;
        non_ascii_end = at + 64;
      }
    }
    spaces |= space & ~in_string & within;

    const Mask scalar = ~(op | space);
    const Mask inside_scalar = scalar & ~quotes;
    const Mask follows = inside_scalar << 1 | scalar_before;
    scalar_before = inside_scalar >> 63;
    const Mask structural = (op | (scalar & ~follows)) & ~(in_string ^ quotes);

    const __m512i found = _mm512_maskz_compress_epi8(structural, v);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(characters), _mm512_castsi512_si128(found));
    const __m512i places = _mm512_maskz_compress_epi8(structural, indexes);
    const int n = __builtin_popcountll(structural);
    _mm512_storeu_si512(positions, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
    if (__builtin_expect(n > 16, 0)) {
      _mm512_storeu_si512(characters, found);
      const auto more = [&](std::uint32_t* to, __m128i bytes) {
        _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(bytes)));
      };
      more(positions + 16, _mm512_extracti32x4_epi32(places, 1));
      more(positions + 32, _mm512_extracti32x4_epi32(places, 2));
      more(positions + 48, _mm512_extracti32x4_epi32(places, 3));
    }
    positions += n;
    characters += n;
    base = _mm512_add_epi32(base, _mm512_set1_epi32(64));
  }
  out.count = static_cast<std::size_t>(positions - out.positions);
  out.escape_count = static_cast<std::size_t>(escape_blocks - out.escapes);
  out.spaced = spaces != 0;
  out.non_ascii_begin = non_ascii_begin;
  out.non_ascii_end = non_ascii_end;
  if (string_before != 0) return StructureDamage::unclosed_string;
  return bad_control != 0 ? StructureDamage::control_character : StructureDamage::none;
}

}  // namespace gw::json::internal
#endif

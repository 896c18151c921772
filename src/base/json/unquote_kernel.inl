// The loops shared by all variants of unquote.h. Included by unquote*.cpp, each compiled for its own processor, with
//   struct Block {
//     explicit Block(const char*);                      // 64 bytes
//     unsigned long long eq(char) const;
//     unsigned long long below_space() const;           // unsigned
//     void keep(unsigned long long, char* to) const;    // those bytes, side by side; may write 64
//   };
// Uses no inline function of the standard library: see brackets_kernel.inl.

namespace {

constexpr std::size_t kUnquoteBlock = 64;

// Which characters are escaped by a backslash (an odd run of them before), carrying over block borders.
inline unsigned long long escaped_in(unsigned long long backslash, unsigned long long& carry) {
  constexpr unsigned long long kEven = 0x5555555555555555ull;
  backslash &= ~carry;
  const unsigned long long follows = backslash << 1 | carry;
  const unsigned long long odd_starts = backslash & ~kEven & ~follows;
  unsigned long long even_sequences = 0;
  carry = __builtin_uaddll_overflow(odd_starts, backslash, &even_sequences) ? 1 : 0;
  return (kEven ^ (even_sequences << 1)) & follows;
}

inline QuotedEnd find_quoted_end_loop(const char* text, std::size_t size) {
  unsigned long long carry = 0;
  unsigned long long bad = 0;
  for (std::size_t at = 0; at < size; at += kUnquoteBlock) {
    const Block block(text + at);
    const unsigned long long backslash = block.eq('\\');
    const unsigned long long quote = block.eq('"');
    const unsigned long long escaped = escaped_in(backslash, carry);
    const unsigned long long wrong = block.below_space() | (escaped & ~(quote | backslash | block.eq('/')));
    const unsigned long long ends = quote & ~escaped;
    if (ends != 0) {
      const auto first = static_cast<unsigned>(__builtin_ctzll(ends));
      bad |= wrong & ((1ull << first) - 1);
      const std::size_t end = at + first;
      return end < size ? QuotedEnd{end, true, bad == 0} : QuotedEnd{};
    }
    bad |= wrong;
  }
  return {};
}

inline std::size_t unquote_loop(const char* text, std::size_t size, char* to) {
  char* const begin = to;
  unsigned long long carry = 0;
  for (std::size_t at = 0; at < size; at += kUnquoteBlock) {
    const Block block(text + at);
    const unsigned long long backslash = block.eq('\\');
    unsigned long long kept = ~(backslash & ~escaped_in(backslash, carry));
    if (size - at < kUnquoteBlock) kept &= (1ull << (size - at)) - 1;
    block.keep(kept, to);
    to += __builtin_popcountll(kept);
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace

// The loop shared by all variants. Included by brackets_*.cpp, each compiled for its own processor, with
//   struct Block { explicit Block(const char*); uint64_t eq(char) const; uint64_t eq_or_0x20(char) const; };
//   uint64_t prefix_xor(uint64_t);
// in an anonymous namespace. Uses no inline function of the standard library: the linker could otherwise keep the copy
// that was compiled for a newer processor.

namespace {

constexpr unsigned long long kEvenBits = 0x5555555555555555ull;

// Which characters are escaped by a backslash (an odd run of them before), carrying over block borders.
inline unsigned long long escaped_by(unsigned long long backslash, unsigned long long& carry) {
  if (backslash == 0) {
    const unsigned long long escaped = carry;
    carry = 0;
    return escaped;
  }
  backslash &= ~carry;
  const unsigned long long follows = backslash << 1 | carry;
  const unsigned long long odd_starts = backslash & ~kEvenBits & ~follows;
  unsigned long long even_sequences = 0;
  carry = __builtin_uaddll_overflow(odd_starts, backslash, &even_sequences) ? 1 : 0;
  return (kEvenBits ^ (even_sequences << 1)) & follows;
}

// One block's brackets outside strings, given the string state before it, which is brought up to date.
inline BracketMasks read_block(const char* text, unsigned long long& in_string, unsigned long long& escaped_carry) {
  const Block block(text);
  const unsigned long long escaped = escaped_by(block.eq('\\'), escaped_carry);
  const unsigned long long quotes = block.eq('"') & ~escaped;
  const unsigned long long inside = prefix_xor(quotes) ^ in_string;
  in_string = static_cast<unsigned long long>(static_cast<long long>(inside) >> 63);
  BracketMasks masks;
  masks.opens = block.eq_or_0x20('{') & ~inside;
  masks.closes = block.eq_or_0x20('}') & ~inside;
  return masks;
}

inline std::size_t skip_blocks_loop(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                    BracketMasks& masks) {
  unsigned long long in_string = state.in_string;
  unsigned long long escaped_carry = state.escaped;
  std::int64_t depth = state.depth;
  std::size_t i = 0;
  for (; i < blocks; ++i) {
    const BracketMasks m = read_block(text + i * kBlock, in_string, escaped_carry);
    if (depth - __builtin_popcountll(m.closes) <= level) {
      masks = m;
      break;
    }
    depth += __builtin_popcountll(m.opens) - __builtin_popcountll(m.closes);
  }
  state.in_string = in_string;
  state.escaped = escaped_carry;
  state.depth = depth;
  return i;
}

inline std::size_t count_blocks_loop(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                     std::uint64_t& values) {
  unsigned long long in_string = state.in_string;
  unsigned long long escaped_carry = state.escaped;
  std::int64_t depth = state.depth;
  std::size_t i = 0;
  for (; i < blocks; ++i) {
    const unsigned long long string_before = in_string;
    const unsigned long long escaped_before = escaped_carry;
    const BracketMasks m = read_block(text + i * kBlock, in_string, escaped_carry);
    if (depth - __builtin_popcountll(m.closes) > level) {
      depth += __builtin_popcountll(m.opens) - __builtin_popcountll(m.closes);
      continue;
    }
    std::int64_t d = depth;
    std::uint64_t n = 0;
    unsigned long long bits = m.opens | m.closes;
    for (; bits != 0; bits &= bits - 1) {
      const bool opens = (m.opens & (bits & -bits)) != 0;
      n += opens && d == level ? 1 : 0;
      d += opens ? 1 : -1;
      if (d < level) break;
    }
    if (bits != 0) {  // below the level: this block is left unread
      in_string = string_before;
      escaped_carry = escaped_before;
      break;
    }
    values += n;
    depth = d;
  }
  state.in_string = in_string;
  state.escaped = escaped_carry;
  state.depth = depth;
  return i;
}

}  // namespace

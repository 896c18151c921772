// The loop shared by all variants. Included by brackets_*.cpp, each compiled for its own processor, with
//   struct Block { explicit Block(const char*); uint64_t eq(char) const; uint64_t eq_or_0x20(char) const; };
//   uint64_t prefix_xor(uint64_t);
// in an anonymous namespace. Uses no inline function of the standard library: the linker could otherwise keep the copy
// that was compiled for a newer processor.

namespace {

constexpr std::size_t kAhead =
    2048;  // far enough for a farther cache; processors do not look beyond a page by themselves
constexpr unsigned long long kEvenBits = 0x5555555555555555ull;

// Which characters are escaped by a backslash (an odd run of them before), carrying over block borders.
__attribute__((noinline, cold)) unsigned long long escaped_by(unsigned long long backslash, unsigned long long& carry) {
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

// One block: its quotes that are not escaped, and its brackets, in strings or not.
struct Seen {
  unsigned long long quotes;
  unsigned long long opens;
  unsigned long long closes;
};

inline BracketMasks outside_strings(const Seen& seen, unsigned long long& in_string) {
  const unsigned long long inside = prefix_xor(seen.quotes) ^ in_string;
  in_string = static_cast<unsigned long long>(static_cast<long long>(inside) >> 63);
  BracketMasks masks;
  masks.opens = ~inside & seen.opens;
  masks.closes = ~inside & seen.closes;
  return masks;
}

// One block's brackets outside strings, given the string state before it, which is brought up to date.
inline BracketMasks read_block(const char* text, unsigned long long& in_string, unsigned long long& escaped_carry) {
  const Block block(text);
  const unsigned long long backslash = block.eq('\\');
  Seen seen{block.eq('"'), block.eq_or_0x20('{'), block.eq_or_0x20('}')};
  if (__builtin_expect((backslash | escaped_carry) != 0, 0)) seen.quotes &= ~escaped_by(backslash, escaped_carry);
  return outside_strings(seen, in_string);
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

// Counts in `values` the closing brackets that bring the depth down to `level`. False when it falls below.
inline bool count_ends(const BracketMasks& m, std::int64_t level, std::int64_t depth, std::uint64_t& values) {
  std::uint64_t ended = 0;
  std::int64_t above = depth - level;
  for (unsigned long long closes = m.closes; closes != 0; closes &= closes - 1) {
    const unsigned long long before = (closes & -closes) - 1;
    --above;
    const std::int64_t now = above + __builtin_popcountll(m.opens & before);
    if (now < 0) return false;
    ended += now == 0 ? 1 : 0;
  }
  values += ended;
  return true;
}

// One block. False when the depth falls below `level` in it: then it is left unread.
inline bool count_block(const char* text, std::int64_t level, BracketState& state, std::uint64_t& values) {
  unsigned long long in_string = state.in_string;
  unsigned long long escaped_carry = state.escaped;
  const BracketMasks m = read_block(text, in_string, escaped_carry);
  if (!count_ends(m, level, state.depth, values)) return false;
  state.in_string = in_string;
  state.escaped = escaped_carry;
  state.depth += __builtin_popcountll(m.opens) - __builtin_popcountll(m.closes);
  return true;
}

// Pairs of blocks without a backslash, as almost all are: the steps of two hide each other's latency. Returns how many
// blocks were read.
inline std::size_t count_pairs(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                               std::uint64_t& values) {
  unsigned long long in_string = state.in_string;
  const unsigned long long escaped_carry = state.escaped;
  std::int64_t depth = state.depth;
  std::size_t i = 0;
  for (; i + 2 <= blocks; i += 2) {
    __builtin_prefetch(text + i * kBlock + kAhead);
    __builtin_prefetch(text + (i + 1) * kBlock + kAhead);
    const Block one(text + i * kBlock);
    const Block two(text + (i + 1) * kBlock);
    const unsigned long long backslashes = one.eq('\\') | two.eq('\\') | escaped_carry;
    const Seen a{one.eq('"'), one.eq_or_0x20('{'), one.eq_or_0x20('}')};
    const Seen b{two.eq('"'), two.eq_or_0x20('{'), two.eq_or_0x20('}')};
    if (__builtin_expect(backslashes != 0, 0)) break;
    unsigned long long in_string_after = in_string;
    const BracketMasks m = outside_strings(a, in_string_after);
    const BracketMasks n = outside_strings(b, in_string_after);
    const std::int64_t lowest_one = depth - __builtin_popcountll(m.closes);
    const std::int64_t between = lowest_one + __builtin_popcountll(m.opens);
    const std::int64_t lowest_two = between - __builtin_popcountll(n.closes);
    if (__builtin_expect((lowest_one <= level) | (lowest_two <= level), 0)) {
      std::uint64_t ended = 0;
      if (!count_ends(m, level, depth, ended) || !count_ends(n, level, between, ended)) break;
      values += ended;
    }
    depth = lowest_two + __builtin_popcountll(n.opens);
    in_string = in_string_after;
  }
  state.in_string = in_string;
  state.depth = depth;
  return i;
}

inline std::size_t count_blocks_loop(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                     std::uint64_t& values) {
  for (std::size_t i = 0; i < blocks; ++i) {
    i += count_pairs(text + i * kBlock, blocks - i, level, state, values);
    if (i >= blocks) break;
    if (!count_block(text + i * kBlock, level, state, values)) return i;
  }
  return blocks;
}

}  // namespace

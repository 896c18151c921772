// The portable variant, and the choice among the variants at run time.
#include "base/json/brackets.h"

#include <cstring>

namespace gw::json {
namespace {

struct Block {
  explicit Block(const char* p) : bytes(p) {}
  [[nodiscard]] unsigned long long eq(char c) const {
    unsigned long long mask = 0;
    for (unsigned i = 0; i < kBlock; ++i) mask |= static_cast<unsigned long long>(bytes[i] == c) << i;
    return mask;
  }
  [[nodiscard]] unsigned long long eq_or_0x20(char c) const {
    unsigned long long mask = 0;
    for (unsigned i = 0; i < kBlock; ++i) mask |= static_cast<unsigned long long>((bytes[i] | 0x20) == c) << i;
    return mask;
  }
  const char* bytes;
};

inline unsigned long long prefix_xor(unsigned long long bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

#include "base/json/brackets_kernel.inl"

#if defined(__x86_64__)
std::size_t skip_blocks_avx2(const char*, std::size_t, std::int64_t, BracketState&, BracketMasks&);
std::size_t skip_blocks_avx512(const char*, std::size_t, std::int64_t, BracketState&, BracketMasks&);
std::size_t count_blocks_avx2(const char*, std::size_t, std::int64_t, BracketState&, std::uint64_t&);
std::size_t count_blocks_avx512(const char*, std::size_t, std::int64_t, BracketState&, std::uint64_t&);
#endif

namespace {

std::size_t skip_blocks_portable(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                 BracketMasks& masks) {
  return skip_blocks_loop(text, blocks, level, state, masks);
}

std::size_t count_blocks_portable(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                  std::uint64_t& values) {
  return count_blocks_loop(text, blocks, level, state, values);
}

struct Variant {
  const char* name;
  SkipBlocks skip;
  CountBlocks count;
};

Variant variant(const char* name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool pclmul =
      __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
  if (std::strcmp(name, "avx2") == 0 && pclmul && __builtin_cpu_supports("avx2")) {
    return {"avx2", skip_blocks_avx2, count_blocks_avx2};
  }
  if (std::strcmp(name, "avx512") == 0 && pclmul && __builtin_cpu_supports("avx512bw")) {
    return {"avx512", skip_blocks_avx512, count_blocks_avx512};
  }
#endif
  if (std::strcmp(name, "portable") == 0) return {"portable", skip_blocks_portable, count_blocks_portable};
  return {nullptr, nullptr, nullptr};
}

Variant best() {
  if (const Variant v = variant("avx512"); v.name != nullptr) return v;
  if (const Variant v = variant("avx2"); v.name != nullptr) return v;
  return variant("portable");
}

const Variant kBest = best();

}  // namespace

SkipBlocks skip_blocks_variant(const char* name) { return variant(name).skip; }
CountBlocks count_blocks_variant(const char* name) { return variant(name).count; }

const char* brackets_variant() { return kBest.name; }

std::size_t skip_blocks(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                        BracketMasks& masks) {
  return kBest.skip(text, blocks, level, state, masks);
}

std::size_t count_blocks(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                         std::uint64_t& values) {
  return kBest.count(text, blocks, level, state, values);
}

std::optional<std::uint64_t> ElementFinder::number_at(std::size_t offset) {
  if (offset >= list_.size() || offset < block_ * kBlock) return std::nullopt;
  const std::size_t target = offset / kBlock;
  const std::size_t wanted = target - block_;
  if (count_blocks(list_.data() + block_ * kBlock, wanted, 0, state_, values_) != wanted) return std::nullopt;
  block_ = target;
  // Within the block, up to the offset: what comes behind is blanked out.
  char block[kBlock];
  std::memset(block, ' ', sizeof block);
  const std::size_t begin = target * kBlock;
  std::memcpy(block, list_.data() + begin, offset - begin);
  BracketState state = state_;
  std::uint64_t before = values_;
  if (count_blocks(block, 1, 0, state, before) != 1) return std::nullopt;
  const char c = list_[offset];
  if (state.depth != 0 || state.in_string != 0 || (c != '{' && c != '[')) return std::nullopt;
  return before + 1;
}

}  // namespace gw::json

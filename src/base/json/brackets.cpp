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
#endif

namespace {

std::size_t skip_blocks_portable(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                 BracketMasks& masks) {
  return skip_blocks_loop(text, blocks, level, state, masks);
}

struct Variant {
  const char* name;
  SkipBlocks function;
};

Variant best() {
  if (const SkipBlocks function = skip_blocks_variant("avx512")) return {"avx512", function};
  if (const SkipBlocks function = skip_blocks_variant("avx2")) return {"avx2", function};
  return {"portable", skip_blocks_portable};
}

const Variant kBest = best();

}  // namespace

SkipBlocks skip_blocks_variant(const char* name) {
  if (std::strcmp(name, "portable") == 0) return skip_blocks_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool pclmul = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt");
  if (std::strcmp(name, "avx2") == 0 && pclmul && __builtin_cpu_supports("avx2")) return skip_blocks_avx2;
  if (std::strcmp(name, "avx512") == 0 && pclmul && __builtin_cpu_supports("avx512bw")) return skip_blocks_avx512;
#endif
  return nullptr;
}

const char* brackets_variant() { return kBest.name; }

std::size_t skip_blocks(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                        BracketMasks& masks) {
  return kBest.function(text, blocks, level, state, masks);
}

}  // namespace gw::json

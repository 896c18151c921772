// Finding brackets outside strings, 64 bytes at a time: what it takes to cut a text into JSON values without parsing them.
//
// skip_blocks() runs while no value can end: that is almost always, so it costs little more than reading the memory. The
// widest variant that the processor offers is chosen at run time (AVX-512, AVX2, portable). Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::json {

inline constexpr std::size_t kBlock = 64;

// Where the reading stands between two blocks.
struct BracketState {
  std::uint64_t in_string = 0;  // all ones inside a string
  std::uint64_t escaped = 0;    // 1 when the next character is escaped
  std::int64_t depth = 0;       // brackets open before the block
};

// The brackets of one block that stand outside strings; bit i is byte i.
struct BracketMasks {
  std::uint64_t opens = 0;
  std::uint64_t closes = 0;
};

// Reads whole blocks while the depth stays above `level` throughout. Returns the index of the first block in which it may
// not, with that block's masks in `masks` and its effect on the string state applied, but not on the depth; or `blocks`
// when there is none.
[[nodiscard]] std::size_t skip_blocks(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                      BracketMasks& masks);

// Which variant is in use ("avx512", "avx2", "portable"); and, for tests, one by name (nullptr when not available here).
using SkipBlocks = std::size_t (*)(const char*, std::size_t, std::int64_t, BracketState&, BracketMasks&);
[[nodiscard]] const char* brackets_variant();
[[nodiscard]] SkipBlocks skip_blocks_variant(const char* name);

}  // namespace gw::json

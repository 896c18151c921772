// Finding brackets outside strings, 64 bytes at a time: what it takes to cut a text into JSON values without parsing them.
//
// skip_blocks() runs while no value can end: that is almost always, so it costs little more than reading the memory. The
// widest variant that the processor offers is chosen at run time (AVX-512, AVX2, portable). Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

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

// Reads whole blocks on and counts the values that end where the depth is `level`: all that began, where it is. Returns `blocks`, or the index of the
// block in which the depth falls below `level`, with that block unread.
[[nodiscard]] std::size_t count_blocks(const char* text, std::size_t blocks, std::int64_t level, BracketState& state,
                                       std::uint64_t& values);

// The elements of a list, by where they begin: tells whether one begins at an offset, and which. Offsets are asked in
// ascending order; the text before them is read once.
class ElementFinder {
 public:
  // `list` is the text behind the opening bracket.
  explicit ElementFinder(std::string_view list) : list_(list) {}
  // The number of the element, from 1, that begins at `offset`; nullopt when none does, or the list has ended.
  [[nodiscard]] std::optional<std::uint64_t> number_at(std::size_t offset);

 private:
  std::string_view list_;
  BracketState state_;
  std::size_t block_ = 0;  // blocks read
  std::uint64_t values_ = 0;
};

// Which variant is in use ("avx512", "avx2", "portable"); and, for tests, one by name (nullptr when not available here).
using SkipBlocks = std::size_t (*)(const char*, std::size_t, std::int64_t, BracketState&, BracketMasks&);
[[nodiscard]] const char* brackets_variant();
[[nodiscard]] SkipBlocks skip_blocks_variant(const char* name);
using CountBlocks = std::size_t (*)(const char*, std::size_t, std::int64_t, BracketState&, std::uint64_t&);
[[nodiscard]] CountBlocks count_blocks_variant(const char* name);

}  // namespace gw::json

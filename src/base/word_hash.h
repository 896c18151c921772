// A cheap hash of a word, for fixed tables of our own words. Not for tables that grow with what others write: it can be
// aimed at (base/siphash.h cannot). Pure.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace gw {

[[nodiscard]] inline std::uint64_t word_hash(std::string_view word) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (word.size() >= 8) {
    std::memcpy(&head, word.data(), 8);
    std::memcpy(&tail, word.data() + word.size() - 8, 8);
  } else {
    for (const char c : word) head = head << 8 | static_cast<unsigned char>(c);
  }
  const std::uint64_t hash = (head ^ (tail << 1) ^ word.size()) * 0x9E3779B97F4A7C15ull;
  return hash ^ hash >> 32;
}

}  // namespace gw

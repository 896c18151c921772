// Remembers event keys, exactly or for the last kDedupeWindow of them, to tell a record's second copy.
//
// Eight bytes a key: 50 bits of a keyed hash of the key and 14 of one of the content. Two different keys share the 50 bits
// about once in 10^9 lookups against a full window; then the contents differ (but for one time in 16,384) and the record is
// told as a conflict, not dropped. Not thread-safe, but for entry().
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/siphash.h"
#include "engine/scan/scan.h"

namespace gw::scan {

class SeenKeys {
 public:
  enum class Answer : std::uint8_t { fresh, duplicate, conflict };

  // What is remembered of a record; pure.
  [[nodiscard]] static std::uint64_t entry(SipKey key, std::string_view event_key, std::string_view content);

  explicit SeenKeys(Dedupe mode) : mode_(mode), generations_(1) {}
  [[nodiscard]] Answer add(std::uint64_t entry);

 private:
  // Open addressing with linear probing; 0 is free.
  struct Table {
    std::vector<std::uint64_t> slots;
    std::size_t used = 0;
  };
  static bool find(const Table& table, std::uint64_t entry, bool& conflict);
  static void insert(Table& table, std::uint64_t entry);

  Dedupe mode_;
  std::vector<Table> generations_;  // newest last; exact mode has one
};

}  // namespace gw::scan

// The window is kept as generations: keys go into the newest; when it is full the oldest is dropped, so that between
// kDedupeWindow and kDedupeWindow + one generation of keys are remembered.
#include "engine/scan/seen_keys.h"

#include <algorithm>

namespace gw::scan {
namespace {

constexpr unsigned kContentBits = 14;
constexpr std::uint64_t kContentMask = (1u << kContentBits) - 1;
// A generation fills 2^17 slots (1 MiB) to just under four fifths.
constexpr std::size_t kGenerationSize = 104'000;
constexpr std::size_t kGenerations = (kDedupeWindow + kGenerationSize - 1) / kGenerationSize + 1;

std::size_t home(std::uint64_t entry, std::size_t slots) {
  return static_cast<std::size_t>(entry >> kContentBits) & (slots - 1);
}

}  // namespace

std::uint64_t SeenKeys::entry(SipKey key, std::string_view event_key, std::string_view content) {
  const std::uint64_t entry = (siphash(key, event_key) & ~kContentMask) | (siphash(key, content) & kContentMask);
  return entry == 0 ? 1 : entry;
}

bool SeenKeys::find(const Table& table, std::uint64_t entry, bool& conflict) {
  if (table.slots.empty()) return false;
  bool found = false;
  for (std::size_t i = home(entry, table.slots.size()); table.slots[i] != 0;
       i = i + 1 == table.slots.size() ? 0 : i + 1) {
    if (((table.slots[i] ^ entry) & ~kContentMask) != 0) continue;
    if (table.slots[i] == entry) {
      conflict = false;
      return true;
    }
    found = conflict = true;
  }
  return found;
}

void SeenKeys::insert(Table& table, std::uint64_t entry) {
  if ((table.used + 1) * 5 > table.slots.size() * 4) {
    Table larger;
    larger.slots.resize(std::max<std::size_t>(1024, table.slots.size() * 2));
    for (const std::uint64_t old : table.slots) {
      if (old != 0) insert(larger, old);
    }
    table = std::move(larger);
  }
  std::size_t i = home(entry, table.slots.size());
  while (table.slots[i] != 0) i = i + 1 == table.slots.size() ? 0 : i + 1;
  table.slots[i] = entry;
  ++table.used;
}

SeenKeys::Answer SeenKeys::add(std::uint64_t entry) {
  if (mode_ == Dedupe::off) return Answer::fresh;
  bool conflict = false;
  for (auto table = generations_.rbegin(); table != generations_.rend(); ++table) {
    if (!find(*table, entry, conflict)) continue;
    if (!conflict) return Answer::duplicate;
    break;
  }
  if (mode_ == Dedupe::window && generations_.back().used >= kGenerationSize) {
    if (generations_.size() == kGenerations) generations_.erase(generations_.begin());
    generations_.emplace_back();
  }
  insert(generations_.back(), entry);
  return conflict ? Answer::conflict : Answer::fresh;
}

}  // namespace gw::scan

// What an EventSet is compiled to. Internal to this folder.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/literals.h"
#include "domain/pattern/event_set.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {

inline constexpr std::uint32_t kNoNumber = ~std::uint32_t{0};

__extension__ using Wide = unsigned __int128;

// Sixteen bytes a step; every byte counts, as the texts of a set may begin and end alike.
[[nodiscard]] inline std::uint64_t text_hash(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  const auto load = [](const char* from, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    return word;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = seed ^ kOdd;
  for (; left > 16; at += 16, left -= 16) hash = mix(load(at, 8) ^ hash, load(at + 8, 8) ^ kOdd);
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  if (left >= 8) {
    first = load(at, 8);
    second = load(at + left - 8, 8);
  } else if (left >= 4) {
    first = load(at, 4);
    second = load(at + left - 4, 4);
  } else if (left > 0) {
    first = static_cast<unsigned char>(at[0]) | std::uint64_t{static_cast<unsigned char>(at[left / 2])} << 8 |
            std::uint64_t{static_cast<unsigned char>(at[left - 1])} << 16;
  }
  return mix(first ^ hash, second ^ kOdd ^ (text.size() << 32));
}

// memcmp() of texts that are short as a rule, without a call.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  const auto same = [&]<class Word>(Word, std::size_t at) {
    Word x;
    Word y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x == y;
  };
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8)
      if (!same(std::uint64_t{}, at)) return false;
    return same(std::uint64_t{}, size - 8);
  }
  if (size >= 4) return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - 4);
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

// A part of another vector.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
};

// From a text, under a number, to a Range: open addressing over slots of eight bytes.
class TextTable {
 public:
  struct Entry {
    std::uint32_t text = 0;  // where it begins in the pool
    std::uint32_t size = 0;
    std::uint32_t under = 0;
    Range range;
  };
  [[nodiscard]] const Entry* find(std::uint32_t under, std::string_view text) const {
    if (slots_.empty()) return nullptr;
    const std::uint64_t hash = text_hash(text, under);
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot slot = slots_[i];
      if (slot.entry == kNoNumber) return nullptr;
      if (slot.tag != static_cast<std::uint32_t>(hash >> 32)) continue;
      const Entry& entry = entries_[slot.entry];
      if (entry.under == under && entry.size == text.size() &&
          same_bytes(pool_.data() + entry.text, text.data(), text.size()))
        return &entry;
    }
  }
  // The entry's number, of a new one when there was none.
  std::uint32_t add(std::uint32_t under, std::string_view text);
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }
  [[nodiscard]] std::size_t memory() const {
    return slots_.capacity() * sizeof(Slot) + entries_.capacity() * sizeof(Entry) + pool_.capacity();
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = kNoNumber;
  };
  void grow();
  std::vector<Slot> slots_;
  std::vector<Entry> entries_;
  std::string pool_;
  std::size_t mask_ = 0;
};

// From a state and a leaf to the next state.
class Transitions {
 public:
  [[nodiscard]] std::uint32_t find(std::uint32_t state, std::uint32_t leaf) const {
    if (slots_.empty()) return kNoNumber;
    const std::uint64_t key = std::uint64_t{state} << 32 | leaf;
    for (std::size_t i = spread(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i].to == kNoNumber || slots_[i].key == key) return slots_[i].to;
    }
  }
  void add(std::uint32_t state, std::uint32_t leaf, std::uint32_t to);
  [[nodiscard]] std::size_t memory() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t to = kNoNumber;
  };
  static std::uint64_t spread(std::uint64_t key) {
    key *= 0x9E3779B97F4A7C15ull;
    return key ^ key >> 29;
  }
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::size_t mask_ = 0;
};

// What of a record EventBridge's envelope is made of, or tells that it is one.
enum class Told : std::uint8_t { source, name, type, recipient, region, time, id, identity_account, version, none };
inline constexpr std::size_t kTold = 8;  // those that are read from a record

struct EventMachine {
  // A place that patterns name, or that lies on the way to one.
  struct Place {
    std::uint64_t key_filter = 0;  // of the members below, for json::Walk
    Range children;                // into `children`
    std::uint32_t number = 0;
    std::uint32_t path = kNoNumber;  // of the conditions here
    Told told = Told::none;
    bool hashed = false;  // the children stand in `keys`, under this place's number, too
  };
  struct Child {
    std::uint32_t size = 0;  // of its key
    std::uint32_t key = 0;   // where it begins in `child_keys`
    std::uint32_t place = 0;
  };

  // How the conditions of one path are looked up. Texts stand in `texts` under kKinds * path + kind.
  enum Kind : std::uint8_t { equal, number_text, number_bits, prefix, suffix, folded, address, kKinds };
  struct Test {
    ValueTest test;
    std::uint32_t leaf = 0;
  };
  struct Path {
    bool has[kKinds] = {};
    Range prefix_sizes;  // into `sizes`
    Range suffix_sizes;
    Range always;  // leaves, into `leaves`: that a scalar is there
    Range is_null;
    Range is_true;
    Range is_false;
    Range tests;   // into `tests`: asked one by one
    Range absent;  // leaves: that no scalar is there
    std::uint32_t place = 0;
    Told told = Told::none;  // of a field of the envelope, what it is made of
  };

  struct Step {
    std::uint32_t path = 0;
    Range next;  // into `edges`
  };
  struct Edge {
    std::uint32_t leaf = 0;
    std::uint32_t to = 0;
  };
  struct State {
    Range steps;     // into `steps`
    Range patterns;  // into `accepted`
  };

  std::vector<Place> places;  // the root first
  std::vector<Child> children;
  std::string child_keys;
  TextTable keys;
  std::vector<Path> paths;
  TextTable texts;
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> leaves;
  std::vector<Test> tests;
  std::vector<std::uint32_t> absences;  // paths whose `absent` is not empty
  std::vector<std::uint32_t> envelope;  // paths that lie outside of the detail
  std::vector<State> states;
  std::vector<Step> steps;
  std::vector<Edge> edges;
  Transitions transitions;
  std::vector<std::uint32_t> accepted;
  std::uint32_t detail = kNoNumber;  // its place
  std::uint32_t leaf_count = 0;

  // What every event that matches holds byte for byte, where that is a few texts: one of each choice (event_screen.h).
  std::vector<Literals> literals;

  // The patterns themselves, for what only they can decide.
  std::string pattern_texts;
  std::vector<Range> patterns;

  [[nodiscard]] std::string_view text_of(std::uint32_t pattern) const {
    const Range range = patterns[pattern];
    return std::string_view(pattern_texts).substr(range.begin, range.end - range.begin);
  }
  [[nodiscard]] std::size_t memory() const;
};

// Appends what tells a test from others.
void append_test(std::string& out, const ValueTest& test);

}  // namespace gw::pattern

#include "domain/pattern/event_machine.h"

#include <algorithm>

namespace gw::pattern {

std::uint32_t TextTable::add(std::uint32_t under, std::string_view text) {
  if (const Entry* found = find(under, text)) return static_cast<std::uint32_t>(found - entries_.data());
  if (slots_.size() < 2 * (entries_.size() + 1)) grow();
  const auto number = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(text.size()), under, {}});
  pool_ += text;
  const std::uint64_t hash = text_hash(text, under);
  std::size_t i = hash & mask_;
  while (slots_[i].entry != kNoNumber) i = (i + 1) & mask_;
  slots_[i] = {static_cast<std::uint32_t>(hash >> 32), number};
  return number;
}

void TextTable::grow() {
  const std::size_t size = std::max<std::size_t>(16, slots_.size() * 2);
  slots_.assign(size, Slot{});
  mask_ = size - 1;
  for (std::size_t n = 0; n < entries_.size(); ++n) {
    const Entry& entry = entries_[n];
    const std::uint64_t hash = text_hash(std::string_view(pool_).substr(entry.text, entry.size), entry.under);
    std::size_t i = hash & mask_;
    while (slots_[i].entry != kNoNumber) i = (i + 1) & mask_;
    slots_[i] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(n)};
  }
}

void Transitions::add(std::uint32_t state, std::uint32_t leaf, std::uint32_t to) {
  if (slots_.size() < 2 * (used_ + 1)) {
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(std::max<std::size_t>(16, old.size() * 2), Slot{});
    mask_ = slots_.size() - 1;
    used_ = 0;
    for (const Slot& slot : old)
      if (slot.to != kNoNumber)
        add(static_cast<std::uint32_t>(slot.key >> 32), static_cast<std::uint32_t>(slot.key), slot.to);
  }
  const std::uint64_t key = std::uint64_t{state} << 32 | leaf;
  std::size_t i = spread(key) & mask_;
  while (slots_[i].to != kNoNumber) i = (i + 1) & mask_;
  slots_[i] = {key, to};
  ++used_;
}

std::size_t EventMachine::memory() const {
  const auto of = [](const auto& vector) { return vector.capacity() * sizeof vector[0]; };
  std::size_t out = of(places) + of(children) + of(paths) + of(sizes) + of(leaves) + of(tests) + of(states) +
                    of(steps) + of(edges) + of(accepted) + of(patterns) + pattern_texts.capacity() +
                    child_keys.capacity() + keys.memory() + texts.memory() + transitions.memory();
  for (const Test& one : tests)
    for (const Node& value : one.test.values) out += sizeof value + value.text.capacity();
  return out;
}

void append_test(std::string& out, const ValueTest& test) {
  out += static_cast<char>('a' + static_cast<int>(test.kind) * 4 + (test.negated ? 2 : 0) + (test.ignore_case ? 1 : 0));
  const auto bytes = [&](const auto& value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
  for (const Node& value : test.values) {
    out += static_cast<char>('0' + static_cast<int>(value.kind) * 2 + (value.truth ? 1 : 0));
    bytes(static_cast<std::uint32_t>(value.text.size()));
    out += value.text;
  }
  if (test.kind == ValueTest::Kind::numeric) {
    bytes(test.low);
    bytes(test.high);
    out += static_cast<char>('0' + static_cast<int>(test.low_bound) * 3 + static_cast<int>(test.high_bound));
  }
  // Of an exact text only whether it stands for an address, too.
  if (test.kind == ValueTest::Kind::cidr) {
    out.append(reinterpret_cast<const char*>(test.block.bytes.data()), test.block.bytes.size());
    bytes(test.block.prefix);
  }
  out += static_cast<char>('0' + test.block.size);
  out += ';';
}

}  // namespace gw::pattern

// A ring of rows, and an open-addressed index from credential to its newest row; rows of one credential are linked backwards.
// The oldest row of all is the last in its credential's list, so forgetting it is O(1): the links that lead to it are known to
// be dead by comparing ages. Linear probing with backward shift, so that nothing has to be rebuilt but for growth.
#include "engine/pipeline/horizon.h"

#include <algorithm>

#include "base/siphash.h"

namespace gw::pipeline {
namespace {

constexpr std::size_t kFirstRows = 1024;
// A row and two places of the index, which is never fuller than half.
constexpr std::size_t kRowBytes = 32 + 2 * sizeof(std::uint32_t);
constexpr unsigned kKindBits = 8;
constexpr std::uint32_t kMaxAccounts = 1u << 16;  // what account ids are remembered; they come from records

std::size_t rows_within(std::size_t bytes) {
  std::size_t rows = kFirstRows;
  while (rows * 2 * kRowBytes <= bytes) rows *= 2;
  return rows;
}

}  // namespace

Horizon::Horizon(std::size_t max_bytes) : max_rows_(rows_within(max_bytes)), mix_(SipKey::random().k0 | 1) {}

std::size_t Horizon::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::size_t Horizon::bytes() const {
  const std::lock_guard lock(mutex_);
  return ring_.size() * kRowBytes;
}

std::optional<Time> Horizon::complete_since() const {
  const std::lock_guard lock(mutex_);
  return complete_since_;
}

// The hashes come from whoever writes records; where they go to, nobody can aim at.
std::size_t Horizon::home(std::uint64_t credential) const {
  return static_cast<std::size_t>(credential * mix_ >> 32) & (index_.size() - 1);
}

// Where the credential stands in the index, or the free place where it would go.
std::size_t Horizon::place(std::uint64_t credential) const {
  std::size_t i = home(credential);
  while (index_[i] != kNone && ring_[index_[i]].credential != credential) i = (i + 1) & (index_.size() - 1);
  return i;
}

void Horizon::erase_place(std::size_t at) {
  const std::size_t mask = index_.size() - 1;
  --used_;
  for (std::size_t next = (at + 1) & mask;; next = (next + 1) & mask) {
    if (index_[next] == kNone) break;
    const std::size_t wanted = home(ring_[index_[next]].credential);
    if (((next - wanted) & mask) >= ((next - at) & mask)) {
      index_[at] = index_[next];
      at = next;
    }
  }
  index_[at] = kNone;
}

void Horizon::forget_oldest() {
  const std::size_t at = place(ring_[head_].credential);
  if (index_[at] == head_) erase_place(at);
  head_ = (head_ + 1) & (ring_.size() - 1);
  --count_;
  if (--added_[added_head_].rows == 0) ++added_head_;
  if (added_head_ > 64 && added_head_ * 2 > added_.size()) {
    added_.erase(added_.begin(), added_.begin() + static_cast<std::ptrdiff_t>(added_head_));
    added_head_ = 0;
  }
}

// A link leads to a living row only if that one is older than the row which holds it: its slot may have been used again.
bool Horizon::is_before(std::uint32_t slot, std::uint32_t other) const {
  const std::size_t mask = ring_.size() - 1;
  return ((slot - head_) & mask) < ((other - head_) & mask);
}

void Horizon::link(std::uint32_t slot) {
  const std::size_t at = place(ring_[slot].credential);
  ring_[slot].before = index_[at];
  if (index_[at] == kNone) ++used_;
  index_[at] = slot;
}

void Horizon::grow() {
  std::vector<Row> rows;
  rows.reserve(std::max(kFirstRows, ring_.size() * 2));
  for (std::size_t i = 0; i < count_; ++i) rows.push_back(ring_[(head_ + i) & (ring_.size() - 1)]);
  rows.resize(std::max(kFirstRows, ring_.size() * 2));
  ring_ = std::move(rows);
  head_ = 0;
  index_.assign(ring_.size() * 2, kNone);
  used_ = 0;
  for (std::size_t i = 0; i < count_; ++i) link(static_cast<std::uint32_t>(i));
}

std::uint32_t Horizon::account_number(const std::string& account) {
  const auto found = account_numbers_.find(account);
  if (found != account_numbers_.end()) return found->second;
  if (accounts_.size() >= kMaxAccounts || account.size() > 64) return account_number("");
  const auto number = static_cast<std::uint32_t>(accounts_.size());
  accounts_.push_back(account);
  account_numbers_.emplace(account, number);
  return number;
}

void Horizon::add(std::span<const ports::ChainRow> rows, Time now) {
  const std::lock_guard lock(mutex_);
  if (accounts_.empty()) (void)account_number("");
  while (count_ > 0 && added_[added_head_].at.micros < now.micros - kHorizonMicros) forget_oldest();
  if (complete_since_ && complete_since_->micros < now.micros - kHorizonMicros) complete_since_.reset();
  if (rows.empty()) return;
  if (added_.size() > added_head_ && added_.back().at == now) {
    added_.back().rows += rows.size();
  } else {
    added_.push_back({rows.size(), now});
  }
  for (const ports::ChainRow& row : rows) {
    if (count_ == ring_.size()) {
      if (ring_.size() < max_rows_) {
        grow();
      } else {
        complete_since_ = added_[added_head_].at;
        forget_oldest();
      }
    }
    const auto slot = static_cast<std::uint32_t>((head_ + count_) & (ring_.size() - 1));
    ring_[slot] = {row.credential, row.event, row.time.micros, kNone,
                   account_number(row.account_id) << kKindBits | row.kinds};
    ++count_;
    link(slot);
  }
}

std::vector<ports::ChainRow> Horizon::lookup(std::uint64_t credential, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<ports::ChainRow> found;
  if (ring_.empty()) return found;
  for (std::uint32_t slot = index_[place(credential)]; slot != kNone && found.size() < limit;) {
    const Row& row = ring_[slot];
    ports::ChainRow out;
    out.credential = row.credential;
    out.event = row.event;
    out.time = Time{row.time};
    out.kinds = static_cast<model::ActivityKinds>(row.account_and_kinds & ((1u << kKindBits) - 1));
    out.account_id = accounts_[row.account_and_kinds >> kKindBits];
    found.push_back(std::move(out));
    if (row.before == kNone || !is_before(row.before, slot)) break;
    slot = row.before;
  }
  return found;
}

void Horizon::grant(std::uint64_t credential) {
  const std::lock_guard lock(mutex_);
  if (!granted_.insert(credential).second) return;
  any_granted_.store(true, std::memory_order_release);
  granted_order_.push_back(credential);
  if (granted_order_.size() > kMaxGranted) {
    granted_.erase(granted_order_.front());
    granted_order_.pop_front();
  }
}

bool Horizon::is_granted(std::uint64_t credential) const {
  if (!any_granted_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(mutex_);
  return granted_.contains(credential);
}

}  // namespace gw::pipeline

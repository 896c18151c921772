// The chain horizon in memory: which calls were signed by which temporary credentials, of the last 24 hours.
//
// Rows are told once, in the order of their commits; the oldest are forgotten when they are older than the horizon or when
// the memory is used up. Nothing is promised about rows before complete_since(). Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/time.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

inline constexpr std::int64_t kHorizonMicros = std::int64_t{24} * 3600 * 1'000'000;

class Horizon {
 public:
  // `max_bytes` bounds the memory of rows and index together.
  explicit Horizon(std::size_t max_bytes = std::size_t{64} << 20);

  // Adds what was committed, and forgets what is older than the horizon at `now` (which never goes back).
  void add(std::span<const ports::ChainRow> rows, Time now);
  // The rows of a credential (session::chain_hash of its access key), newest first, at most `limit`.
  [[nodiscard]] std::vector<ports::ChainRow> lookup(std::uint64_t credential, std::size_t limit = 10'000) const;
  // A session handed out this credential: calls with it count for the session from now on. The latest kMaxGranted are
  // remembered.
  void grant(std::uint64_t credential);
  [[nodiscard]] bool is_granted(std::uint64_t credential) const;
  static constexpr std::size_t kMaxGranted = 100'000;

  // Rows of commits before this were forgotten for want of memory; nullopt: none were within the horizon.
  [[nodiscard]] std::optional<Time> complete_since() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  // 32 bytes. A row's number is counted from the first one ever; its slot is that modulo the size of the ring.
  struct Row {
    std::uint64_t credential;
    std::uint64_t event;
    std::int64_t time;
    std::uint32_t before;  // the slot of the row before with this credential, or kNone
    std::uint32_t account_and_kinds;
  };
  void forget_oldest();
  void grow();
  void link(std::uint32_t slot);
  [[nodiscard]] std::size_t home(std::uint64_t credential) const;
  [[nodiscard]] std::size_t place(std::uint64_t credential) const;
  void erase_place(std::size_t at);
  [[nodiscard]] std::uint32_t account_number(const std::string& account);
  [[nodiscard]] bool is_before(std::uint32_t slot, std::uint32_t other) const;

  const std::size_t max_rows_;
  const std::uint64_t mix_;  // odd
  mutable std::mutex mutex_;
  std::vector<Row> ring_;
  std::size_t head_ = 0;  // the oldest
  std::size_t count_ = 0;
  struct Added {  // when rows were added
    std::size_t rows;
    Time at;
  };
  std::vector<Added> added_;  // oldest first, from added_head_
  std::size_t added_head_ = 0;
  std::vector<std::uint32_t> index_;  // open addressing over credentials: the slot of the newest row, or kNone
  std::size_t used_ = 0;
  std::vector<std::string> accounts_;
  std::unordered_map<std::string, std::uint32_t> account_numbers_;
  std::optional<Time> complete_since_;
  std::atomic<bool> any_granted_ = false;  // mostly not, and then nothing is looked up
  std::unordered_set<std::uint64_t> granted_;
  std::deque<std::uint64_t> granted_order_;
};

}  // namespace gw::pipeline

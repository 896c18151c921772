// What an operator does to a store while it is not served from: `glasswatch store check|backup|migrate`. check() and
// backup() only read the store, and may run beside a serving process too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace gw::sqlite {

struct CheckReport {
  std::int64_t schema_version = 0;
  std::uint64_t sessions = 0;
  std::uint64_t events = 0;
  std::uint64_t alerts = 0;
  std::uint64_t notifications = 0;
  std::uint64_t ledger_leaves = 0;
  std::uint64_t problem_count = 0;
  std::vector<std::string> problems;  // sentences, the first hundred
  [[nodiscard]] bool good() const { return problem_count == 0; }
};

// Reads all of it: pages and indexes; whether every state and event can be read; whether edges, aliases, events, alerts and
// notifications name what exists; whether the books and counters are those of the rows; whether the ledger has no hole.
// An Error when it cannot be looked at (no such file, not a store, written by a newer program).
[[nodiscard]] Result<CheckReport> check(const std::string& path);

// Copies the store, as of one moment, to a new file, which is on the disk and checked when this answers ok. `conflict`:
// `to` exists. Nothing is left at `to` when it fails.
[[nodiscard]] Result<CheckReport> backup(const std::string& path, const std::string& to);

struct Migration {
  std::int64_t from = 0;
  std::int64_t to = 0;  // the same: nothing was to do
};
// What opening does, by itself. `conflict`: it is being served from.
[[nodiscard]] Result<Migration> migrate(const std::string& path);

}  // namespace gw::sqlite

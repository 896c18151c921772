// The event ids that only one of two tools told: this store, and another tool's list. Reads through the store's ports.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/store.h"

namespace gw::report {

struct Difference {
  bool ours = false;  // told here, and not there
  std::string event_id;
  std::optional<Time> time;
  std::string account_id;
  std::string role;
  std::string watch;
  std::string session_id;
  // ours: told. Theirs: why it was not told here: muted, backfilled (imported, nobody was told), not_told_yet (failures are
  // counted for 15 minutes), in_session (a second half or a call of a session that was told by its ways in), quarantined,
  // never_seen (no such record is stored: it did not come, no watch asked for it, or an ignore rule took it out).
  std::string reason;
  std::string why;  // the same for people, with what is known besides
};

struct Comparison {
  std::uint64_t both = 0;
  std::uint64_t ours = 0;
  std::uint64_t theirs = 0;
  std::uint64_t outside = 0;            // ids of theirs whose record is stored, but is not of the period; no difference
  std::vector<Difference> differences;  // ours by time, then theirs; then by id
};

// Told here are accesses of sessions whose opening was told, changes, and failures whose count was told, unless mutes kept all
// of it quiet. Where no receiver is (shadow mode without a file), raised counts as told.
[[nodiscard]] Result<Comparison> compare(ports::Reader& reader, ports::Admin& admin,
                                         const std::set<std::string>& theirs, std::optional<Time> from,
                                         std::optional<Time> to);

}  // namespace gw::report

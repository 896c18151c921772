// Entries → sessions: what a batch of stored records does to the sessions it touches, and the facts to tell.
//
// A session is a connected component of entries under edges: two entries belong together when they share a key and their
// times overlap. Adding is commutative: after all entries are in, sessions, totals and reached facts are the same for any
// order, batching, duplication and split over feeds. (The README says where that holds only within five seconds.)
// Pure: no clock, no store; `now` and new ids are passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "domain/model/fold.h"
#include "domain/model/session.h"

namespace gw::session {

// UUIDv7 text that sorts by the time given.
using NewId = std::function<std::string(Time)>;

struct Known {
  std::unordered_map<std::string, std::uint64_t> events;  // event key → content, of those stored already
  std::vector<model::Session> sessions;  // all that share a key with an entry, at times that overlap, each once
  std::vector<model::Fold> folds;        // of the failures among the entries
};

struct Changes {
  std::vector<std::pair<std::size_t, std::string>> stored;  // index of an entry → its session's id (empty: none)
  std::vector<std::size_t> duplicates;                      // entries that were known, or stand in the batch twice
  std::vector<std::size_t> conflicts;                       // known with other content: to be quarantined
  std::vector<model::SessionChange> sessions;
  std::vector<model::Fold> folds;
  std::vector<model::Alert> alerts;
};

// Who is told of sessions of at least this severity that nobody has acknowledged by then.
struct EscalationRule {
  std::int64_t after_micros = 0;
  std::vector<std::string> to;
  model::Severity least = model::Severity::info;
};

struct Context {
  Time now;
  NewId new_id;
  std::string config_hash;
  bool backfill = false;                            // imported: sessions are marked, nothing is told
  std::span<const EscalationRule> escalation = {};  // for sessions that are opened
};

[[nodiscard]] Changes correlate(std::span<const model::Entry> entries, Known known, const Context& context);

// The fold that a failure belongs to.
[[nodiscard]] std::string fold_key(const model::AccessEvent& event, Time received_at);

// Whether it needs no more escalation: somebody other than the actor has acknowledged it; for what is not critical, anybody.
[[nodiscard]] bool is_answered(const model::Session& session);
// The receivers of the steps that were told.
[[nodiscard]] std::vector<std::string> escalated_to(const model::Session& session);

// Clock-driven: what `now` makes of a session whose next_due has come (digests, escalation, lapse), or of a fold.
[[nodiscard]] Changes sweep(std::span<const model::Session> sessions, std::span<const model::Fold> folds,
                            const Context& context);

inline constexpr std::int64_t kGraceMicros = std::int64_t{15} * 60 * 1'000'000;    // for late delivery, after expiry
inline constexpr std::int64_t kIdleGapMicros = std::int64_t{30} * 60 * 1'000'000;  // root and IAM users
inline constexpr std::int64_t kFoldMicros = std::int64_t{15} * 60 * 1'000'000;

}  // namespace gw::session

// Facts of evidence, in whatever order and however often they come → what a store that had been there would hold, and nothing that
// waits to be sent. Internal to app.
//
//   - An event is one by its key; of several sessions that claim it the one that was opened last stands, and the others become its
//     aliases: a commit that was tried again made a session each time.
//   - Of a session's states the latest counts, by `at`; what merged into it is its alias.
//   - What a store has from elsewhere (a live session, a mute) stays as it is there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "edge/store/codec/evidence_line.h"
#include "engine/ports/store.h"

namespace gw::app {

// Facts that the store has learnt; `duplicates` are lines that said nothing new.
struct ImportCounts {
  std::uint64_t accesses = 0;  // of every kind but activity
  std::uint64_t activity = 0;
  std::uint64_t sessions = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t mutes = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;  // events whose key is stored with another content
  std::uint64_t homeless = 0;   // facts of a session that neither the evidence nor the store has
};

// Holds all facts in memory: 2 to 4 KiB each.
class EvidenceSet {
 public:
  void add(store::EvidenceFact fact);
  // Writes what the store does not know yet. After an error it may be called again.
  [[nodiscard]] Result<ImportCounts> write(ports::Store& store, Time now);

 private:
  struct HeldEntry {
    Time at;
    std::string session_id;
    model::Entry entry;
  };
  struct HeldSession {
    Time at;
    model::Session session;
  };
  struct HeldDelivery {
    model::Notification notification;
    model::Alert alert;
  };
  using EntryRefs = std::vector<const HeldEntry*>;
  class Writer;

  void add_entry(store::EvidenceFact fact);
  void add_session(store::EvidenceFact fact);
  // The session that stands for this one, after all facts have been added.
  [[nodiscard]] std::string standing(const std::string& id) const;

  std::uint64_t facts_ = 0;
  std::uint64_t conflicts_ = 0;
  std::map<std::string, HeldEntry> entries_;                     // by event key
  std::map<std::string, HeldSession> sessions_;                  // by id
  std::map<std::string, std::pair<Time, std::string>> aliases_;  // absorbed → when, by which
  std::map<std::string, HeldDelivery> deliveries_;               // by id of the notification
  std::map<std::string, std::pair<Time, model::Mute>> mutes_;
};

}  // namespace gw::app

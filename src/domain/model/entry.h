// What is stored of one record: an access, the second half of one, or activity, with what ties it to its session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/model/session.h"

namespace gw::model {

enum class EntryKind : std::uint8_t {
  access,    // a break-glass access: opens or extends a session
  failure,   // a break-glass access that failed: folds, opens nothing
  change,    // tampering, or a change to the emergency path: told by itself
  half,      // a way in that no watch asks for by itself: the second half of an access
  activity,  // a call by a session's credentials
};
[[nodiscard]] std::string_view to_string(EntryKind kind);
[[nodiscard]] std::optional<EntryKind> parse_entry_kind(std::string_view text);

struct Entry {
  // eventID + '\n' + recipient account, or SHA-256 of the canonical form. An access that is a session's call as well is
  // stored twice; its activity has the key with "#call" behind it.
  std::string event_key;
  std::uint64_t content = 0;  // same key, other content: a conflict
  EntryKind kind = EntryKind::activity;
  // Of activity: who called what, where from; mechanism `other`, no watches unless the actor's own match.
  AccessEvent event;
  bool has_time = true;  // false: event_time is the time of delivery

  bool from_trail = false;  // read from a trail's own log object, which event.origin.path names

  std::vector<Edge> edges;
  ActivityKinds kinds = 0;
  std::string high_risk;   // the class of a high-risk call; empty: none
  std::string credential;  // of a root or IAM user's call: what an idle gap is counted for
  bool by_identity = false;
  std::optional<Time> expires_at;
  ExpiryGrade expiry_grade = ExpiryGrade::none;
  std::string session_name;
  std::vector<std::string> grants;  // access keys that were handed out by this call
  bool chain_incomplete = false;    // calls with them may have been forgotten before it came
  std::string uses;                 // the temporary access key that signed it; empty for long-lived ones
};

}  // namespace gw::model

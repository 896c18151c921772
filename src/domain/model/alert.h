// A fact to tell, and one telling of it to one receiver.
//
// An alert is told at most once per receiver and generation, whatever happens in between: its key is unique in the store,
// and so is (receiver, alert key, generation). Plain data that owns its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/model/severity.h"

namespace gw::model {

enum class AlertKind : std::uint8_t {
  session_opened,        // always told, even if the session is already over
  session_high_risk,     // first call of a high-risk class
  session_new_address,   // another address than the first
  session_digest,        // while active
  session_lapsed,        // with totals
  session_acknowledged,  // updates what stands in the thread
  session_merged,        // two threads point at each other
  access_denied,         // folded failures
  tamper,
  emergency_path,  // the way in was changed
  conflict,        // one event key, two contents
  undecodable,     // a record that could not be read and looks like an access
  storm,           // one summary for many sessions
  alert_test,
  coverage_silent,    // an account, a region, a feed or everything
  coverage_heard,     // again
  handover,           // the digest for who comes on duty
  session_escalated,  // nobody else has acknowledged it in time
  session_response,   // a reason, a ticket, or that the actor tried to acknowledge
};
inline constexpr std::size_t kAlertKinds = 19;
// As in webhook bodies and block ids: session.opened, session.high_risk, session.new_address, session.digest,
// session.lapsed, session.acknowledged, session.merged, access.denied, tamper, emergency_path, conflict, undecodable,
// storm, alert_test, coverage.silent, coverage.heard, handover, session.escalated, session.response.
[[nodiscard]] std::string_view to_string(AlertKind kind);
[[nodiscard]] std::optional<AlertKind> parse_alert_kind(std::string_view text);

struct Alert {
  std::string id;   // UUIDv7 text
  std::string key;  // kind|session or subject|fact: UNIQUE
  AlertKind kind = AlertKind::session_opened;
  std::string session_id;  // empty where it is about none
  Severity severity = Severity::high;
  std::string watch;                   // empty where none decided
  std::vector<std::string> receivers;  // who is told; empty: the default receivers
  std::vector<std::string> also;       // who is told beside them; for routing, not stored
  std::string fact;                    // which of its kind: a class of calls, an address, a number
  std::string reason;                  // why it is sent, one clause for people
  // One JSON object: {"access":{glasswatch.access.v1}} for accesses and changes; {"count","first","last","principals",
  // "addresses","mechanism","account_id","role"} for denied; {"sessions":[…]} for a storm; {"reason","source","bytes"} for
  // undecodable. Always valid; may be {}.
  std::string data = "{}";
  Time created_at;
  std::optional<Time> event_time;  // of the record that caused it: how old the news is
  std::string planned;             // ticket of the planned window it falls into
  std::string config_hash;
};

enum class SendState : std::uint8_t {
  trying,     // waiting for its first or next attempt
  delivered,  // accepted by the receiver
  folded,     // told as part of another message
  muted,
  parked,      // refused for good, or its receiver is gone; in sight, and told to the default receivers instead
  superseded,  // its session was merged into another before it was sent
};
inline constexpr std::size_t kSendStates = 6;
[[nodiscard]] std::string_view to_string(SendState state);
[[nodiscard]] std::optional<SendState> parse_send_state(std::string_view text);

// One (alert, receiver, generation).
struct Notification {
  std::string id;  // UUIDv7 text: idempotency key towards the receiver; stored before the first attempt
  std::string alert_id;
  std::string receiver;
  std::uint32_t generation = 1;
  SendState state = SendState::trying;
  std::uint32_t attempts = 0;
  Time due_at;
  Time created_at;
  std::optional<Time> settled_at;
  std::string reason;     // of the last outcome, for people: "HTTP 503", "folded into …", "muted by … until …"
  std::string reference;  // what the receiver answered with: a Slack ts, say
  std::string rerouted_from;  // the receiver that refused it, when this is a default receiver's copy
};

// Where a session is told at a receiver that has threads.
struct Thread {
  std::string receiver;
  std::string session_id;
  std::string channel;
  std::string ts;           // of the parent message
  Time posted_at;           // of the last post in the thread
  std::uint64_t shown = 0;  // hash of what the parent shows, so that an edit that changes nothing is spared
};

struct Mute {
  std::string id;
  std::string watch;       // empty: any
  std::string account_id;  // empty: any
  std::string session_id;  // empty: any
  std::string author;
  std::string reason;
  Time created_at;
  Time until;
  std::optional<Time> ended_at;  // removed before its time
  std::string ended_by;
};

}  // namespace gw::model

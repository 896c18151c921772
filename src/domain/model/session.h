// One person (or principal), one account, one role, from breaking the glass until the credentials lapse.
//
// A session is a sum: every field but `id`, `version`, `state` and what people add is merged from the records it holds so
// that neither their order nor how they were delivered shows (domain/session/merge.h). Lists are bounded; what a bound
// leaves out is decided by time, never by arrival. Plain data that owns its text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/model/access_event.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::model {

enum class SessionState : std::uint8_t { open, lapsed };
// How the end of the credentials is known. Ordered by worth.
enum class ExpiryGrade : std::uint8_t { none, default_duration, configured, exact };
// How sure it is that a record belongs to its session. Ordered from sure to unsure.
enum class JoinGrade : std::uint8_t { exact, inferred, unknown };

[[nodiscard]] std::string_view to_string(SessionState state);
[[nodiscard]] std::string_view to_string(ExpiryGrade grade);  // exact, configured, default; empty for none
[[nodiscard]] std::string_view to_string(JoinGrade grade);

// What a call was for. A call may be of several kinds; `other` is for those of none.
enum class ActivityKind : std::uint8_t { write, iam, data, logging, network, secrets, denied, other };
inline constexpr std::size_t kActivityKinds = 8;
inline constexpr std::array<std::string_view, kActivityKinds> kActivityKindNames = {
    "write", "iam", "data", "logging", "network", "secrets", "denied", "other"};
using ActivityKinds = std::uint8_t;  // a bit for each kind
[[nodiscard]] constexpr ActivityKinds bit(ActivityKind kind) {
  return static_cast<ActivityKinds>(1u << static_cast<unsigned>(kind));
}

// Most edges both look for sessions and let sessions be found. Where two sides look for each other and never for their own
// kind, a side has two edges: one is shown to the other side, by one the other side is sought.
enum class EdgeUse : std::uint8_t { both, shown, sought };

// What ties records together: they belong to one session when they share a key and their times overlap.
struct Edge {
  std::string key;  // kind|…; see domain/session/README.md
  Time from;
  Time to;  // inclusive
  JoinGrade grade = JoinGrade::exact;
  std::string by;           // the kind of key, for people: identity_store_user, role_session, …
  std::uint64_t count = 1;  // how many entries it ties together
  EdgeUse use = EdgeUse::both;

  [[nodiscard]] bool is_shown() const { return use != EdgeUse::sought; }
  [[nodiscard]] bool is_sought() const { return use != EdgeUse::shown; }
  friend bool operator==(const Edge&, const Edge&) = default;
};

struct Join {
  Time time;
  std::string event_key;
  std::string event_id;
  JoinGrade grade = JoinGrade::exact;
  std::string by;
  std::vector<std::string> keys;  // of the entry's edges: `grade` and `by` follow from those that others share
  friend bool operator==(const Join&, const Join&) = default;
};

// A text that was seen: an address, a user agent, a high-risk call.
struct Sighting {
  Time first;
  Time last;
  std::uint64_t count = 0;
  std::string first_event_id;
  friend bool operator==(const Sighting&, const Sighting&) = default;
};

struct KindTotals {
  std::uint64_t count = 0;
  std::optional<Time> first;
  std::optional<Time> last;
  std::string first_event;  // eventSource:eventName of the first
  std::string last_event;
  friend bool operator==(const KindTotals&, const KindTotals&) = default;
};

// Calls by a root or IAM user's credential without a pause of 30 minutes. The first of them is the way in.
struct IdentityRun {
  std::string credential;
  Time from;
  Time to;
  std::string first_event_key;
  ActivityKinds first_kinds = 0;
  friend bool operator==(const IdentityRun&, const IdentityRun&) = default;
};

// Credentials that were handed out, and until when they are good.
struct Issue {
  Time at;
  Time expires_at;
  ExpiryGrade grade = ExpiryGrade::none;
  friend auto operator<=>(const Issue&, const Issue&) = default;
};

// Which entry a value was taken from: the best rank wins, then the earliest, then the smallest key.
struct Source {
  std::uint32_t rank = 0;  // 0: from none yet
  Time at;
  std::string event_key;
  friend bool operator==(const Source&, const Source&) = default;
};

// What somebody said to a session. All but `reason` acknowledge it, unless it is the actor's own.
enum class ResponseKind : std::uint8_t { acknowledged, handling, false_alarm, reason };
// Whether whoever it was is somebody other than the actor; `unknown` where either is not known.
enum class Independence : std::uint8_t { unknown, yes, no };
[[nodiscard]] std::string_view to_string(ResponseKind kind);
[[nodiscard]] std::optional<ResponseKind> parse_response_kind(std::string_view text);
[[nodiscard]] std::string_view to_string(Independence independence);

// The response that counts: the first, until one comes that is known to be independent.
struct Acknowledgement {
  Time at;
  std::string by;   // a person, or the name of a token
  std::string via;  // api, cli, slack
  std::string note;
  bool independent = false;  // somebody other than the actor, as far as known
  ResponseKind kind = ResponseKind::acknowledged;
  std::string ticket = {};
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};
struct Response {
  Time at;
  std::string by;  // a person, the name of a token, or slack:U… of somebody who is not known
  std::string via;
  ResponseKind kind = ResponseKind::acknowledged;
  Independence independence = Independence::unknown;
  std::string note;
  std::string ticket;
  std::string press;       // hash of the press that it was made by, which is good for one
  bool is_person = false;  // `by` is a person's name
  friend bool operator==(const Response&, const Response&) = default;
};
// Who is told when nobody has acknowledged by then. Made when the session is opened, by the configuration of that time.
struct EscalationStep {
  Time due_at;
  std::vector<std::string> to;
  Severity least = Severity::info;  // for sessions of this severity and above
  std::optional<Time> told_at;
  friend bool operator==(const EscalationStep&, const EscalationStep&) = default;
};
struct Note {
  Time at;
  std::string by;
  std::string text;
  friend bool operator==(const Note&, const Note&) = default;
};

struct Session {
  std::string id;                    // UUIDv7 text
  std::uint64_t version = 0;         // 0: not stored yet; the store counts it up
  std::vector<std::string> aliases;  // sessions that were merged into this one, ascending

  SessionState state = SessionState::open;
  std::string account_id;
  std::string account_name;
  std::string role;
  std::string task_policy;
  Principal principal;
  std::string identity_store_user;  // identityStoreArn#userId, where known: a session never holds two
  std::string session_name;         // of the role session, where there is one
  MechanismSet mechanisms;
  MechanismSet also;

  Time started_at;
  Time last_seen_at;
  std::optional<Time> expires_at;
  ExpiryGrade expiry_grade = ExpiryGrade::none;
  bool by_identity = false;  // root or IAM user: no expiry, lapses when idle

  std::optional<Severity> severity;
  std::string watch;  // that set the severity
  std::vector<std::string> watches;
  std::vector<std::string> receivers;  // union over its accesses, as configured when they came
  std::vector<std::string> planned;    // tickets
  bool all_planned = false;            // every access lies in a planned window

  std::uint64_t ways_in = 0;          // stored access events and second halves, calls by identity not among them
  std::uint64_t planned_ways_in = 0;  // of them: in a planned window
  std::uint64_t identity_calls = 0;   // calls by root or IAM user, first ones included
  std::uint64_t activity_calls = 0;   // calls by other credentials
  std::array<std::uint64_t, kActivityKinds> identity_counts{};
  std::array<std::uint64_t, kActivityKinds> activity_counts{};
  // Derived from these: what came after the ways in.
  std::array<KindTotals, kActivityKinds> kinds{};
  std::uint64_t calls = 0;
  std::map<std::string, Sighting> addresses;
  std::map<std::string, Sighting> agents;
  std::map<std::string, Sighting> high_risk;  // class of call → …
  std::map<std::string, Sighting> regions;
  std::vector<IdentityRun> runs;
  std::vector<Issue> issues;  // ascending
  std::vector<Edge> edges;    // one for each key and stretch of time
  std::vector<Join> joins;    // by time, then event key
  std::set<std::string> feeds;
  std::string confirmed_by;  // the trail object that holds a record of it
  std::string source_ip;     // of the first access by a person
  std::string user_agent;
  std::string region;
  std::optional<bool> mfa;
  std::string first_event_id;
  std::string first_event_key;
  std::string first_event_name;
  bool truncated = false;  // a list reached its bound
  Source principal_from;
  Source name_from;   // session_name
  Source place_from;  // source_ip, user_agent, region
  Source mfa_from;
  Source first_from;
  Source parent_from;

  std::string parent;  // the session whose credentials made this one's
  bool chain_incomplete = false;
  bool backfilled = false;  // imported from an archive; nobody was alerted
  std::optional<Acknowledgement> acknowledged;
  std::vector<Response> responses;  // by time
  std::vector<Note> notes;
  std::vector<EscalationStep> escalation;  // in the order of the configuration
  std::string config_hash;
  std::string organization_id;

  // Clock-driven: what was told of it, and when it is looked at next.
  Time opened_at;              // when glasswatch first stored it
  std::set<std::string> told;  // facts
  std::optional<Time> lapsed_at;
  Time told_at;                  // by the last digest, or the opening
  std::uint64_t told_calls = 0;  // by the last digest
  std::uint32_t digests = 0;
  std::optional<Time> next_due;

  friend bool operator==(const Session&, const Session&) = default;
};

struct SessionChange {
  Session session;                    // session.version is the one that was loaded, 0 for a new one
  std::vector<std::string> absorbed;  // ids of sessions that are aliases of this one from now on
};

// The merged state, whole, as the store keeps it: parse(to_state_json(s)) == s.
[[nodiscard]] std::string to_state_json(const Session& session);
[[nodiscard]] std::optional<Session> parse_state_json(std::string_view json);
// `glasswatch.session.v1` as users see it, one line.
void append_session_json(std::string& out, const Session& session);

}  // namespace gw::model

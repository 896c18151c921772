// A record recognised as an access (or as a change to the way in), and what the watches decided about it.
//
// Owns its text: safe to keep, move and hand to another thread. Empty strings stand for "unknown" (null outside).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::model {

enum class Outcome : std::uint8_t { success, failure };
enum class SourceIpKind : std::uint8_t { unknown, person, aws_service, internal };

// Who came in: the person for Identity Center, the caller otherwise.
struct Principal {
  std::string type;         // as in userIdentity.type
  std::string id;           // Identity Center: the userId; else principalId
  std::string name;         // empty until known
  std::string name_source;  // record, people, learnt, directory
  std::string arn;
  friend bool operator==(const Principal&, const Principal&) = default;
};

// Where the record was found. `record` counts from 1 within the input.
struct Origin {
  std::string feed = "file";
  std::string path;
  std::uint64_t record = 0;
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct AccessEvent {
  std::string event_id;
  std::optional<Time> event_time;
  Mechanism mechanism = Mechanism::other;
  MechanismSet also;
  Outcome outcome = Outcome::success;
  std::string account_id;    // the account that was entered
  std::string account_name;  // from --accounts or the configuration
  std::string role;          // permission set, or role name; never the AWSReservedSSO_ form
  std::string task_policy;   // AssumeRoot
  Principal principal;
  std::string source_ip;
  SourceIpKind source_ip_kind = SourceIpKind::unknown;
  std::string user_agent;
  std::optional<bool> mfa;  // nullopt wherever CloudTrail does not record it
  std::string mfa_source;   // the field that told
  std::string region;
  std::string event_source;
  std::string event_name;
  std::string recipient_account_id;
  std::string error_code;
  std::string error_message;
  std::string shared_event_id;
  Origin origin;
  std::vector<std::string> flags;  // duplicate_keys, wrong_type:…, future_time, …

  // What watches and ignore rules may look at beyond the above: nothing that the caller can choose.
  std::string caller_account_id;
  std::string caller_issuer_arn;       // the role behind the caller's session, with its path
  std::string caller_user_arn;         // the IAM user or root behind the call
  std::string identity_store_user;     // identityStoreArn#userId, as one key
  std::string role_arn;                // of the role that was entered, where the record has it
  std::string target;                  // what a tamper or path change was aimed at (trail, role, group, …)
  bool emergency_path_change = false;  // also: tamper because the way in was changed, not the trail
  bool service_automation = false;     // a service role (Control Tower, StackSets, SSO) at its ordinary work

  // Decided by watch::WatchSet.
  bool break_glass = false;
  std::string watch;                 // the one that set the severity
  std::vector<std::string> watches;  // all that matched, in file order
  std::vector<std::string> receivers;
  std::string ignored_by;  // the reason of the ignore rule that took it out
  std::string planned;     // the ticket of the planned window it falls into
  std::optional<Severity> severity;

  // As new, but that the texts keep their memory: an event that is filled again and again allocates little.
  void clear();
  // Bytes of the texts, and of the memory that they have taken.
  [[nodiscard]] std::size_t text_size() const;
  [[nodiscard]] std::size_t text_memory() const;
  friend bool operator==(const AccessEvent&, const AccessEvent&) = default;
};

}  // namespace gw::model

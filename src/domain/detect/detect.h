// Record → access event: recognises every way into an account, one file per family (see README.md for precedence).
//
// Pure: no clock, no I/O, no state; safe from any thread. Nothing from the record is trusted: text comes out as it went
// in (printers neutralise it), except secrets, which never come out (one-time codes in LoginTo, tokens).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/model/access_event.h"
#include "domain/model/actor.h"
#include "domain/model/record.h"

namespace gw::detect {

// The access that this record is, or nullopt when it is something else (activity, context, noise). The event's decision
// fields, account_name and origin are left for the caller; `flags` hold what the record itself shows.
[[nodiscard]] std::optional<model::AccessEvent> detect(const model::Record& record);
// The same into an event that is used again, which spares the memory for its texts: true when the record is an access;
// `event` holds nothing of what it held before then, and anything otherwise.
[[nodiscard]] bool detect(const model::Record& record, model::AccessEvent& event);

// Who made this call, for a record that need not be an access: `event` as detect() would fill it, with mechanism `other`, the
// account in which it was made and the role that acts (plain name). False for services and where nobody is named.
[[nodiscard]] bool actor(const model::Record& record, model::AccessEvent& event);
// The same as views, many times as fast: nullopt only where actor() answers false.
[[nodiscard]] std::optional<model::ActorView> actor_view(const model::Record& record);

// What a record tells about names: the person behind an identity store user id, or the pieces of that knowledge
// ("Username in sign-in CloudTrail events": joined by AuthWorkflowID). `identity_store_user` or `name` may be empty.
struct NameFact {
  std::string workflow_id;
  std::string identity_store_user;
  std::string name;
};
[[nodiscard]] std::optional<NameFact> name_fact(const model::Record& record);

// Which event names can make an access event, and of which mechanisms (in `mechanism` or in `also`).
// Completeness contract, held by a test: whenever detect() answers, then the record's eventName equals (or, with
// `is_prefix`, begins with) an entry whose mechanisms meet the event's, or userIdentity.type is "Root" or "IAMUser".
// Names of name_fact() records are entries too, with `names_people` set.
struct EventNameInterest {
  std::string_view event_name;
  model::MechanismSet mechanisms;
  bool is_prefix = false;     // Lambda's event names carry an API date: UpdateFunctionCode20150331v2
  bool path_change = false;   // may answer with emergency_path_change
  bool names_people = false;  // may answer name_fact()
  // Neither answers for a call whose userIdentity.type is "AWSService", unless may_be_account_access() holds for its
  // userIdentity.invokedBy or sourceIPAddress. Held by the same test.
  bool not_by_services = false;
};

// Account access manager's service principal, in any Region and partition, begins so ("Prepare roles").
[[nodiscard]] constexpr bool may_be_account_access(std::string_view host) {
  return host.starts_with("account-access.");
}
[[nodiscard]] std::span<const EventNameInterest> event_names_of_interest();

// The events that detect() knows, each as its table has it, for what must be made for all of them (domain/filter).
struct KnownEvent {
  std::string_view event_source;
  std::string_view event_name;
  std::string_view target_keys;    // requestParameters members that name what a change is aimed at, `|` between them
  model::MechanismSet mechanisms;  // that may come of it
  bool change = false;             // to the trail, the alert's way or the way in
  bool only_what_counts = false;   // a change that is told only when it is aimed at what counts
};
[[nodiscard]] std::vector<KnownEvent> known_events();

}  // namespace gw::detect

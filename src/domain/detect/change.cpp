// The one handler of tamper.cpp and emergency_path.cpp: their rows say what counts, this says what comes out.
//
// Root and IAM users keep the mechanism that their identity gives (except for the trail itself, whose rows say otherwise);
// everybody else gets the row's. A change whose parameters were too large to record counts whatever it was aimed at: padding
// a request is a known way to hide it. So does a write for which AssumeRoot sessions exist ("Perform a privileged task on an
// AWS Organizations member account"): root's credentials are a way in, and an unlocked bucket or queue is told as assume_root.
#include "domain/detect/facts.h"
#include "domain/detect/families.h"
#include "domain/detect/targets.h"

namespace gw::detect {

using model::Mechanism;

bool detect_change(const model::Record& record, const EventRow& row, model::AccessEvent& event) {
  const std::string target = target_of(record, row.target_keys);
  const bool root_session = in_assumed_root_session(record);
  const bool root_task = row.root_task && root_session;
  const bool aimed =
      row.guard == nullptr || is_omitted(record) || row.guard(record, target) || (root_task && row.path_change);
  if (!aimed && !root_task) return false;

  Mechanism mechanism = aimed ? row.mechanism : Mechanism::other;
  if (row.by_identity && acts_as_root(record)) mechanism = Mechanism::root_api;
  if (row.by_identity && acts_as_iam_user(record)) mechanism = Mechanism::iam_user_api;

  begin(record, mechanism, event);
  if (record.identity.type == "AssumedRole") event.role = plain_role_name(acting_role(record.identity).name);
  event.target = target;
  event.emergency_path_change = row.path_change;
  if (aimed && mechanism != Mechanism::tamper) event.also.add(Mechanism::tamper);
  if (root_session) event.also.add(Mechanism::assume_root);
  if (is_omitted(record)) event.flags.emplace_back("parameters_omitted");
  // The provisioning tokens of an identity provider: no human at the keyboard.
  if (record.event_source == "identitystore-scim.amazonaws.com" &&
      (record.identity.type == "WebIdentityUser" || record.identity.type == "Unknown")) {
    event.service_automation = true;
  }
  add_api_mfa(event, record);
  add_identity(event, record);
  return true;
}

}  // namespace gw::detect

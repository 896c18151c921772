// The one handler of tamper.cpp and emergency_path.cpp: their rows say what counts, this says what comes out.
//
// Root and IAM users keep the mechanism that their identity gives (except for the trail itself, whose rows say otherwise);
// everybody else gets the row's. All answers hold tamper. A change whose parameters were too large to record counts
// whatever it was aimed at: padding a request is a known way to hide it.
#include "domain/detect/facts.h"
#include "domain/detect/families.h"
#include "domain/detect/targets.h"

namespace gw::detect {

using model::Mechanism;

std::optional<model::AccessEvent> detect_change(const model::Record& record, const EventRow& row) {
  std::string target = target_of(record, row.target_keys);
  if (row.guard != nullptr && !is_omitted(record) && !row.guard(record, target)) return std::nullopt;

  Mechanism mechanism = row.mechanism;
  if (row.by_identity && acts_as_root(record)) mechanism = Mechanism::root_api;
  if (row.by_identity && acts_as_iam_user(record)) mechanism = Mechanism::iam_user_api;

  model::AccessEvent event = begin(record, mechanism);
  event.role = plain_role_name(acting_role(record.identity).name);
  event.target = std::move(target);
  event.emergency_path_change = row.path_change;
  if (mechanism != Mechanism::tamper) event.also.add(Mechanism::tamper);
  if (is_omitted(record)) event.flags.emplace_back("parameters_omitted");
  // The provisioning tokens of an identity provider: no human at the keyboard.
  if (record.event_source == "identitystore-scim.amazonaws.com" &&
      (record.identity.type == "WebIdentityUser" || record.identity.type == "Unknown")) {
    event.service_automation = true;
  }
  add_api_mfa(event, record);
  add_identity(event, record);
  return event;
}

}  // namespace gw::detect

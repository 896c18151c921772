// Role sessions from AWS STS (and IAM Roles Anywhere): AssumeRole and its SAML, web-identity and root variants, and the
// tokens that IAM users make for themselves.
//
// The account that was entered is the role's, not the recorder's: a cross-account call stands in both trails, told apart
// by eventID and tied by sharedEventID. Calls denied by IAM have requestParameters null; their role stands in errorMessage
// only, and only in the caller's trail ("Logging IAM and AWS STS API calls with AWS CloudTrail").
#include <array>

#include "domain/detect/detect.h"
#include "domain/detect/facts.h"
#include "domain/detect/families.h"

namespace gw::detect {
namespace {

using json::Value;
using model::AccessEvent;
using model::Mechanism;
using model::MechanismSet;
using model::Record;

constexpr std::string_view kSts = "sts.amazonaws.com";
// Account access manager's service principal, whatever its Region and partition ("Prepare roles"). Where invokedBy does not
// tell, the address does, which AWS itself writes.
bool is_account_access(const Record& record) {
  const auto is_its_host = [](std::string_view text) { return may_be_account_access(text) && is_service_host(text); };
  if (is_its_host(record.identity.invoked_by)) return true;
  return record.identity.type == "AWSService" && is_its_host(record.source_ip);
}

// The ARN of the role that a call is about.
std::string_view role_arn_of(const Record& record) {
  if (const std::string_view arn = text_at(record.request, "roleArn"); !arn.empty()) return arn;
  if (const std::string_view arn = denied_resource(record); !role_of(arn).name.empty()) return arn;
  for (Value v = record.resources.first_child(); !v.is_missing(); v = v.next_sibling()) {
    for (const std::string_view key : {"ARN", "arn"}) {
      if (const std::string_view arn = text_at(v, key); !role_of(arn).name.empty()) return arn;
    }
  }
  return text_at(record.response["assumedRoleUser"], "arn");
}

void set_entered_role(AccessEvent& event, const Record& record) {
  event.role_arn = role_arn_of(record);
  const RoleRef role = role_of(event.role_arn);
  event.role = plain_role_name(role.name);
  if (!role.account.empty()) event.account_id = role.account;
}

// The serial number of a device is checked together with its code, which is not recorded.
void add_sts_mfa(AccessEvent& event, const Record& record) {
  if (event.outcome == model::Outcome::success && !text_at(record.request, "serialNumber").empty()) {
    event.mfa = true;
    event.mfa_source = "requestParameters.serialNumber";
  } else {
    add_api_mfa(event, record);
  }
}

bool assume_role(const Record& record, const EventRow& row, AccessEvent& event) {
  const bool account_access = is_account_access(record);
  if (is_service_principal(record.identity) && !account_access) return false;
  begin(record, row.mechanism, event);
  set_entered_role(event, record);
  event.service_automation = !account_access && is_service_automation(record, event.role);
  if (account_access) event.also.add(Mechanism::account_access);
  add_sts_mfa(event, record);
  add_identity(event, record);
  return true;
}

// Into a reserved role: Identity Center's own call right after Federate or GetRoleCredentials, from AWS's address. Which of
// the two it was cannot be told here.
bool assume_role_with_saml(const Record& record, const EventRow&, AccessEvent& event) {
  begin(record, Mechanism::saml_federation, event);
  set_entered_role(event, record);
  const bool reserved = permission_set_of(role_of(event.role_arn).name).has_value();
  if (reserved || is_identity_center_provider(text_at(record.request, "principalArn"))) {
    event.mechanism = Mechanism::identity_center_cli;
    if (event.source_ip_kind == model::SourceIpKind::person) event.source_ip_kind = model::SourceIpKind::aws_service;
  }
  if (event.principal.name.empty()) {
    event.principal.name = text_at(record.request, "roleSessionName");
    if (!event.principal.name.empty()) event.principal.name_source = "record";
  }
  return true;
}

bool assume_role_with_web_identity(const Record& record, const EventRow& row, AccessEvent& event) {
  begin(record, row.mechanism, event);
  set_entered_role(event, record);
  return true;
}

// `targetPrincipal` is a member account's id; its root ARN is tolerated. `taskPolicyArn` is an object {arn}.
bool assume_root(const Record& record, const EventRow& row, AccessEvent& event) {
  begin(record, row.mechanism, event);
  std::string_view target = text_at(record.request, "targetPrincipal");
  if (target.empty()) target = denied_resource(record);
  const std::optional<Arn> arn = parse_arn(target);
  if (arn && !arn->account.empty()) {
    event.account_id = arn->account;
  } else if (!target.empty() && !arn && target != "*") {
    event.account_id = target;
  }
  const Value policy = record.request["taskPolicyArn"];
  event.task_policy = last_segment(policy.is_object() ? text_at(policy, "arn") : policy.text());
  add_identity(event, record);
  return true;
}

bool session_token(const Record& record, const EventRow& row, AccessEvent& event) {
  if (is_service_principal(record.identity)) return false;
  begin(record, row.mechanism, event);
  add_sts_mfa(event, record);
  add_identity(event, record);
  return true;
}

// A certificate is traded for role credentials. No mechanism of its own: `other`, with the role.
bool roles_anywhere(const Record& record, const EventRow& row, AccessEvent& event) {
  begin(record, row.mechanism, event);
  set_entered_role(event, record);
  event.flags.emplace_back("roles_anywhere");
  add_identity(event, record);
  return true;
}

constexpr EventRow row(std::string_view name, Handler handle, Mechanism mechanism, MechanismSet mechanisms) {
  EventRow r;
  r.event_source = kSts;
  r.event_name = name;
  r.handle = handle;
  r.mechanism = mechanism;
  r.mechanisms = mechanisms;
  r.claims = true;
  return r;
}
constexpr EventRow row(std::string_view name, Handler handle, Mechanism mechanism) {
  return row(name, handle, mechanism, MechanismSet::of(mechanism));
}
// What services do for themselves all day.
constexpr EventRow not_by_services(EventRow r) {
  r.not_by_services = true;
  return r;
}
constexpr EventRow from(std::string_view source, EventRow r) {
  r.event_source = source;
  return r;
}

using M = Mechanism;
constexpr std::array kRows = {
    not_by_services(
        row("AssumeRole", assume_role, M::assume_role, MechanismSet::of(M::assume_role, M::account_access))),
    row("AssumeRoleWithSAML", assume_role_with_saml, M::saml_federation,
        MechanismSet::of(M::saml_federation, M::identity_center_cli)),
    row("AssumeRoleWithWebIdentity", assume_role_with_web_identity, M::web_identity),
    row("AssumeRoot", assume_root, M::assume_root),
    not_by_services(row("GetSessionToken", session_token, M::session_token)),
    not_by_services(row("GetFederationToken", session_token, M::session_token)),
    from("rolesanywhere.amazonaws.com", row("CreateSession", roles_anywhere, M::other)),
};

}  // namespace

std::span<const EventRow> sts_rows() { return kRows; }

}  // namespace gw::detect

#include "domain/detect/facts.h"

#include <algorithm>
#include <array>

#include "domain/detect/detect.h"

namespace gw::detect {
namespace {

using model::AccessEvent;
using model::Identity;
using model::Mechanism;
using model::Outcome;
using model::Principal;
using model::Record;
using model::SourceIpKind;

constexpr std::string_view kSignIn = "signin.amazonaws.com";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

SourceIpKind source_kind(std::string_view source) {
  if (source.empty()) return SourceIpKind::unknown;
  if (equal_ignoring_case(source, "AWS Internal")) return SourceIpKind::internal;
  return is_service_host(source) ? SourceIpKind::aws_service : SourceIpKind::person;
}

std::string_view behind_colon(std::string_view principal_id) {
  const std::size_t colon = principal_id.find(':');
  return colon == std::string_view::npos ? std::string_view{} : principal_id.substr(colon + 1);
}

void set_principal(Principal& who, const Identity& id) {
  who.type = id.type;
  who.id = id.principal_id;
  who.arn = id.arn;
  if (id.type == "Root") {
    if (who.id.empty()) who.id = id.account_id;
    who.name = "root";
  } else if (id.type == "AssumedRole") {
    const RoleRef role = role_of(id.arn);
    who.name = role.session.empty() ? behind_colon(id.principal_id) : role.session;
  } else if (id.type == "AWSService") {
    who.id = id.principal_id.empty() ? id.invoked_by : id.principal_id;
    who.name = id.invoked_by;
  } else if (!id.user_name.empty()) {
    who.name = id.user_name;
  } else if ((id.type == "IAMUser" || id.type == "FederatedUser") && !id.arn.empty()) {
    who.name = last_segment(id.arn);
  } else if (id.type == "IdentityCenterUser") {
    who = identity_center_person(id);
    return;
  }
  if (!who.name.empty()) who.name_source = "record";
}

bool says_failure(json::Value object, std::string_view event_name) {
  return equal_ignoring_case(text_at(object, event_name), "Failure");
}

std::string_view behind_on_resource(std::string_view message) {
  constexpr std::string_view kMark = "on resource: ";
  const std::size_t at = message.find(kMark);
  return at == std::string_view::npos ? std::string_view{} : message.substr(at + kMark.size());
}

// A service used the caller's credentials, on its own or on behalf of an earlier call ("invokedBy").
bool forwarded_by_service(const Record& record) {
  const std::string_view by = record.identity.invoked_by;
  return !by.empty() && by != kSignIn && is_service_host(by);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view text_at(json::Value object, std::string_view key) { return object[key].text(); }

bool is_omitted(const Record& record) { return record.request["omitted"].boolean().value_or(false); }

bool is_service_host(std::string_view text) {
  return equal_ignoring_case(text, "AWS Internal") || text.ends_with(".amazonaws.com") ||
         text.ends_with(".amazonaws.com.cn") || text.ends_with(".aws.internal");
}

bool is_service_principal(const Identity& id) {
  if (id.type == "AWSService") return true;
  return (id.type.empty() || id.type == "AWSAccount") && !id.invoked_by.empty() && id.arn.empty() &&
         id.principal_id.empty();
}

bool in_assumed_root_session(const Record& record) {
  return record.identity.type == "Root" && equal_ignoring_case(record.identity.assumed_root, "true");
}

bool acts_as_root(const Record& record) {
  if (record.identity.type != "Root" || in_assumed_root_session(record)) return false;
  if (equal_ignoring_case(record.event_type, "AwsServiceEvent")) return false;
  return !(forwarded_by_service(record) && is_service_host(record.source_ip));
}

bool acts_as_iam_user(const Record& record) {
  return record.identity.type == "IAMUser" && !equal_ignoring_case(record.event_type, "AwsServiceEvent");
}

RoleRef acting_role(const Identity& id) {
  if (id.type == "Root" || id.type == "IAMUser") return {};
  const RoleRef role = role_of(id.arn);
  return role.name.empty() ? role_of(id.issuer_arn) : role;
}

std::string_view home_account(const Record& record) {
  if (!record.recipient_account_id.empty()) return record.recipient_account_id;
  if (!record.identity.account_id.empty()) return record.identity.account_id;
  const std::optional<Arn> arn = parse_arn(record.identity.arn);
  return arn ? arn->account : std::string_view{};
}

std::string_view denied_resource(const Record& record) {
  std::string_view rest = behind_on_resource(record.error_message);
  rest = rest.substr(0, rest.find_first_of(" \t\r\n"));
  while (!rest.empty() && (rest.back() == '.' || rest.back() == ',')) rest.remove_suffix(1);
  return rest;
}

std::string_view denied_target(const Record& record) {
  const std::string_view word = denied_resource(record);
  if (word.empty() || word == "*" || word.starts_with("arn:")) return word;
  std::string_view rest = behind_on_resource(record.error_message);
  for (const std::string_view end : {" because ", " with an explicit deny", " (", "\r", "\n"}) {
    rest = rest.substr(0, rest.find(end));
  }
  return rest;
}

std::string store_user_key(std::string_view store_arn, std::string_view user_id) {
  if (store_arn.empty() || user_id.empty()) return {};
  std::string key(store_arn);
  key += '#';
  key += user_id;
  return key;
}

Principal identity_center_person(const Identity& id) {
  Principal who;
  who.type = id.type;
  who.arn = id.arn;
  // In sign-in records of the old shape principalId is merely the account.
  const std::string_view principal = id.principal_id == id.account_id ? std::string_view{} : id.principal_id;
  who.id = !id.on_behalf_user_id.empty() ? id.on_behalf_user_id : !id.user_name.empty() ? id.user_name : principal;
  who.name = id.user_name;
  if (!who.name.empty()) who.name_source = "record";
  return who;
}

Outcome outcome_of(const Record& record) {
  const bool failed = !record.error_code.empty() || !record.error_message.empty() ||
                      says_failure(record.response, record.event_name) ||
                      says_failure(record.service, record.event_name);
  return failed ? Outcome::failure : Outcome::success;
}

void begin(const Record& record, Mechanism mechanism, AccessEvent& event) {
  const Identity& id = record.identity;
  event.clear();
  event.event_id = record.event_id;
  event.event_time = record.event_time;
  event.mechanism = mechanism;
  event.outcome = outcome_of(record);
  event.account_id = home_account(record);
  set_principal(event.principal, id);
  event.source_ip = record.source_ip;
  event.source_ip_kind = source_kind(record.source_ip);
  event.user_agent = record.user_agent;
  event.region = record.region;
  event.event_source = record.event_source;
  event.event_name = record.event_name;
  event.recipient_account_id = record.recipient_account_id;
  event.error_code = record.error_code;
  event.error_message = record.error_message;
  event.shared_event_id = record.shared_event_id;
  event.caller_account_id = id.account_id;
  if (event.caller_account_id.empty()) {
    if (const std::optional<Arn> arn = parse_arn(id.arn)) event.caller_account_id = arn->account;
  }
  if (id.type == "IAMUser" || id.type == "Root") {
    event.caller_user_arn = id.arn;
  } else if (id.issuer_type == "IAMUser" || id.issuer_type == "Root") {
    event.caller_user_arn = id.issuer_arn;  // a federated user: the keys behind it
  } else {
    event.caller_issuer_arn = id.issuer_arn;
  }
  event.identity_store_user = store_user_key(id.on_behalf_store_arn, id.on_behalf_user_id);
  if (in_assumed_root_session(record)) event.flags.emplace_back("assumed_root");
  event.service_automation = is_service_automation(record);
}

void add_identity(AccessEvent& event, const Record& record) {
  if (acts_as_root(record) && event.mechanism != Mechanism::root_api) event.also.add(Mechanism::root_api);
  if (acts_as_iam_user(record) && event.mechanism != Mechanism::iam_user_api) event.also.add(Mechanism::iam_user_api);
}

void add_api_mfa(AccessEvent& event, const Record& record) {
  const Identity& id = record.identity;
  const bool recorded = id.type == "IAMUser" || (id.type == "Root" && !in_assumed_root_session(record));
  if (!recorded || (id.mfa_authenticated != "true" && id.mfa_authenticated != "false")) return;
  event.mfa = id.mfa_authenticated == "true";
  event.mfa_source = "userIdentity.sessionContext.attributes.mfaAuthenticated";
}

bool is_service_automation(const Record& record, std::string_view entered_role) {
  const Identity& id = record.identity;
  if (is_service_principal(id)) return true;
  const bool by_service = is_service_host(id.invoked_by) || is_service_host(record.source_ip);
  const auto is_automation_role = [](std::string_view name) {
    return name == "AWSControlTowerExecution" || name.starts_with("stacksets-exec-") ||
           name.starts_with("AWSCloudFormationStackSet") || name.starts_with("AWSControlTower");
  };
  // The target's copy of a cross-account call knows the caller by account only.
  if (id.type == "AWSAccount") return by_service && is_automation_role(entered_role);
  if (id.type != "AssumedRole") return false;
  const std::optional<Arn> issuer = parse_arn(id.issuer_arn);
  if (!issuer || issuer->service != "iam") return false;
  // Only AWS can create roles below aws-service-role/, and only the service can assume them.
  if (issuer->resource.starts_with("role/aws-service-role/")) return true;
  if (issuer->resource.starts_with("role/service-role/AWSControlTower")) return true;
  return by_service && is_automation_role(last_segment(issuer->resource));
}

std::optional<model::ActorView> actor_view(const Record& record) {
  const Identity& id = record.identity;
  if (is_service_principal(id) || id.type == "AWSAccount") return std::nullopt;
  model::ActorView view;
  view.account = home_account(record);
  view.role = plain_role_name(acting_role(id).name);
  view.arn = id.arn;
  view.issuer_arn = id.issuer_arn;
  view.identity_store_arn = id.on_behalf_store_arn;
  view.identity_store_user = id.on_behalf_user_id;
  if (in_assumed_root_session(record)) view.also.add(Mechanism::assume_root);
  if (acts_as_root(record)) view.also.add(Mechanism::root_api);
  if (acts_as_iam_user(record)) view.also.add(Mechanism::iam_user_api);
  return view;
}

bool actor(const Record& record, AccessEvent& event) {
  const Identity& id = record.identity;
  if (is_service_principal(id) || id.type == "AWSAccount") return false;
  begin(record, Mechanism::other, event);
  event.account_id = home_account(record);
  event.role = plain_role_name(acting_role(id).name);
  event.role_arn = id.issuer_arn;
  if (in_assumed_root_session(record)) event.also.add(Mechanism::assume_root);
  if (acts_as_root(record)) event.also.add(Mechanism::root_api);
  if (acts_as_iam_user(record)) event.also.add(Mechanism::iam_user_api);
  return !event.principal.id.empty() || !event.principal.arn.empty();
}

}  // namespace gw::detect

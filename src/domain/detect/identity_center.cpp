// What IAM Identity Center itself records: the sign-in, the tokens, and the two ways into an account (portal and CLI).
//
// All of it stands in the account and region of the instance, so the account that was entered must come from the record:
// `serviceEventDetails.{account_id, role_name}` (snake_case strings; role_name is the permission set). Where a record lacks
// them, other spellings and places are tried, then the recipient stands in and the event is flagged: an access without a
// readable target is still an access. eventType is never looked at; captures disagree about it.
#include <array>

#include "domain/detect/facts.h"
#include "domain/detect/families.h"

namespace gw::detect {
namespace {

using json::Value;
using model::AccessEvent;
using model::Mechanism;
using model::MechanismSet;
using model::Record;

constexpr std::string_view kPortal = "sso.amazonaws.com";
constexpr std::string_view kTokens = "sso-oauth.amazonaws.com";

std::string_view first_text(std::initializer_list<Value> objects, std::initializer_list<std::string_view> keys) {
  for (const Value object : objects) {
    for (const std::string_view key : keys) {
      if (const std::string_view text = text_at(object, key); !text.empty()) return text;
    }
  }
  return {};
}

void begin_for_person(const Record& record, Mechanism mechanism, AccessEvent& event) {
  begin(record, mechanism, event);
  const std::string_view type = record.identity.type;
  if (type.empty() || type == "IdentityCenterUser" || type == "Unknown")
    event.principal = identity_center_person(record.identity);
  add_identity(event, record);
}

struct Target {
  std::string_view account;
  std::string_view role;
};

Target target_in(std::initializer_list<Value> places) {
  return {first_text(places, {"account_id", "accountId"}), first_text(places, {"role_name", "roleName"})};
}

// Federate and GetRoleCredentials.
bool account_entered(const Record& record, const EventRow& row, AccessEvent& event) {
  begin_for_person(record, row.mechanism, event);
  // Log stores that flatten records hold the details as JSON text.
  json::Doc details;
  Value service = record.service;
  const std::string_view text = service.text();
  if (text.starts_with('{') && details.parse(text)) service = details.root();

  const Target target = target_in({service, record.request, record.additional});
  if (!target.account.empty()) event.account_id = target.account;
  event.role = plain_role_name(target.role);
  if (target.account.empty() || target.role.empty()) event.flags.emplace_back("target_missing");
  if (target.account.empty() && row.mechanism == Mechanism::identity_center_console) {
    event.flags.emplace_back("application_or_old_shape");
  }
  return true;
}

// A client that waits for the browser polls CreateToken; only a record with a token in it is an issue.
bool token_issued(const Record& record, const EventRow& row, AccessEvent& event) {
  if (record.response["accessToken"].is_nothing()) return false;
  begin_for_person(record, row.mechanism, event);
  return true;
}

bool holds_account_scope(Value scope) {
  constexpr std::string_view kScope = "sso:account:access";
  if (scope.is_string()) {
    std::string_view rest = scope.text();
    while (!rest.empty()) {
      const std::size_t cut = rest.find_first_of(" ,");
      if (rest.substr(0, cut) == kScope) return true;
      rest = cut == std::string_view::npos ? std::string_view{} : rest.substr(cut + 1);
    }
    return false;
  }
  for (Value v = scope.is_array() ? scope.first_child() : Value(); !v.is_missing(); v = v.next_sibling()) {
    if (v.text() == kScope) return true;
  }
  return false;
}

// An application's role trades its user's identity-provider token for one that opens accounts. Who came in is the user.
bool application_acts(const Record& record, const EventRow& row, AccessEvent& event) {
  if (!holds_account_scope(record.request["scope"])) return false;
  begin(record, row.mechanism, event);
  const std::string_view user = text_at(record.additional, "identitystore:UserId");
  if (!user.empty()) {
    event.principal = {};
    event.principal.type = "IdentityCenterUser";
    event.principal.id = user;
    event.identity_store_user = store_user_key(text_at(record.additional, "identitystore:IdentityStoreArn"), user);
  }
  add_identity(event, record);
  return true;
}

// UserAuthentication lists every factor that was checked: "PASSWORD,TOTP". With EXTERNAL_IDP nothing is known.
void add_sign_in_mfa(AccessEvent& event, std::string_view credential_types) {
  if (credential_types.empty()) return;
  bool strong = false;
  bool only_password = true;
  while (!credential_types.empty()) {
    const std::size_t comma = credential_types.find(',');
    std::string_view type = credential_types.substr(0, comma);
    while (!type.empty() && type.front() == ' ') type.remove_prefix(1);
    while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
    strong = strong || type == "TOTP" || type == "WEBAUTHN";
    only_password = only_password && type == "PASSWORD";
    credential_types = comma == std::string_view::npos ? std::string_view{} : credential_types.substr(comma + 1);
  }
  if (!strong && !only_password) return;
  event.mfa = strong;
  event.mfa_source = "additionalEventData.CredentialType";
}

// WorkSpaces clients sign in with the very same events ("Understanding AWS sign-in events for smart card users").
bool is_workspaces_sign_in(const Record& record) {
  const std::string_view to = text_at(record.additional, "LoginTo");
  const std::string_view place = to.substr(0, to.find_first_of("?#"));
  return place.starts_with("https://clients.amazonaws.com") || place.starts_with("https://skylight.") ||
         place.find("workspaces") != std::string_view::npos ||
         text_at(record.additional, "CredentialType").find("SMARTCARD") != std::string_view::npos;
}

bool signed_in(const Record& record, const EventRow& row, AccessEvent& event) {
  begin_for_person(record, row.mechanism, event);
  if (record.event_name == "UserAuthentication") {
    add_sign_in_mfa(event, text_at(record.additional, "CredentialType"));
    // A federated sign-in is the one whose UserName stands in the record itself.
    const std::string_view name = text_at(record.additional, "UserName");
    if (event.principal.name.empty() && !name.empty() && name != "HIDDEN_DUE_TO_SECURITY_REASONS") {
      event.principal.name = name;
      event.principal.name_source = "record";
    }
  }
  if (is_workspaces_sign_in(record)) event.flags.emplace_back("workspaces");
  return true;
}

constexpr EventRow row(std::string_view source, std::string_view name, Handler handle, Mechanism mechanism,
                       bool names_people) {
  EventRow r;
  r.event_source = source;
  r.event_name = name;
  r.handle = handle;
  r.mechanism = mechanism;
  r.mechanisms = MechanismSet::of(mechanism);
  r.claims = true;
  r.names_people = names_people;
  return r;
}

// A step that is no access yet, but tells whose user id belongs to which name.
constexpr EventRow context(std::string_view source, std::string_view name) {
  EventRow r = row(
      source, name, [](const Record&, const EventRow&, AccessEvent&) { return false; }, Mechanism::other, true);
  r.mechanisms = MechanismSet();
  return r;
}

constexpr EventRow not_claimed(EventRow r) {
  r.claims = false;
  return r;
}

constexpr std::array kRows = {
    row(kPortal, "Federate", account_entered, Mechanism::identity_center_console, true),
    row(kPortal, "GetRoleCredentials", account_entered, Mechanism::identity_center_cli, true),
    row(kPortal, "Authenticate", signed_in, Mechanism::identity_center_signin, true),
    row(kPortal, "CreateToken", token_issued, Mechanism::identity_center_signin, true),
    not_claimed(row(kTokens, "CreateTokenWithIAM", application_acts, Mechanism::identity_center_app, false)),
    row("signin.amazonaws.com", "UserAuthentication", signed_in, Mechanism::identity_center_signin, true),
    row("signin.amazonaws.com", "CredentialVerification", signed_in, Mechanism::identity_center_signin, true),
    context("signin.amazonaws.com", "CredentialChallenge"),
};

}  // namespace

std::span<const EventRow> identity_center_rows() { return kRows; }

}  // namespace gw::detect

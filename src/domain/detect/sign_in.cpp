// AWS Sign-In: console sessions of every kind of identity, role switches, root's recovery, `aws login`.
//
// userIdentity.type decides what a ConsoleLogin is; the name never does (an IAM user may be called "Root"). A reserved role
// is the member-account half of an Identity Center access; other roles came through a SAML provider or a broker of the
// customer's own. Nothing from LoginTo or RedirectTo comes out: their queries hold codes ("AWS Management Console sign-in
// events").
#include <array>

#include "domain/detect/facts.h"
#include "domain/detect/families.h"

namespace gw::detect {
namespace {

using model::AccessEvent;
using model::Identity;
using model::Mechanism;
using model::MechanismSet;
using model::Record;

constexpr std::string_view kSignIn = "signin.amazonaws.com";

// The role of a session, also where only sessionIssuer.userName names a reserved role.
std::string_view session_role(const Identity& id) {
  const std::string_view name = acting_role(id).name;
  if (name.empty() && permission_set_of(id.issuer_user_name)) return id.issuer_user_name;
  return name;
}

void set_session_role(AccessEvent& event, const Identity& id) {
  event.role = plain_role_name(session_role(id));
  event.role_arn = id.issuer_type == "Role" || id.issuer_type.empty() ? id.issuer_arn : std::string_view{};
  // The credentials of an EC2 instance carry its id as session name: no person should open a console with them.
  if (event.principal.id.find(":i-") != std::string::npos) event.flags.emplace_back("instance_credentials");
}

// The type, or what the ARN says where it is missing or Unknown.
std::string_view type_of(const Identity& id) {
  if (!id.type.empty() && id.type != "Unknown") return id.type;
  const std::optional<Arn> arn = parse_arn(id.arn);
  if (!arn) return id.type;
  if (arn->resource == "root") return "Root";
  if (arn->resource.starts_with("user/")) return "IAMUser";
  if (arn->resource.starts_with("assumed-role/")) return "AssumedRole";
  if (arn->resource.starts_with("federated-user/")) return "FederatedUser";
  return id.type;
}

Mechanism console_mechanism(const Identity& id) {
  const std::string_view type = type_of(id);
  if (type == "Root") return Mechanism::root_console;
  if (type == "IAMUser") return Mechanism::iam_user_console;
  if (type == "FederatedUser") return Mechanism::session_token;
  if (type == "WebIdentityUser") return Mechanism::web_identity;
  if (type == "SAMLUser") return Mechanism::saml_federation;
  if (type == "IdentityCenterUser") return Mechanism::identity_center_console;
  if (type != "AssumedRole") return Mechanism::other;
  return permission_set_of(session_role(id)) ? Mechanism::identity_center_console : Mechanism::saml_federation;
}

void add_console_mfa(AccessEvent& event, const Record& record) {
  if (event.mechanism != Mechanism::root_console && event.mechanism != Mechanism::iam_user_console) return;
  const std::string_view used = text_at(record.additional, "MFAUsed");
  if (!equal_ignoring_case(used, "Yes") && !equal_ignoring_case(used, "No")) return;
  event.mfa = equal_ignoring_case(used, "Yes");
  event.mfa_source = "additionalEventData.MFAUsed";
}

bool console_login(const Record& record, const EventRow&, AccessEvent& event) {
  if (in_assumed_root_session(record)) return false;
  begin(record, console_mechanism(record.identity), event);
  if (type_of(record.identity) == "AssumedRole") set_session_role(event, record.identity);
  if (record.identity.type == "IdentityCenterUser") event.principal = identity_center_person(record.identity);
  add_console_mfa(event, record);
  return true;
}

// The prompt is no access. A failed answer is an attempt that no ConsoleLogin may follow.
bool mfa_checked(const Record& record, const EventRow& row, AccessEvent& event) {
  if (outcome_of(record) == model::Outcome::success) return false;
  const Mechanism mechanism = console_mechanism(record.identity);
  if (mechanism != Mechanism::root_console && mechanism != Mechanism::iam_user_console) return false;
  return console_login(record, row, event);
}

// Recorded in the account that was entered, by the new role; SwitchFrom alone tells who that was.
bool role_switched(const Record& record, const EventRow& row, AccessEvent& event) {
  begin(record, row.mechanism, event);
  const RoleRef role = acting_role(record.identity);
  event.role = plain_role_name(role.name);
  if (!role.account.empty()) event.account_id = role.account;
  const std::string_view from = text_at(record.additional, "SwitchFrom");
  const std::optional<Arn> arn = parse_arn(from);
  if (!arn) return true;
  const bool is_user = arn->resource.starts_with("user/");
  const bool is_root = arn->resource == "root";
  event.principal = {};
  event.principal.type = is_user ? "IAMUser" : is_root ? "Root" : "AssumedRole";
  event.principal.arn = from;
  event.principal.id = from;
  event.principal.name = is_root ? "root" : last_segment(from);
  event.principal.name_source = "record";
  // sessionIssuer is the new session's: the caller is known by the ARN alone.
  event.caller_account_id = arn->account;
  event.caller_issuer_arn.clear();
  event.caller_user_arn = is_user || is_root ? from : std::string_view{};
  return true;
}

// Temporary keys become a console session. Portal, broker and attacker look alike here; the ConsoleLogin that follows has
// the mechanism, so this is `other` for roles: seen, watched by role, never counted as a second way in.
bool signin_token(const Record& record, const EventRow& row, AccessEvent& event) {
  if (acts_as_root(record) || acts_as_iam_user(record)) return detect_by_identity(record, event);
  if (in_assumed_root_session(record) || is_service_principal(record.identity)) return false;
  begin(record, row.mechanism, event);
  set_session_role(event, record.identity);
  event.flags.emplace_back("console_session_from_keys");
  return true;
}

// `aws login`: the browser leg and the command line's, both recorded in the account of the console session, both read-only.
bool aws_login(const Record& record, const EventRow& row, AccessEvent& event) {
  if (in_assumed_root_session(record)) return false;
  begin(record, row.mechanism, event);
  if (text_at(record.additional, "success") == "false" || record.additional["success"].raw() == "false") {
    event.outcome = model::Outcome::failure;
  }
  if (type_of(record.identity) == "AssumedRole") set_session_role(event, record.identity);
  if (text_at(record.additional, "grant_type") == "refresh_token") event.flags.emplace_back("refresh");
  add_api_mfa(event, record);
  add_identity(event, record);
  return true;
}

bool recovery(const Record& record, const EventRow& row, AccessEvent& event) {
  if (in_assumed_root_session(record)) return false;
  begin(record, row.mechanism, event);
  return true;
}

constexpr EventRow row(std::string_view name, Handler handle, Mechanism mechanism, MechanismSet mechanisms) {
  EventRow r;
  r.event_source = kSignIn;
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

using M = Mechanism;
constexpr MechanismSet kConsole = MechanismSet::of(M::root_console, M::iam_user_console, M::identity_center_console,
                                                   M::saml_federation, M::web_identity, M::session_token, M::other);

constexpr std::array kRows = {
    row("ConsoleLogin", console_login, M::other, kConsole),
    row("CheckMfa", mfa_checked, M::other, MechanismSet::of(M::root_console, M::iam_user_console)),
    row("SwitchRole", role_switched, M::switch_role),
    row("GetSigninToken", signin_token, M::other, MechanismSet::of(M::other, M::root_api, M::iam_user_api)),
    row("AuthorizeOAuth2Access", aws_login, M::aws_login),
    row("CreateOAuth2Token", aws_login, M::aws_login),
    row("PasswordRecoveryRequested", recovery, M::password_recovery),
    row("PasswordRecoveryCompleted", recovery, M::password_recovery),
    row("PasswordUpdated", recovery, M::password_recovery),
    row("EmailUpdated", recovery, M::password_recovery),
};

}  // namespace

std::span<const EventRow> sign_in_rows() { return kRows; }

}  // namespace gw::detect

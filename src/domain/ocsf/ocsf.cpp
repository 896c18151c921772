// Attributes are written where they are known; one that is required and unknown gets the schema's own word for that
// (0, "unknown"), never an empty object. `type_uid` is class_uid * 100 + activity_id.
#include "domain/ocsf/ocsf.h"

#include <cstdint>
#include <string>

#include "base/json/write.h"
#include "domain/model/access_json.h"
#include "domain/ocsf/parts.h"

namespace gw::ocsf {
namespace {

using model::AccessEvent;
using model::Mechanism;

constexpr int kOther = 99;

bool is_finding(const AccessEvent& e) { return e.break_glass || e.mechanism == Mechanism::tamper; }

// A call with a user's own keys is no sign-in.
int sign_in_activity(Mechanism mechanism) {
  constexpr int kLogon = 1;
  switch (mechanism) {
    case Mechanism::iam_user_api:
    case Mechanism::root_api:
    case Mechanism::session_token:
    case Mechanism::password_recovery:
    case Mechanism::other: return kOther;
    default: return kLogon;
  }
}

int severity_id(const AccessEvent& e) { return e.severity ? static_cast<int>(*e.severity) + 1 : 1; }

std::int64_t millis(const AccessEvent& e) { return e.event_time ? e.event_time->micros / 1000 : 0; }

std::string event_uid(const AccessEvent& e) {
  if (e.event_id.empty()) return e.origin.path + "#" + std::to_string(e.origin.record);
  return e.recipient_account_id.empty() ? e.event_id : e.recipient_account_id + "/" + e.event_id;
}

void append_cloud(Object& event, const AccessEvent& e) {
  std::string& out = event.key("cloud");
  Object cloud(out);
  cloud.text("provider", "AWS");
  if (!e.account_id.empty()) {
    Object account(cloud.key("account"));
    account.text("uid", e.account_id);
    account.text("name", e.account_name);
    account.end();
  }
  cloud.text("region", e.region);
  cloud.end();
}

void append_api(std::string& out, const AccessEvent& e) {
  Object api(out);
  api.text("operation", e.event_name.empty() ? "unknown" : std::string_view(e.event_name));
  if (!e.event_source.empty()) {
    Object service(api.key("service"));
    service.text("name", e.event_source);
    service.end();
  }
  if (!e.error_code.empty()) {
    Object response(api.key("response"));
    response.text("error", e.error_code);
    response.text("error_message", e.error_message);
    response.end();
  }
  api.end();
}

void append_finding_info(Object& event, const AccessEvent& e) {
  std::string& out = event.key("finding_info");
  Object info(out);
  info.text("uid", event_uid(e));
  const bool change = e.mechanism == Mechanism::tamper;
  info.text("title", change          ? "Change to the audit trail or the way in"
                     : e.break_glass ? "Break-glass access"
                                     : "Access");
  info.key("types") += change ? R"(["tamper"])" : R"(["break-glass"])";
  if (!e.watch.empty()) {
    constexpr int kRule = 1;
    Object analytic(info.key("analytic"));
    analytic.number("type_id", kRule);
    analytic.text("name", e.watch);
    analytic.end();
  }
  if (e.event_time) {
    info.number("first_seen_time", millis(e));
    info.number("last_seen_time", millis(e));
  }
  info.end();
}

void append_evidences(Object& event, const AccessEvent& e) {
  std::string& out = event.key("evidences");
  out.push_back('[');
  Object evidence(out);
  std::string& actor = evidence.key("actor");
  actor += R"({"user":)";
  append_user(actor, e.principal);
  actor.push_back('}');
  append_api(evidence.key("api"), e);
  append_endpoint(evidence, e.source_ip);
  evidence.end();
  out.push_back(']');
}

void append_finding(Object& event, const AccessEvent& e) {
  constexpr int kNew = 1;
  constexpr int kSuppressed = 3;
  event.flag("is_alert", e.break_glass && e.planned.empty() && e.ignored_by.empty());
  event.number("status_id", e.ignored_by.empty() ? kNew : kSuppressed);
  append_finding_info(event, e);
  append_evidences(event, e);
  const std::string& resource = e.target.empty() ? (e.role_arn.empty() ? e.role : e.role_arn) : e.target;
  if (!resource.empty()) {
    std::string& out = event.key("resources");
    out.push_back('[');
    Object details(out);
    details.text("name", resource);
    details.end();
    out.push_back(']');
  }
}

void append_sign_in(Object& event, const AccessEvent& e) {
  event.number("status_id", e.outcome == model::Outcome::success ? 1 : 2);
  event.text("status_code", e.error_code);
  event.text("status_detail", e.error_message);
  append_user(event.key("user"), e.principal);
  Object service(event.key("service"));
  service.text("name", e.event_source.empty() ? "unknown" : std::string_view(e.event_source));
  service.end();
  append_endpoint(event, e.source_ip);
  if (e.mfa) event.flag("is_mfa", *e.mfa);
  constexpr int kOpenId = 4;
  constexpr int kSaml = 5;
  if (e.mechanism == Mechanism::web_identity) event.number("auth_protocol_id", kOpenId);
  if (e.mechanism == Mechanism::saml_federation) event.number("auth_protocol_id", kSaml);
}

}  // namespace

void append_event(std::string& out, const AccessEvent& e) {
  const bool finding = is_finding(e);
  const int class_uid = finding ? 2004 : 3002;
  const int activity = finding ? 1 : sign_in_activity(e.mechanism);
  Object event(out);
  event.number("class_uid", class_uid);
  event.number("category_uid", class_uid / 1000);
  event.number("activity_id", activity);
  if (activity == kOther) event.text("activity_name", to_string(e.mechanism));
  event.number("type_uid", class_uid * 100 + activity);
  event.number("severity_id", severity_id(e));
  event.number("time", millis(e));
  append_metadata(event, event_uid(e), e.event_name);
  append_cloud(event, e);
  if (finding) {
    append_finding(event, e);
  } else {
    append_sign_in(event, e);
  }
  std::string& rest = event.key("unmapped");
  rest += R"({"glasswatch":)";
  model::append_access_json(rest, e);
  rest.push_back('}');
  event.end();
}

}  // namespace gw::ocsf

// Attributes are written where they are known; one that is required and unknown gets the schema's own word for that
// (0, "unknown"), never an empty object. `type_uid` is class_uid * 100 + activity_id.
#include "domain/ocsf/ocsf.h"

#include <arpa/inet.h>

#include <cstdint>
#include <string>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/model/access_json.h"

namespace gw::ocsf {
namespace {

using model::AccessEvent;
using model::Mechanism;

// One JSON object; an inner one is ended before the outer one goes on.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_.push_back('{'); }
  std::string& key(std::string_view name) {
    if (any_) out_.push_back(',');
    any_ = true;
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) json::append_string(key(name), value);
  }
  void number(std::string_view name, std::int64_t value) { key(name) += std::to_string(value); }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void end() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool any_ = false;
};

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

// The type ip_t is for addresses alone, of at most 40 characters, and records hold names of services, or anything, in their place.
bool is_address(std::string_view text) {
  if (text.size() > 40) return false;
  const std::string z(text);
  in6_addr bytes{};
  return z.find('\0') == std::string::npos &&
         (inet_pton(AF_INET, z.c_str(), &bytes) == 1 || inet_pton(AF_INET6, z.c_str(), &bytes) == 1);
}

void append_user(std::string& out, const model::Principal& p) {
  Object user(out);
  const bool known = !p.name.empty() || !p.id.empty() || !p.arn.empty();
  user.text("name", known ? std::string_view(p.name) : "unknown");
  user.text("uid", p.id.empty() ? p.arn : p.id);
  if (!p.id.empty()) user.text("uid_alt", p.arn);
  user.end();
}

void append_endpoint(Object& into, std::string_view address) {
  if (address.empty()) return;
  Object endpoint(into.key("src_endpoint"));
  endpoint.text(is_address(address) ? "ip" : "name", address);
  endpoint.end();
}

std::string event_uid(const AccessEvent& e) {
  if (e.event_id.empty()) return e.origin.path + "#" + std::to_string(e.origin.record);
  return e.recipient_account_id.empty() ? e.event_id : e.recipient_account_id + "/" + e.event_id;
}

void append_metadata(Object& event, std::string_view uid, std::string_view code) {
  std::string& out = event.key("metadata");
  Object metadata(out);
  metadata.text("version", kSchemaVersion);
  metadata.key("product") += R"({"name":"glasswatch","vendor_name":"glasswatch"})";
  metadata.key("profiles") += R"(["cloud"])";
  metadata.text("uid", uid);
  metadata.text("event_code", code);
  metadata.end();
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

// The first kAlertText bytes, not cutting a character.
std::string_view clip(std::string_view text) {
  if (text.size() <= kAlertText) return text;
  std::size_t end = kAlertText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

enum Activity : int { kCreate = 1, kUpdate = 2, kClose = 3 };

// What may be the actor's own word closes nothing that is critical: as for pagers.
bool is_answered(const model::Alert& alert, const model::Session& s) {
  if (!s.acknowledged) return false;
  return s.acknowledged->independent || s.severity.value_or(alert.severity) != model::Severity::critical;
}

Activity activity_of(const model::Alert& alert, const model::Session* session) {
  if (alert.kind == model::AlertKind::coverage_heard) return kClose;
  if (session == nullptr || alert.kind == model::AlertKind::session_opened) return kCreate;
  if (alert.kind == model::AlertKind::session_merged) return kClose;
  // Over and looked at, in whichever order. What nobody has acknowledged stays open.
  return session->state == model::SessionState::lapsed && is_answered(alert, *session) ? kClose : kUpdate;
}

// What the finding is known by. Of two sessions that became one the finding of the one that is no more is closed; a silence is known by
// its key, which the news of its end names.
std::string finding_of(const model::Alert& alert, const model::Session* session) {
  const auto said = [&](std::string_view name, const std::string& otherwise) {
    json::Doc doc;
    const std::string text = doc.parse(alert.data) ? std::string(doc.root()[name].text()) : std::string();
    return text.empty() ? otherwise : text;
  };
  switch (alert.kind) {
    case model::AlertKind::session_merged: return said("merged", alert.fact.empty() ? alert.id : alert.fact);
    case model::AlertKind::coverage_silent: return alert.key.empty() ? alert.id : alert.key;
    case model::AlertKind::coverage_heard: return said("ends", alert.id);
    default: return session != nullptr ? session->id : alert.id;
  }
}

void append_session_parts(Object& event, const model::Session& s) {
  std::string& out = event.key("evidences");
  out.push_back('[');
  Object evidence(out);
  model::Principal person = s.principal;
  for (std::string* text : {&person.name, &person.id, &person.arn}) *text = clip(*text);
  std::string& actor = evidence.key("actor");
  actor += R"({"user":)";
  append_user(actor, person);
  actor.push_back('}');
  Object api(evidence.key("api"));
  api.text("operation", s.first_event_name.empty() ? "unknown" : clip(s.first_event_name));
  api.end();
  append_endpoint(evidence, clip(s.source_ip));
  evidence.end();
  out.push_back(']');
  if (s.role.empty()) return;
  std::string& resources = event.key("resources");
  resources.push_back('[');
  Object role(resources);
  role.text("name", clip(s.role));
  role.end();
  resources.push_back(']');
}

void append_alert_info(Object& event, const model::Alert& alert, const model::Session* session) {
  std::string& out = event.key("finding_info");
  Object info(out);
  info.text("uid", clip(finding_of(alert, session)));
  info.text("title", session != nullptr ? "Break-glass access" : to_string(alert.kind));
  info.text("desc", clip(alert.reason));
  std::string& types = info.key("types");
  types.push_back('[');
  json::append_string(types, to_string(alert.kind));
  types.push_back(']');
  if (!alert.watch.empty()) {
    Object analytic(info.key("analytic"));
    analytic.number("type_id", 1);
    analytic.text("name", clip(alert.watch));
    analytic.end();
  }
  info.number("created_time", alert.created_at.micros / 1000);
  if (session != nullptr) {
    info.number("first_seen_time", session->started_at.micros / 1000);
    info.number("last_seen_time", session->last_seen_at.micros / 1000);
  }
  info.end();
}

}  // namespace

void append_alert(std::string& out, const model::Alert& alert, const model::Session* session, std::string_view fact) {
  constexpr int kFinding = 2004;
  const Activity activity = activity_of(alert, session);
  Object event(out);
  event.number("class_uid", kFinding);
  event.number("category_uid", kFinding / 1000);
  event.number("activity_id", activity);
  event.number("type_uid", kFinding * 100 + activity);
  event.number("severity_id", static_cast<int>(alert.severity) + 1);
  event.number("time", alert.event_time.value_or(alert.created_at).micros / 1000);
  append_metadata(event, clip(alert.id), to_string(alert.kind));
  Object cloud(event.key("cloud"));
  cloud.text("provider", "AWS");
  if (session != nullptr && !session->account_id.empty()) {
    Object account(cloud.key("account"));
    account.text("uid", clip(session->account_id));
    account.text("name", clip(session->account_name));
    account.end();
  }
  if (session != nullptr) cloud.text("region", clip(session->region));
  cloud.end();
  event.flag("is_alert", activity != kClose && alert.planned.empty() && alert.kind != model::AlertKind::alert_test);
  constexpr int kNew = 1;
  constexpr int kInProgress = 2;
  constexpr int kResolved = 4;
  const bool acknowledged = session != nullptr && session->acknowledged.has_value();
  event.number("status_id", activity == kClose ? kResolved : acknowledged ? kInProgress : kNew);
  append_alert_info(event, alert, session);
  if (session != nullptr) append_session_parts(event, *session);
  std::string& rest = event.key("unmapped");
  rest += R"({"glasswatch":)";
  rest += fact;
  rest.push_back('}');
  event.end();
}

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

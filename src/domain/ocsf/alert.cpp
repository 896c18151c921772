// A fact to tell as a finding: what it is known by, and whether it opens, goes on or closes. Facts may come late and in another order than
// they happened, so whether a finding is closed follows from the session as it is now.
#include <string>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/ocsf/ocsf.h"
#include "domain/ocsf/parts.h"

namespace gw::ocsf {
namespace {

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

// Over and looked at, in whichever order. What nobody has acknowledged stays open.
bool is_settled(const model::Alert& alert, const model::Session* session) {
  return session != nullptr && session->state == model::SessionState::lapsed && is_answered(alert, *session);
}

Activity activity_of(const model::Alert& alert, const model::Session* session) {
  if (alert.kind == model::AlertKind::coverage_heard) return kClose;
  if (session == nullptr || alert.kind == model::AlertKind::session_opened) return kCreate;
  if (alert.kind == model::AlertKind::session_merged) return kClose;
  return is_settled(alert, session) ? kClose : kUpdate;
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

// The same of an alert about no session, from the access that caused it.
void append_access_parts(Object& event, json::Value access) {
  const auto text = [&](json::Value of, std::string_view name) { return clip(of[name].text()); };
  const json::Value who = access["principal"];
  model::Principal person;
  person.name = text(who, "name");
  person.id = text(who, "id");
  person.arn = text(who, "arn");
  std::string& out = event.key("evidences");
  out.push_back('[');
  Object evidence(out);
  std::string& actor = evidence.key("actor");
  actor += R"({"user":)";
  append_user(actor, person);
  actor.push_back('}');
  Object api(evidence.key("api"));
  const std::string_view operation = text(access, "event_name");
  api.text("operation", operation.empty() ? "unknown" : operation);
  if (const std::string_view source = text(access, "event_source"); !source.empty()) {
    Object service(api.key("service"));
    service.text("name", source);
    service.end();
  }
  api.end();
  append_endpoint(evidence, text(access, "source_ip"));
  evidence.end();
  out.push_back(']');
}

void append_alert_cloud(Object& event, const model::Session* session, json::Value said) {
  const auto known = [&](const std::string model::Session::*field, std::string_view name) {
    return clip(session != nullptr ? std::string_view(session->*field) : said[name].text());
  };
  Object cloud(event.key("cloud"));
  cloud.text("provider", "AWS");
  if (const std::string_view id = known(&model::Session::account_id, "account_id"); !id.empty()) {
    Object account(cloud.key("account"));
    account.text("uid", id);
    account.text("name", known(&model::Session::account_name, "account_name"));
    account.end();
  }
  cloud.text("region", known(&model::Session::region, "region"));
  cloud.end();
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
  json::Doc doc;
  const json::Value data = doc.parse(alert.data) && doc.root().is_object() ? doc.root() : json::Value();
  const json::Value access = data["access"];
  append_alert_cloud(event, session, access.is_object() ? access : data);
  const bool is_for_people = alert.kind == model::AlertKind::alert_test || alert.kind == model::AlertKind::handover;
  event.flag("is_alert", activity != kClose && alert.planned.empty() && !is_for_people);
  constexpr int kNew = 1;
  constexpr int kInProgress = 2;
  constexpr int kResolved = 4;
  const bool acknowledged = session != nullptr && session->acknowledged.has_value();
  // An opening that gets through late is no news: the finding may be closed already.
  const bool is_done = activity == kClose || is_settled(alert, session);
  event.number("status_id", is_done ? kResolved : acknowledged ? kInProgress : kNew);
  append_alert_info(event, alert, session);
  if (session != nullptr) {
    append_session_parts(event, *session);
  } else if (access.is_object()) {
    append_access_parts(event, access);
  }
  std::string& rest = event.key("unmapped");
  rest += R"({"glasswatch":)";
  rest += fact;
  rest.push_back('}');
  event.end();
}

}  // namespace gw::ocsf

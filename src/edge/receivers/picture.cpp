#include "edge/receivers/picture.h"

#include <array>
#include <vector>

#include "edge/receivers/local_time.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

using model::ActivityKind;
using model::Mechanism;
using model::MechanismSet;
using model::Session;

constexpr std::string_view kDot = " · ";

constexpr std::array<std::string_view, model::kMechanismCount> kInWords = {
    "Identity Center sign-in",
    "Identity Center portal → console",
    "Identity Center portal → CLI credentials",
    "an application acting through Identity Center",
    "SAML federation",
    "web identity federation",
    "AssumeRole",
    "SwitchRole in the console",
    "IAM user at the console",
    "IAM user's access key",
    "root user at the console",
    "root user's access key",
    "AssumeRoot",
    "session token",
    "aws login",
    "password recovery",
    "tampering",
    "calls by watched credentials",
    "Account access manager"};

// Sign-ins that CloudTrail records no MFA for.
constexpr MechanismSet kFederated = MechanismSet::of(
    Mechanism::identity_center_signin, Mechanism::identity_center_console, Mechanism::identity_center_cli,
    Mechanism::identity_center_app, Mechanism::saml_federation, Mechanism::web_identity);

void join(std::string& out, std::string_view more, std::string_view between = kDot) {
  if (more.empty()) return;
  if (!out.empty()) out += between;
  out += more;
}

std::string label(std::string_view name, std::string_view id) {
  if (name.empty()) return id.empty() ? "unknown account" : piece(id, 40);
  return piece(name, 60) + (id.empty() ? std::string() : " (" + piece(id, 20) + ")");
}

std::string who_is(std::string_view name, std::string_view arn, std::string_view id, std::string_view type) {
  for (const std::string_view text : {name, arn, id, type}) {
    if (!text.empty()) return piece(text, 80);
  }
  return "somebody unknown";
}

std::string address_kind(std::string_view address) {
  if (address.ends_with(".amazonaws.com")) return "an AWS service";
  if (address.starts_with("10.") || address.starts_with("192.168.") || address == "AWS Internal") return "internal";
  return {};
}

std::string from_where(std::string_view address, std::string_view agent) {
  std::string out = address.empty() ? "address not recorded" : piece(address, 60);
  join(out, address_kind(address));
  join(out, piece(agent, 160));
  return out;
}

std::string mfa_in_words(std::optional<bool> mfa, bool is_federated) {
  if (mfa) return *mfa ? "used" : "NOT used";
  return is_federated ? "not recorded by CloudTrail for federated sign-in" : "not recorded by CloudTrail";
}

std::string mechanisms_in_words(MechanismSet set) {
  std::string out;
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (set.has(static_cast<Mechanism>(i))) join(out, kInWords[i], " + ");
  }
  return out.empty() ? std::string(kInWords[static_cast<std::size_t>(Mechanism::other)]) : out;
}

std::string token_in_words(const Session& s, const std::string& zone) {
  if (s.by_identity || !s.expires_at)
    return s.by_identity ? "long-lived credentials: no expiry, over after 30 min without a call" : "expiry not known";
  std::string out = s.state == model::SessionState::lapsed ? "lapsed, was valid until " : "valid until ";
  out += clock_in_words(*s.expires_at, zone);
  switch (s.expiry_grade) {
    case model::ExpiryGrade::exact: return out + " (exact, from STS)";
    case model::ExpiryGrade::configured: return out + " (configured duration)";
    default: return out + " (default 1 h assumed)";
  }
}

std::string when_in_words(Time at, std::optional<Time> seen, std::string_view feeds, const std::string& zone) {
  std::string out = clock_in_words(at, zone);
  if (seen) join(out, "seen " + ago(seen->micros - at.micros) + " later");
  if (!feeds.empty()) out += " via " + std::string(feeds);
  return out;
}

std::string reason_in_words(const Session& s) {
  std::string out;
  for (const std::string& ticket : s.planned) {
    join(out, (s.all_planned ? "planned: " : "partly planned: ") + piece(ticket, 60));
    if (out.size() > 200) break;
  }
  if (!s.notes.empty()) join(out, piece(s.notes.back().text, 200) + " (" + piece(s.notes.back().by, 60) + ")");
  if (s.acknowledged && !s.acknowledged->note.empty()) join(out, piece(s.acknowledged->note, 200));
  return out.empty() ? "none yet" : out;
}

void count(std::string& out, const Session& s, ActivityKind kind, std::string_view one, std::string_view many,
           bool always = false) {
  const std::uint64_t n = s.kinds[static_cast<std::size_t>(kind)].count;
  if (n == 0 && !always) return;
  join(out, std::to_string(n) + " " + std::string(n == 1 ? one : many));
}

std::string high_risk_in_words(const Session& s) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& [call, sighting] : s.high_risk) {
    if (++shown > 5) {
      join(out, "… " + std::to_string(s.high_risk.size()) + " in all", ", ");
      break;
    }
    join(out, piece(call, 60) + (sighting.count > 1 ? " ×" + std::to_string(sighting.count) : std::string()), ", ");
  }
  return out.empty() ? out : "high risk: " + out;
}

}  // namespace

std::string_view in_words(Mechanism mechanism) { return kInWords[static_cast<std::size_t>(mechanism)]; }

std::string_view severity_sign(model::Severity severity) {
  constexpr std::array<std::string_view, 5> kSigns = {"⚪", "🔵", "🟡", "🟠", "🔴"};
  return kSigns[static_cast<std::size_t>(severity)];
}

std::string clock_in_words(Time time, const std::string& zone) {
  const std::string local = local_clock(time, zone);
  return utc_day_clock(time) + (local.empty() ? std::string() : " (" + local + ")");
}

std::string counts_of(const Session& s) {
  std::string out = std::to_string(s.calls) + (s.calls == 1 ? " call" : " calls");
  count(out, s, ActivityKind::write, "write", "writes");
  count(out, s, ActivityKind::iam, "IAM change", "IAM changes");
  count(out, s, ActivityKind::logging, "logging change", "logging changes");
  count(out, s, ActivityKind::network, "network change", "network changes");
  count(out, s, ActivityKind::data, "data read", "data reads");
  count(out, s, ActivityKind::secrets, "secret or key", "secrets or keys");
  count(out, s, ActivityKind::denied, "denied", "denied", true);
  return out;
}

Picture picture_of(const Session& s, const ports::Telling& telling, Time now) {
  Picture p;
  p.who = who_is(s.principal.name, s.principal.arn, s.principal.id, s.principal.type);
  p.account = label(s.account_name, s.account_id);
  p.account_id = piece(s.account_id, 20);
  p.role = piece(s.role.empty() ? s.task_policy : s.role, 70);
  p.how = mechanisms_in_words(s.mechanisms);
  if (!s.first_event_name.empty()) p.how += " (" + piece(s.first_event_name, 60) + ")";
  if (s.also.has(Mechanism::account_access)) join(p.how, "by Account access manager");
  p.from = from_where(s.source_ip, s.user_agent);
  if (s.addresses.size() > 1) join(p.from, std::to_string(s.addresses.size()) + " addresses in all");
  std::string feeds;
  for (const std::string& feed : s.feeds) join(feeds, piece(feed, 30), ", ");
  p.when = when_in_words(s.started_at, s.opened_at.micros > 0 ? s.opened_at : now, feeds, telling.local_zone);
  if (s.confirmed_by.empty()) join(p.when, "trail copy pending");
  p.token = token_in_words(s, telling.local_zone);
  p.mfa = mfa_in_words(s.mfa, s.mechanisms.intersects(kFederated));
  p.reason = reason_in_words(s);
  p.so_far = counts_of(s);
  join(p.so_far, high_risk_in_words(s));
  p.event_id = piece(s.first_event_id, 80);
  p.region = piece(s.region, 40);
  return p;
}

Picture picture_of(json::Value access, const ports::Telling& telling, Time now) {
  Picture p;
  const json::Value who = access["principal"];
  p.who = who_is(who["name"].text(), who["arn"].text(), who["id"].text(), who["type"].text());
  p.account = label(access["account_name"].text(), access["account_id"].text());
  p.account_id = piece(access["account_id"].text(), 20);
  p.role = piece(access["role"].text(), 70);
  const std::optional<Mechanism> mechanism = model::parse_mechanism(access["mechanism"].text());
  p.how = mechanism ? std::string(in_words(*mechanism)) : piece(access["mechanism"].text(), 40);
  p.how += " (" + piece(access["event_source"].text(), 60) + " " + piece(access["event_name"].text(), 60) + ")";
  p.from = from_where(access["source_ip"].text(), access["user_agent"].text());
  if (const std::optional<Time> at = parse_time(access["event_time"].text()))
    p.when = when_in_words(*at, now, access["origin"]["feed"].text(), telling.local_zone);
  p.mfa = mfa_in_words(access["mfa"].boolean(), mechanism && kFederated.has(*mechanism));
  if (!access["error_code"].text().empty()) {
    p.so_far = "failed: " + piece(access["error_code"].text(), 80);
    join(p.so_far, piece(access["error_message"].text(), 160));
  }
  p.event_id = piece(access["event_id"].text(), 80);
  p.region = piece(access["region"].text(), 40);
  return p;
}

}  // namespace gw::receivers

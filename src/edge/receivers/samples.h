// For tests: a session as it looks after ten minutes, and messages about it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/model/access_json.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

inline constexpr Time kStart{std::int64_t{1'785'550'491} * 1'000'000};  // 2026-08-01T02:14:51Z
inline Time plus_seconds(Time t, std::int64_t s) { return Time{t.micros + s * 1'000'000}; }

inline const std::string kSessionId = "0198633e-9a3b-7cde-8f01-23456789abcd";

inline model::Session sample_session() {
  model::Session s;
  s.id = kSessionId;
  s.account_id = "444455556666";
  s.account_name = "prod-payments";
  s.role = "BreakGlassAdmin";
  s.principal = {"IdentityCenterUser", "9067-1", "alice@example.com", "learnt", ""};
  s.mechanisms = model::MechanismSet::of(model::Mechanism::identity_center_cli);
  s.first_event_name = "GetRoleCredentials";
  s.started_at = kStart;
  s.last_seen_at = plus_seconds(kStart, 600);
  s.opened_at = plus_seconds(kStart, 6);
  s.expires_at = plus_seconds(kStart, 3600);
  s.expiry_grade = model::ExpiryGrade::exact;
  s.severity = model::Severity::critical;
  s.watch = "prod";
  s.watches = {"prod"};
  s.calls = 12;
  s.kinds[static_cast<std::size_t>(model::ActivityKind::write)].count = 3;
  s.kinds[static_cast<std::size_t>(model::ActivityKind::iam)].count = 1;
  s.addresses["203.0.113.7"] = {kStart, kStart, 10, "e1"};
  s.addresses["198.51.100.9"] = {plus_seconds(kStart, 300), plus_seconds(kStart, 300), 2, "e2"};
  s.high_risk["iam:CreateUser"] = {plus_seconds(kStart, 200), plus_seconds(kStart, 200), 2, "e3"};
  s.source_ip = "203.0.113.7";
  s.user_agent = "aws-cli/2.34 macOS";
  s.region = "eu-west-1";
  s.feeds = {"eventbridge"};
  s.first_event_id = "9f3c0000-0000-4000-8000-000000000001";
  s.config_hash = "4b1e2a00ff";
  s.joins.push_back({kStart, "k", "e", model::JoinGrade::exact, "role_session", {}});
  return s;
}

inline ports::Claim sample_claim(model::AlertKind kind, std::string fact = {}) {
  ports::Claim claim;
  claim.session = sample_session();
  claim.alert.id = "0198633e-aaaa-7cde-8f01-23456789abcd";
  claim.alert.kind = kind;
  claim.alert.fact = std::move(fact);
  claim.alert.key = std::string(to_string(kind)) + "|" + claim.session->id + "|" + claim.alert.fact;
  claim.alert.session_id = claim.session->id;
  claim.alert.severity = model::Severity::critical;
  claim.alert.watch = "prod";
  claim.alert.reason = "watch prod matched";
  claim.alert.created_at = plus_seconds(kStart, 6);
  claim.notification.id = "0198633e-bbbb-7cde-8f01-23456789abcd";
  claim.notification.receiver = "oncall";
  return claim;
}

inline ports::Message sample_message(std::vector<ports::Claim> facts) {
  ports::Message m;
  m.facts = std::move(facts);
  m.is_first = !m.facts.front().thread.has_value();
  m.now = plus_seconds(kStart, 420);
  m.telling.runbook = "https://wiki.example.com/break-glass";
  m.telling.watch_owner = "payments-platform";
  m.telling.local_zone = "Europe/London";
  m.telling.api_base = "https://glasswatch.example.com";
  return m;
}

// A fact about no session, with an access as its data.
inline ports::Claim sample_change(model::AlertKind kind) {
  ports::Claim claim = sample_claim(kind, "StopLogging");
  claim.session.reset();
  claim.alert.session_id.clear();
  model::AccessEvent e;
  e.event_id = "e-77";
  e.event_time = kStart;
  e.mechanism = model::Mechanism::tamper;
  e.account_id = "444455556666";
  e.account_name = "prod-payments";
  e.principal = {"AssumedRole", "AROA:bob", "", "", "arn:aws:sts::444455556666:assumed-role/Ops/bob"};
  e.source_ip = "203.0.113.7";
  e.user_agent = "aws-cli";
  e.region = "us-gov-west-1";
  e.event_source = "cloudtrail.amazonaws.com";
  e.event_name = "StopLogging";
  claim.alert.data = "{\"access\":";
  model::append_access_json(claim.alert.data, e);
  claim.alert.data += "}";
  return claim;
}

}  // namespace gw::receivers

#include "domain/ocsf/ocsf.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json/doc.h"
#include "domain/model/access_json.h"
#include "domain/ocsf/schema.h"

namespace gw::ocsf {
namespace {

using model::AccessEvent;
using model::Mechanism;
using model::Severity;

std::string line_of(const AccessEvent& e) {
  std::string out;
  append_event(out, e);
  return out;
}

void expect_valid_line(const std::string& line) {
  EXPECT_EQ(line.find('\n'), std::string::npos);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(line)) << line;
  const json::Value root = doc.root();
  EXPECT_EQ(deviation(root), "") << line;
  EXPECT_TRUE(root["unmapped"]["glasswatch"].is_object());
}

void expect_valid(const AccessEvent& e) { expect_valid_line(line_of(e)); }

AccessEvent alice() {
  AccessEvent e;
  e.event_id = "e-1";
  e.event_time = parse_time("2026-08-01T02:14:51.250Z");
  e.mechanism = Mechanism::saml_federation;
  e.account_id = "444455556666";
  e.account_name = "prod";
  e.role = "BreakGlassAdmin";
  e.principal = {"SAMLUser", "9067-1", "alice@example.com", "record", "arn:aws:x"};
  e.source_ip = "203.0.113.7";
  e.region = "eu-west-2";
  e.event_source = "sts.amazonaws.com";
  e.event_name = "AssumeRoleWithSAML";
  e.recipient_account_id = "111122223333";
  return e;
}

AccessEvent watched() {
  AccessEvent e = alice();
  e.break_glass = true;
  e.watch = "prod-break-glass";
  e.severity = Severity::critical;
  return e;
}

TEST(Ocsf, HasEveryRequiredAttributeForEveryMechanismAndGap) {
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    for (AccessEvent e : {alice(), watched(), AccessEvent()}) {
      e.mechanism = static_cast<Mechanism>(i);
      expect_valid(e);
      e.break_glass = true;
      expect_valid(e);
    }
  }
}

// The table finds what it is there for.
TEST(OcsfSchema, NamesTheFirstDeviation) {
  const std::string good = line_of(watched());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    const std::size_t at = line.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    line.replace(at, from.size(), to);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(line)) << line;
    return deviation(doc.root());
  };
  EXPECT_EQ(with("{", "{"), "");
  EXPECT_EQ(with(R"("severity_id":5,)", ""), "severity_id is missing");
  EXPECT_EQ(with(R"("severity_id":5)", R"("severity_id":7)"), "severity_id is none of its values");
  EXPECT_EQ(with(R"("time":1785550491250)", R"("time":"now")"), "time is of another type");
  EXPECT_EQ(with(R"("uid":"111122223333/e-1","title")", R"("uid":"","title")"), "finding_info.uid is missing");
  EXPECT_EQ(with(R"("provider":"AWS",)", ""), "cloud.provider is missing");
  EXPECT_EQ(with(R"("vendor_name":"glasswatch")", R"("uid":"x")"), "metadata.product.vendor_name is missing");
  EXPECT_EQ(with(R"("actor":{"user":)", R"("actor":{"session":)"), "evidences.actor.session is not of this class");
  EXPECT_EQ(with(R"("ip":"203.0.113.7")", R"("port":1)"), "evidences.src_endpoint.has none of what names it");
  EXPECT_EQ(with(R"("class_uid":2004)", R"("class_uid":2005)"), "class_uid is missing, or another");
  EXPECT_EQ(with(R"("type_uid":200401)", R"("type_uid":200402)"), "type_uid does not fit class_uid and activity_id");
  EXPECT_EQ(with(R"("category_uid":2)", R"("category_uid":3)"), "category_uid does not fit class_uid");
  EXPECT_EQ(with(R"("is_alert":true,)", R"("is_alert":true,"is_mfa":true,)"), "is_mfa is not of this class");
}

TEST(Ocsf, AWatchedAccessIsADetectionFinding) {
  const std::string line = line_of(watched());
  EXPECT_EQ(line.substr(0, line.find(",\"unmapped\"")),
            R"({"class_uid":2004,"category_uid":2,"activity_id":1,"type_uid":200401,"severity_id":5,)"
            R"("time":1785550491250,"metadata":{"version":"1.4.0","product":{"name":"glasswatch",)"
            R"("vendor_name":"glasswatch"},"profiles":["cloud"],"uid":"111122223333/e-1",)"
            R"("event_code":"AssumeRoleWithSAML"},"cloud":{"provider":"AWS","account":{"uid":"444455556666",)"
            R"("name":"prod"},"region":"eu-west-2"},"is_alert":true,"status_id":1,"finding_info":{)"
            R"("uid":"111122223333/e-1","title":"Break-glass access","types":["break-glass"],)"
            R"("analytic":{"type_id":1,"name":"prod-break-glass"},"first_seen_time":1785550491250,)"
            R"("last_seen_time":1785550491250},"evidences":[{"actor":{"user":{"name":"alice@example.com",)"
            R"("uid":"9067-1","uid_alt":"arn:aws:x"}},"api":{"operation":"AssumeRoleWithSAML",)"
            R"("service":{"name":"sts.amazonaws.com"}},"src_endpoint":{"ip":"203.0.113.7"}}],)"
            R"("resources":[{"name":"BreakGlassAdmin"}])");
}

TEST(Ocsf, AnotherAccessIsAnAuthentication) {
  AccessEvent e = alice();
  e.outcome = model::Outcome::failure;
  e.error_code = "AccessDenied";
  e.mfa = true;
  const std::string line = line_of(e);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(line));
  const json::Value root = doc.root();
  EXPECT_EQ(root["type_uid"].raw(), "300201");
  EXPECT_EQ(root["severity_id"].raw(), "1");
  EXPECT_EQ(root["status_id"].raw(), "2");
  EXPECT_EQ(root["status_code"].text(), "AccessDenied");
  EXPECT_EQ(root["is_mfa"].raw(), "true");
  EXPECT_EQ(root["auth_protocol_id"].raw(), "5");
  EXPECT_EQ(root["user"]["name"].text(), "alice@example.com");
}

TEST(Ocsf, WhatIsPlannedOrIgnoredIsNoAlert) {
  AccessEvent e = watched();
  e.planned = "CHG-1";
  EXPECT_NE(line_of(e).find(R"("is_alert":false,"status_id":1)"), std::string::npos);
  e = watched();
  e.ignored_by = "drill";
  EXPECT_NE(line_of(e).find(R"("is_alert":false,"status_id":3)"), std::string::npos);
}

TEST(Ocsf, EveryKindOfAlertHasEveryRequiredAttribute) {
  model::Session session;
  for (std::size_t i = 0; i < model::kAlertKinds; ++i) {
    model::Alert alert;
    alert.id = "a-1";
    alert.kind = static_cast<model::AlertKind>(i);
    std::string alone;
    append_alert(alone, alert, nullptr, "{}");
    const bool ends = alert.kind == model::AlertKind::coverage_heard;
    EXPECT_NE(alone.find(ends ? R"("type_uid":200403)" : R"("type_uid":200401)"), std::string::npos) << alone;
    session.id = "s-1";
    session.principal.name = std::string(kAlertText - 1, 'a') + "\u00e9";  // the cut would go through it
    std::string about;
    append_alert(about, alert, &session, "{\"x\":1}");
    for (const std::string& line : {alone, about}) {
      expect_valid_line(line);
    }
    json::Doc doc;
    ASSERT_TRUE(doc.parse(about));
    EXPECT_EQ(doc.root()["evidences"].first_child()["actor"]["user"]["name"].text(), std::string(kAlertText - 1, 'a'));
  }
}

TEST(Ocsf, AFindingClosesWhenTheSessionIsOverAndAcknowledged) {
  model::Session session;
  session.id = "s-1";
  model::Alert alert;
  const auto says = [&](model::AlertKind kind) {
    alert.kind = kind;
    std::string line;
    append_alert(line, alert, &session, "{}");
    json::Doc doc;
    EXPECT_TRUE(doc.parse(line));
    return std::string(doc.root()["activity_id"].raw()) + " " + std::string(doc.root()["status_id"].raw());
  };
  EXPECT_EQ(says(model::AlertKind::session_opened), "1 1");
  EXPECT_EQ(says(model::AlertKind::session_digest), "2 1");
  session.state = model::SessionState::lapsed;
  EXPECT_EQ(says(model::AlertKind::session_lapsed), "2 1");
  session.acknowledged = model::Acknowledgement{};
  EXPECT_EQ(says(model::AlertKind::session_acknowledged), "3 4");
  session.severity = Severity::critical;
  EXPECT_EQ(says(model::AlertKind::session_lapsed), "2 2");  // perhaps by the actor
  session.acknowledged->independent = true;
  EXPECT_EQ(says(model::AlertKind::session_lapsed), "3 4");
  EXPECT_EQ(says(model::AlertKind::session_opened), "1 4");  // told late: it opens nothing anew
  EXPECT_EQ(says(model::AlertKind::session_merged), "3 4");
}

TEST(Ocsf, AMergeClosesTheFindingThatIsNoMoreAndAnEndThatOfItsSilence) {
  model::Session session;
  session.id = "s-1";
  const auto uid = [&](model::AlertKind kind, const std::string& data, const model::Session* about) {
    model::Alert alert;
    alert.id = "a-1";
    alert.key = "coverage.silent|account|1";
    alert.kind = kind;
    alert.data = data;
    std::string line;
    append_alert(line, alert, about, "{}");
    json::Doc doc;
    EXPECT_TRUE(doc.parse(line));
    return std::string(doc.root()["finding_info"]["uid"].text()) + " " + std::string(doc.root()["activity_id"].raw()) +
           " " + std::string(doc.root()["is_alert"].raw());
  };
  EXPECT_EQ(uid(model::AlertKind::session_merged, R"({"merged":"s-2"})", &session), "s-2 3 false");
  EXPECT_EQ(uid(model::AlertKind::session_opened, "{}", &session), "s-1 1 true");
  EXPECT_EQ(uid(model::AlertKind::coverage_silent, "{}", nullptr), "coverage.silent|account|1 1 true");
  EXPECT_EQ(uid(model::AlertKind::coverage_heard, R"({"ends":"coverage.silent|account|1"})", nullptr),
            "coverage.silent|account|1 3 false");
  EXPECT_EQ(uid(model::AlertKind::tamper, "{}", nullptr), "a-1 1 true");
}

TEST(Ocsf, AnAlertAboutNoSessionSaysWhoDidWhatWhere) {
  AccessEvent e = alice();
  e.event_name = "StopLogging";
  e.event_source = "cloudtrail.amazonaws.com";
  e.source_ip = std::string(500, 'x');
  model::Alert alert;
  alert.id = "a-1";
  alert.kind = model::AlertKind::tamper;
  alert.data = "{\"access\":";
  model::append_access_json(alert.data, e);
  alert.data += "}";
  std::string line;
  append_alert(line, alert, nullptr, "{}");
  expect_valid_line(line);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(line));
  EXPECT_EQ(doc.root()["cloud"]["account"]["uid"].text(), e.account_id);
  EXPECT_EQ(doc.root()["cloud"]["region"].text(), e.region);
  const json::Value evidence = doc.root()["evidences"].first_child();
  EXPECT_EQ(evidence["actor"]["user"]["name"].text(), e.principal.name);
  EXPECT_EQ(evidence["api"]["operation"].text(), "StopLogging");
  EXPECT_EQ(evidence["api"]["service"]["name"].text(), "cloudtrail.amazonaws.com");
  EXPECT_EQ(evidence["src_endpoint"]["name"].text().size(), kAlertText);
  // Of counts the account is known, and nobody in particular.
  alert.kind = model::AlertKind::access_denied;
  alert.data = R"({"account_id":"444455556666","count":3})";
  line.clear();
  append_alert(line, alert, nullptr, "{}");
  expect_valid_line(line);
  EXPECT_NE(line.find(R"("account":{"uid":"444455556666"})"), std::string::npos) << line;
  EXPECT_EQ(line.find("evidences"), std::string::npos);
}

TEST(Ocsf, AHandOverIsNoAlert) {
  model::Alert alert;
  alert.id = "a-1";
  alert.kind = model::AlertKind::handover;
  std::string line;
  append_alert(line, alert, nullptr, "{}");
  EXPECT_NE(line.find(R"("is_alert":false)"), std::string::npos) << line;
}

TEST(Ocsf, OnlyAddressesAreWrittenAsAddresses) {
  for (const auto& [text, attribute] : std::map<std::string, std::string>{{"2001:db8::1", "ip"},
                                                                          {"198.51.100.1", "ip"},
                                                                          {"sts.amazonaws.com", "name"},
                                                                          {"AWS Internal", "name"},
                                                                          {"1.1", "name"},
                                                                          {":::", "name"},
                                                                          {"dead.beef", "name"},
                                                                          {"\",\"ip\":\"192.0.2.1", "name"}}) {
    AccessEvent e = alice();
    e.source_ip = text;
    const std::string line = line_of(e);
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line));
    EXPECT_EQ(doc.root()["src_endpoint"].size(), 1u) << text;
    EXPECT_EQ(doc.root()["src_endpoint"][attribute].text(), text);
  }
}

}  // namespace
}  // namespace gw::ocsf

// PagerDuty: the suite, and how an incident follows its session.
#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "tests/conformance/receiver_kit.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::Message;
using ports::SendResult;
using ports::SendVerdict;

const std::string kKey = "0123456789abcdef0123456789abcdef";

StandIn::Script pagerduty_that_works() {
  return [](const StandInRequest&) {
    return reply(202, R"({"status":"success","message":"Event processed","dedup_key":"x"})");
  };
}

receivers::Config config_for(const StandIn& s) {
  receivers::Config config;
  config.type = "pagerduty";
  config.routing_key = given(kKey);
  config.events_url = s.url();
  return config;
}

INSTANTIATE_TEST_SUITE_P(PagerDuty, ReceiverSuite,
                         ::testing::Values(Subject{.name = "pagerduty",
                                                   .make = [](const StandIn& s) { return receiver_of(config_for(s)); },
                                                   .works = pagerduty_that_works,
                                                   .secrets = {kKey},
                                                   .limit = 512'000}),
                         name_of);

struct PagerDutyTest : ::testing::Test {
  StandIn pagerduty{pagerduty_that_works()};
  std::shared_ptr<ports::Receiver> receiver = receiver_of(config_for(pagerduty));

  // What was posted for the message: action and dedup_key of each event.
  std::vector<std::string> told(const Message& message) {
    pagerduty.forget();
    EXPECT_EQ(receiver->send(message, kLong).verdict, SendVerdict::accepted);
    std::vector<std::string> out;
    for (const StandInRequest& r : pagerduty.requests()) {
      json::Doc doc;
      EXPECT_TRUE(doc.parse(r.body));
      EXPECT_EQ(r.path, "/v2/enqueue");
      EXPECT_EQ(doc.root()["routing_key"].text(), kKey);
      out.push_back(std::string(doc.root()["event_action"].text()) + " " + std::string(doc.root()["dedup_key"].text()));
    }
    return out;
  }
  using Told = std::vector<std::string>;
  const Told trigger{"trigger " + receivers::kSessionId};
  const Told acknowledge{"acknowledge " + receivers::kSessionId};
  const Told resolve{"resolve " + receivers::kSessionId};
};

TEST_F(PagerDutyTest, OneIncidentASessionFollowsIt) {
  EXPECT_EQ(told(about(AlertKind::session_opened)), trigger);
  EXPECT_EQ(told(about(AlertKind::session_high_risk, "iam:CreateUser")), trigger);
  EXPECT_EQ(told(about(AlertKind::session_new_address, "2")), trigger);
  EXPECT_EQ(told(about(AlertKind::session_digest, "1")), Told{});
  Message acked = about(AlertKind::session_acknowledged);
  acked.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_EQ(told(acked), acknowledge);
  Message over = about(AlertKind::session_lapsed);
  over.facts[0].session->state = model::SessionState::lapsed;
  over.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_EQ(told(over), resolve);
}

TEST_F(PagerDutyTest, WhatNobodyAcknowledgedStaysOpenWhenItIsOver) {
  Message over = about(AlertKind::session_lapsed);
  over.facts[0].session->state = model::SessionState::lapsed;
  over.facts[0].thread = receiver->send(about(AlertKind::session_opened), kLong).thread;
  ASSERT_TRUE(over.facts[0].thread.has_value());
  EXPECT_EQ(told(over), trigger);
  EXPECT_NE(pagerduty.requests().at(0).body.find("over, unacknowledged"), std::string::npos);
  Message acked = about(AlertKind::session_acknowledged);
  acked.facts[0].session->state = model::SessionState::lapsed;
  acked.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_EQ(told(acked), resolve);
}

TEST_F(PagerDutyTest, AnAcknowledgementThatMayBeTheActorsOwnDoesNotEndACriticalPage) {
  Message acked = about(AlertKind::session_acknowledged);
  acked.facts[0].session->acknowledged = acknowledged_by("alice", false);
  EXPECT_EQ(told(acked), Told{});
  Message over = about(AlertKind::session_lapsed);
  over.facts[0].session->state = model::SessionState::lapsed;
  over.facts[0].session->acknowledged = acknowledged_by("slack:U9", false);
  over.facts[0].thread = model::Thread{"oncall", receivers::kSessionId, {}, {}, receivers::kStart, 0};
  EXPECT_EQ(told(over), trigger);
  acked.facts[0].session->severity = model::Severity::high;
  EXPECT_EQ(told(acked), acknowledge);
}

TEST_F(PagerDutyTest, WhatGetsThroughAfterItsAnswerPagesNobodyAnew) {
  Message late = about(AlertKind::session_opened);
  model::Session& s = *late.facts[0].session;
  s.acknowledged = acknowledged_by("carol", true);
  s.acknowledged->at = receivers::plus_seconds(late.facts[0].alert.created_at, 60);
  EXPECT_EQ(told(late), (Told{trigger[0], acknowledge[0]}));
  s.state = model::SessionState::lapsed;
  EXPECT_EQ(told(late), Told{});
  s.acknowledged->independent = false;  // critical: nobody else has looked
  EXPECT_EQ(told(late), trigger);
  // What happened after the answer is told; after the end, too.
  Message later = about(AlertKind::session_high_risk, "iam:CreateUser");
  model::Session& t = *later.facts[0].session;
  t.acknowledged = acknowledged_by("carol", true);
  t.acknowledged->at = receivers::kStart;
  EXPECT_EQ(told(later), trigger);
  t.state = model::SessionState::lapsed;
  t.lapsed_at = receivers::plus_seconds(later.facts[0].alert.created_at, 60);
  EXPECT_EQ(told(later), Told{});
  t.lapsed_at = receivers::kStart;
  EXPECT_EQ(told(later), trigger);
}

// Of a storm, whose sessions all end within minutes.
TEST_F(PagerDutyTest, TheEndOfASessionThatHadNoIncidentPagesNobody) {
  Message over = about(AlertKind::session_lapsed);
  over.facts[0].session->state = model::SessionState::lapsed;
  EXPECT_EQ(told(over), Told{});
  over.facts[0].notification.rerouted_from =
      "oncall";  // the other receiver was told of the opening, and takes nothing more
  EXPECT_EQ(told(over), trigger);
  over.facts[0].notification.rerouted_from.clear();
  over.facts[0].session->planned = {"CHG-1"};
  EXPECT_EQ(told(over), trigger);
  over.facts[0].session->planned.clear();
  over.facts[0].alias_threads = {{"oncall", "0198-other", {}, {}, receivers::kStart, 0}};
  EXPECT_EQ(told(over), trigger);  // the incident of the one that was merged into it is gone
}

TEST_F(PagerDutyTest, WhatIsToldOfASessionIsRememberedWithIt) {
  const auto remembers = [&](Message message) { return receiver->send(message, kLong).thread.has_value(); };
  EXPECT_TRUE(remembers(about(AlertKind::session_escalated, "1")));
  EXPECT_FALSE(remembers(about(AlertKind::session_digest, "1")));
  Message merged = about(AlertKind::session_merged, "0198-other");
  EXPECT_TRUE(remembers(merged));
  merged.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_FALSE(remembers(merged));
  pagerduty.answer([](const StandInRequest&) { return reply(503); });
  EXPECT_FALSE(remembers(about(AlertKind::session_opened)));
}

TEST_F(PagerDutyTest, TheEndOfWhatWentOnMeanwhileResolvesNothing) {
  Message over = about(AlertKind::session_lapsed);
  over.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_EQ(told(over), Told{});
}

TEST_F(PagerDutyTest, TheIncidentOfASessionThatWasMergedAwayIsResolved) {
  Message merged = about(AlertKind::session_merged, "0198-other");
  merged.facts[0].alert.data = R"({"merged":"0198-other"})";
  EXPECT_EQ(told(merged), (Told{trigger[0], "resolve 0198-other"}));
  merged.facts[0].session->acknowledged = acknowledged_by("carol", true);
  EXPECT_EQ(told(merged), Told{"resolve 0198-other"});
}

TEST_F(PagerDutyTest, AFactAboutNoSessionHasAnIncidentOfItsOwn) {
  const Message change = receivers::sample_message({receivers::sample_change(AlertKind::tamper)});
  EXPECT_EQ(told(change), Told{"trigger " + change.facts[0].alert.id});
}

TEST_F(PagerDutyTest, AnEventSaysWhoWhereAndHow) {
  const SendResult result = receiver->send(about(AlertKind::session_opened), kLong);
  EXPECT_EQ(result.reference, receivers::kSessionId);
  const std::string body = pagerduty.requests().at(0).body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  const json::Value payload = doc.root()["payload"];
  EXPECT_EQ(payload["summary"].text(),
            "BREAK-GLASS · alice@example.com → prod-payments (444455556666) · BreakGlassAdmin");
  EXPECT_EQ(payload["source"].text(), "444455556666");
  EXPECT_EQ(payload["severity"].text(), "critical");
  EXPECT_EQ(payload["timestamp"].text(), "2026-08-01T02:14:57Z");
  EXPECT_EQ(payload["class"].text(), "session.opened");
  EXPECT_EQ(payload["custom_details"]["Who"].text(), "alice@example.com");
  EXPECT_EQ(payload["custom_details"]["Acknowledge"].text(), "glasswatch ack " + receivers::kSessionId);
  EXPECT_NE(pagerduty.requests()[0].body.find(R"({"href":"https://wiki.example.com/break-glass","text":"Runbook"})"),
            std::string::npos);
}

TEST_F(PagerDutyTest, SeveritiesAreItsOwnAndAMutedOneIsQuiet) {
  const auto severity = [&](model::Severity ours, bool quiet) {
    Message m = about(AlertKind::session_opened);
    m.facts[0].alert.severity = ours;
    m.quiet = quiet;
    pagerduty.forget();
    receiver->send(m, kLong);
    const std::string body = pagerduty.requests().at(0).body;
    json::Doc doc;
    EXPECT_TRUE(doc.parse(body));
    return std::string(doc.root()["payload"]["severity"].text());
  };
  EXPECT_EQ(severity(model::Severity::critical, false), "critical");
  EXPECT_EQ(severity(model::Severity::high, false), "error");
  EXPECT_EQ(severity(model::Severity::medium, false), "warning");
  EXPECT_EQ(severity(model::Severity::low, false), "info");
  EXPECT_EQ(severity(model::Severity::info, false), "info");
  EXPECT_EQ(severity(model::Severity::critical, true), "info");
}

TEST_F(PagerDutyTest, SummariesAndKeysStayWithinTheirLimits) {
  Message m = about(AlertKind::session_opened);
  for (std::string* text : {&m.facts[0].session->principal.name, &m.facts[0].session->role, &m.facts[0].session->id})
    text->assign(4000, 'x');
  m.facts[0].alert.reason.assign(5000, 'y');
  ASSERT_EQ(receiver->send(m, kLong).verdict, SendVerdict::accepted);
  const std::string body = pagerduty.requests().at(0).body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  EXPECT_LE(doc.root()["payload"]["summary"].text().size(), 1024u);
  EXPECT_LE(doc.root()["dedup_key"].text().size(), 255u);
}

TEST_F(PagerDutyTest, LongKeysThatBeginAlikeStayApartAndTheSameInEveryEvent) {
  const auto key = [&](const Message& message) {
    const Told events = told(message);
    return events.empty() ? std::string() : events[0].substr(events[0].find(' ') + 1);
  };
  Message one = receivers::sample_message({receivers::sample_change(AlertKind::access_denied)});
  one.facts[0].alert.key = "access.denied|" + std::string(300, 'r') + "|1785550500000000|1";
  Message other = one;
  other.facts[0].alert.key = "access.denied|" + std::string(300, 'r') + "|1785551400000000|1";
  EXPECT_LE(key(one).size(), 255u);
  EXPECT_NE(key(one), key(other));
  Message silent = one;
  silent.facts[0].alert.kind = AlertKind::coverage_silent;
  silent.facts[0].alert.key = "silent|" + std::string(300, 'r');
  Message heard = silent;
  heard.facts[0].alert.kind = AlertKind::coverage_heard;
  heard.facts[0].alert.data = R"({"ends":")" + silent.facts[0].alert.key + "\"}";
  EXPECT_EQ(key(silent), key(heard));
  EXPECT_EQ(receiver->send(heard, kLong).reference, key(heard));
}

TEST_F(PagerDutyTest, AKeyThatIsNotKnownIsAboutTheSecret) {
  const auto about_secret = [&](const std::string& body) {
    pagerduty.answer([body](const StandInRequest&) { return reply(400, body); });
    const SendResult result = receiver->send(about(AlertKind::session_opened), kLong);
    EXPECT_EQ(result.verdict, SendVerdict::refused);
    return result.about_secret;
  };
  EXPECT_TRUE(about_secret(R"({"status":"Invalid routing key","message":"Invalid routing key"})"));
  EXPECT_TRUE(about_secret(R"({"status":"invalid event","errors":["'routing_key' must be alphanumeric."]})"));
  EXPECT_FALSE(about_secret(R"({"status":"invalid event","errors":["'payload.severity' is invalid"]})"));
}

TEST_F(PagerDutyTest, AWebPageIsNoAnswerOfItsOwn) {
  pagerduty.answer([](const StandInRequest&) { return reply(200, "<!DOCTYPE html><p>Sign in to the network"); });
  const SendResult result = receiver->send(about(AlertKind::session_opened), kLong);
  EXPECT_EQ(result.verdict, SendVerdict::retry);
  EXPECT_NE(result.reason.find("a web page"), std::string::npos) << result.reason;
}

TEST_F(PagerDutyTest, NobodyIsPagedForTheRestOfASessionThatIsNotKnownAnyMore) {
  for (const AlertKind kind : {AlertKind::session_acknowledged, AlertKind::session_lapsed, AlertKind::session_merged,
                               AlertKind::session_digest, AlertKind::session_response}) {
    Message message = about(kind);
    message.facts[0].session.reset();
    EXPECT_EQ(told(message), Told{}) << to_string(kind);
  }
}

TEST_F(PagerDutyTest, ItsAddressMayBeGivenWholeOrAsABase) {
  for (const char* form : {"", "/", "/v2/enqueue"}) {
    receivers::Config config = config_for(pagerduty);
    config.events_url += form;
    pagerduty.forget();
    ASSERT_EQ(receiver_of(config)->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::accepted);
    EXPECT_EQ(pagerduty.requests().at(0).path, "/v2/enqueue") << form;
  }
}

TEST_F(PagerDutyTest, TheKeysFormIsCheckedAndItsAbsenceWaits) {
  EXPECT_EQ(receiver->check(kLong).verdict, SendVerdict::accepted);
  EXPECT_TRUE(pagerduty.requests().empty());
  receivers::Config config = config_for(pagerduty);
  config.routing_key = given("short");
  EXPECT_EQ(receiver_of(config)->check(kLong).verdict, SendVerdict::refused);
  config.routing_key = [] { return Result<std::string>(Error{Errc::unavailable, "file is gone"}); };
  EXPECT_EQ(receiver_of(config)->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::retry);
  config.routing_key = nullptr;
  EXPECT_EQ(why_not(config), "receiver x: routing_key is missing");
}

}  // namespace
}  // namespace gw::test

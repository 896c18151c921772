#include "domain/model/session.h"

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "domain/model/access_json.h"

namespace gw::model {
namespace {

Session full() {
  Session s;
  s.id = "0199a0b0-0000-7000-8000-000000000001";
  s.version = 7;
  s.aliases = {"0199a0b0-0000-7000-8000-000000000002"};
  s.state = SessionState::lapsed;
  s.account_id = "111122223333";
  s.account_name = "prod \"quoted\"";
  s.role = "BreakGlassAdmin";
  s.task_policy = "IAMAuditRootUserCredentials";
  s.principal = {"IdentityCenterUser", "u-1", "alice\x1b[31m", "learnt", "arn:x"};
  s.identity_store_user = "arn#u-1";
  s.session_name = "alice";
  s.mechanisms = MechanismSet::of(Mechanism::identity_center_cli, Mechanism::switch_role);
  s.also = MechanismSet::of(Mechanism::root_api);
  s.started_at = Time{1};
  s.last_seen_at = Time{2};
  s.expires_at = Time{3};
  s.expiry_grade = ExpiryGrade::exact;
  s.by_identity = true;
  s.severity = Severity::critical;
  s.watch = "w";
  s.watches = {"w", "v"};
  s.receivers = {"oncall"};
  s.planned = {"CHG-1"};
  s.all_planned = true;
  s.ways_in = 2;
  s.identity_calls = 3;
  s.kinds[0] = {4, Time{5}, Time{6}, "iam.amazonaws.com:CreateUser", "x"};
  s.calls = 9;
  s.addresses["198.51.100.7"] = {Time{1}, Time{2}, 3, "e"};
  s.agents["aws-cli"] = {Time{1}, Time{2}, 3, "e"};
  s.high_risk["iam"] = {Time{1}, Time{2}, 3, "e"};
  s.regions["eu-west-1"] = {Time{1}, Time{2}, 3, "e"};
  s.runs = {{"AKIA", Time{1}, Time{2}, "k", 3}};
  s.edges = {{"k|1", Time{-5}, Time{9}, JoinGrade::inferred, "role_session", 3, EdgeUse::shown}};
  s.joins = {{Time{1}, "k", "e", JoinGrade::unknown, "first", {"a", "b"}}};
  s.feeds = {"eventbridge", "file"};
  s.confirmed_by = "AWSLogs/x";
  s.source_ip = "198.51.100.7";
  s.user_agent = "aws-cli";
  s.region = "eu-west-1";
  s.mfa = true;
  s.first_event_id = "e";
  s.first_event_key = "k";
  s.first_event_name = "Federate";
  s.truncated = true;
  s.planned_ways_in = 1;
  s.activity_calls = 2;
  s.identity_counts[1] = 5;
  s.activity_counts[2] = 6;
  s.issues = {{Time{1}, Time{2}, ExpiryGrade::configured}};
  s.principal_from = {1, Time{2}, "k"};
  s.name_from = {2, Time{2}, "k"};
  s.place_from = {3, Time{2}, "k"};
  s.mfa_from = {4, Time{2}, "k"};
  s.first_from = {5, Time{2}, "k"};
  s.parent_from = {6, Time{2}, "k"};
  s.told = {"opened"};
  s.parent = "p";
  s.chain_incomplete = true;
  s.backfilled = true;
  s.acknowledged = Acknowledgement{Time{1}, "bob", "api", "fine", true};
  s.notes = {{Time{1}, "bob", "a note"}};
  s.config_hash = "abc";
  s.organization_id = "o-1";
  s.opened_at = Time{4};
  s.lapsed_at = Time{5};
  s.told_at = Time{6};
  s.told_calls = 6;
  s.digests = 7;
  s.next_due = Time{8};
  return s;
}

TEST(SessionState, EveryFieldComesBack) {
  const Session session = full();
  const auto again = parse_state_json(to_state_json(session));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, session);
}

TEST(SessionState, AnOlderVersionsEdgesAreBoth) {
  const auto older =
      parse_state_json(R"({"id":"x","edges":[{"key":"k","from":1,"to":2,"grade":1,"by":"b","count":3}]})");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->edges, (std::vector<Edge>{{"k", Time{1}, Time{2}, JoinGrade::inferred, "b", 3, EdgeUse::both}}));
}

TEST(SessionState, RefusesWhatIsNoState) {
  EXPECT_FALSE(parse_state_json(""));
  EXPECT_FALSE(parse_state_json("[]"));
  EXPECT_FALSE(parse_state_json("{}"));
  EXPECT_FALSE(parse_state_json(R"({"id":"x","version":"seven"})"));
  EXPECT_TRUE(parse_state_json(R"({"id":"x","a_newer_field":[1]})"));
}

TEST(SessionJson, HasEveryPromisedField) {
  std::string text;
  append_session_json(text, full());
  json::Doc doc;
  ASSERT_TRUE(doc.parse(text)) << text;
  for (const char* key : {"schema",       "id",           "aliases",    "state",      "account_id",   "account_name",
                          "role",         "principal",    "mechanisms", "started_at", "last_seen_at", "expires_at",
                          "expiry_grade", "severity",     "watches",    "counts",     "joins",        "feeds",
                          "confirmed_by", "acknowledged", "review",     "parent",     "config_hash"}) {
    EXPECT_FALSE(doc.root()[key].is_missing()) << key;
  }
  EXPECT_EQ(doc.root()["counts"]["calls"].raw(), "9");
  EXPECT_EQ(doc.root()["counts"]["write"].raw(), "4");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(AccessJson, NamesItsSession) {
  std::string text;
  AccessEvent event;
  event.user_agent = R"(,"session_id":null,"origin":{"feed":)";
  append_access_json(text, event, "0199");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(text));
  EXPECT_EQ(doc.root()["session_id"].text(), "0199");
  EXPECT_EQ(doc.root()["user_agent"].text(), event.user_agent);
}

}  // namespace
}  // namespace gw::model

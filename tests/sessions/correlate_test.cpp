// Records → sessions, one story a test.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sessions/records.h"
#include "tests/sessions/session_kit.h"

namespace gw::test {
namespace {

using model::AlertKind;

constexpr const char* kProd = "222222222222";

std::size_t count(const Kit& kit, AlertKind kind) {
  return static_cast<std::size_t>(
      std::count_if(kit.alerts.begin(), kit.alerts.end(), [&](const model::Alert& a) { return a.kind == kind; }));
}

TEST(Sessions, PortalSecondHalfAndCallsAreOneSession) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(saml("2", "2026-07-01T10:00:00Z", "alice@example.com", kProd, "BreakGlassAdmin", 7200));
  kit.deliver(call("3", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice@example.com", "u-alice", kProd,
                   reserved("BreakGlassAdmin"), "iam.amazonaws.com", "CreateUser", R"("readOnly":false,)"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  const model::Session& s = kit.only();
  EXPECT_EQ(s.account_id, kProd);
  EXPECT_EQ(s.role, "BreakGlassAdmin");
  EXPECT_EQ(s.principal.id, "u-alice");
  EXPECT_EQ(s.principal.name, "alice@example.com");
  EXPECT_EQ(s.ways_in, 2u);
  EXPECT_EQ(s.calls, 1u);
  EXPECT_EQ(s.expiry_grade, model::ExpiryGrade::exact);
  EXPECT_EQ(s.expires_at, at("2026-07-01T12:00:00Z"));
  EXPECT_EQ(s.kinds[static_cast<std::size_t>(model::ActivityKind::iam)].count, 1u);
  EXPECT_EQ(count(kit, AlertKind::session_opened), 1u);
  EXPECT_EQ(count(kit, AlertKind::session_high_risk), 1u);
  ASSERT_EQ(s.joins.size(), 3u);
  EXPECT_EQ(s.joins[2].grade, model::JoinGrade::exact);
}

TEST(Sessions, TheSameWhateverComesFirst) {
  const std::vector<std::string> records = {
      grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"),
      saml("2", "2026-07-01T10:00:00Z", "alice@example.com", kProd, "BreakGlassAdmin", 7200),
      call("3", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice@example.com", "u-alice", kProd,
           reserved("BreakGlassAdmin"), "iam.amazonaws.com", "CreateUser", R"("readOnly":false,)"),
      call("4", "2026-07-01T10:06:00Z", "2026-07-01T10:00:00Z", "alice@example.com", "", kProd,
           reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets", R"("readOnly":true,)", "203.0.113.80"),
      grant("5", "2026-07-01T10:55:00Z", "u-alice", kProd, "BreakGlassAdmin", "GetRoleCredentials")};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  std::string expected;
  do {
    Kit kit;
    for (const std::size_t i : order) kit.deliver(records[i]);
    ASSERT_EQ(kit.sessions.size(), 1u);
    model::Session s = kit.only();
    EXPECT_EQ(s.told, (std::set<std::string>{"opened", "high_risk|iam", "address|2"}));
    s.id = "x";
    s.version = 0;
    s.aliases.clear();
    const std::string state = to_state_json(s);
    if (expected.empty()) expected = state;
    ASSERT_EQ(state, expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

// A directory is read at some moment: of two records of one person only the later has its name.
TEST(Sessions, ADirectorysNameStaysWhateverComesFirst) {
  for (const bool later_first : {false, true}) {
    Kit kit;
    auto named = kit.entries(grant("2", "2026-07-01T10:30:00Z", "u-alice", kProd, "BreakGlassAdmin"));
    for (model::Entry& entry : named) {
      entry.event.principal.name = "Alice A.";
      entry.event.principal.name_source = "directory";
    }
    const auto nameless = kit.entries(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
    kit.deliver(later_first ? named : nameless);
    kit.deliver(later_first ? nameless : named);
    EXPECT_EQ(kit.only().principal.name, "Alice A.") << later_first;
    EXPECT_EQ(kit.only().principal.name_source, "directory");
  }
}

TEST(Sessions, EveryOtherNameGoesBeforeADirectorys) {
  for (const bool directory_first : {false, true}) {
    Kit kit;
    auto named = kit.entries(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
    for (model::Entry& entry : named) {
      entry.event.principal.name = "Alice A.";
      entry.event.principal.name_source = "directory";
    }
    const auto half =
        kit.entries(saml("2", "2026-07-01T10:00:00Z", "alice@example.com", kProd, "BreakGlassAdmin", 7200));
    kit.deliver(directory_first ? named : half);
    kit.deliver(directory_first ? half : named);
    ASSERT_EQ(kit.sessions.size(), 1u);
    EXPECT_EQ(kit.only().principal.name, "alice@example.com") << directory_first;
    EXPECT_EQ(kit.only().principal.name_source, "role_session");
  }
}

TEST(Sessions, TwoPeopleInOneRoleAreTwo) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(grant("2", "2026-07-01T10:00:01Z", "u-bob", kProd, "BreakGlassAdmin"));
  kit.deliver(call("3", "2026-07-01T10:05:00Z", "2026-07-01T10:00:01Z", "bob", "u-bob", kProd,
                   reserved("BreakGlassAdmin"), "ec2.amazonaws.com", "StopInstances"));
  ASSERT_EQ(kit.sessions.size(), 2u);
  EXPECT_EQ(kit.sessions.begin()->second.calls + kit.sessions.rbegin()->second.calls, 1u);
}

// Without the portal's half nothing but the name tells them apart.
TEST(Sessions, TwoNamesInOneMomentAreTwo) {
  const std::vector<std::string> records = {
      saml("1", "2026-07-01T10:00:00Z", "alice@example.com", kProd, "BreakGlassAdmin", 3600),
      saml("2", "2026-07-01T10:00:01Z", "bob@example.com", kProd, "BreakGlassAdmin", 3600),
      saml("3", "2026-07-01T10:00:02Z", "alice@example.com", kProd, "BreakGlassAdmin", 3600)};
  std::vector<std::size_t> order = {0, 1, 2};
  do {
    Kit kit;
    for (const std::size_t i : order) kit.deliver(records[i]);
    ASSERT_EQ(kit.sessions.size(), 2u);
    EXPECT_EQ(count(kit, AlertKind::session_opened), 2u);
  } while (std::next_permutation(order.begin(), order.end()));
}

// A half without a name goes to one of them, and does not make them one.
TEST(Sessions, AMomentDoesNotBridgeTwoNames) {
  const std::vector<std::string> records = {
      saml("1", "2026-07-01T10:00:00Z", "alice@example.com", kProd, "BreakGlassAdmin", 3600),
      saml("2", "2026-07-01T10:00:01Z", "bob@example.com", kProd, "BreakGlassAdmin", 3600),
      grant("3", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin")};
  std::vector<std::size_t> order = {0, 1, 2};
  do {
    Kit kit;
    for (const std::size_t i : order) kit.deliver(records[i]);
    ASSERT_EQ(kit.sessions.size(), 2u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Sessions, ALateRecordBridgesTwo) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(call("2", "2026-07-01T10:20:00Z", "2026-07-01T10:00:20Z", "alice@example.com", "", kProd,
                   reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets"));
  ASSERT_EQ(kit.sessions.size(), 2u);
  const std::string older = kit.sessions.begin()->first;
  const std::string younger = kit.sessions.rbegin()->first;
  kit.deliver(call("3", "2026-07-01T10:21:00Z", "2026-07-01T10:00:20Z", "alice@example.com", "u-alice", kProd,
                   reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  EXPECT_EQ(kit.only().id, older);
  EXPECT_EQ(kit.only().aliases, std::vector<std::string>{younger});
  EXPECT_EQ(kit.only().calls, 2u);
  EXPECT_EQ(count(kit, AlertKind::session_merged), 1u);
}

// Whoever was called for one of the two hears that it is no more: a pager has an incident for it.
TEST(Sessions, AMergeIsToldToWhomEitherWasEscalated) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(call("2", "2026-07-01T10:20:00Z", "2026-07-01T10:00:20Z", "alice@example.com", "", kProd,
                   reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets"));
  ASSERT_EQ(kit.sessions.size(), 2u);
  kit.sessions.rbegin()->second.escalation = {{kit.now, {"pager"}, model::Severity::info, kit.now},
                                              {kit.now, {"boss"}, model::Severity::info, {}}};
  const session::Changes changes =
      kit.deliver(call("3", "2026-07-01T10:21:00Z", "2026-07-01T10:00:20Z", "alice@example.com", "u-alice", kProd,
                       reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets"));
  const auto merged = std::find_if(changes.alerts.begin(), changes.alerts.end(),
                                   [](const model::Alert& a) { return a.kind == AlertKind::session_merged; });
  ASSERT_NE(merged, changes.alerts.end());
  EXPECT_EQ(merged->receivers, std::vector<std::string>{"oncall"});
  EXPECT_EQ(merged->also, std::vector<std::string>{"pager"});
}

TEST(Sessions, ACopyCountsOnceAndNamesItsFeed) {
  Kit kit;
  const std::string record = grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin");
  kit.deliver(record);
  std::vector<model::Entry> copy = kit.entries(record);
  copy[0].event.origin.feed = "eventbridge";
  const session::Changes changes = kit.deliver(copy);
  EXPECT_EQ(changes.duplicates.size(), 1u);
  EXPECT_TRUE(changes.stored.empty());
  EXPECT_EQ(kit.only().ways_in, 1u);
  EXPECT_EQ(kit.only().feeds, (std::set<std::string>{"eventbridge", "file"}));
  copy[0].content += 1;
  EXPECT_EQ(kit.deliver(copy).conflicts.size(), 1u);
}

TEST(Sessions, RootsFirstCallIsTheWayIn) {
  Kit kit;
  kit.deliver(root_login("1", "2026-07-01T10:00:00Z", kProd, true));
  kit.deliver(root_call("2", "2026-07-01T10:10:00Z", kProd, "iam.amazonaws.com", "ListUsers"));
  kit.deliver(root_call("3", "2026-07-01T10:20:00Z", kProd, "iam.amazonaws.com", "CreateAccessKey"));
  kit.deliver(root_call("4", "2026-07-01T11:20:00Z", kProd, "iam.amazonaws.com", "ListUsers"));
  ASSERT_EQ(kit.sessions.size(), 2u);
  const model::Session& first = kit.only();
  EXPECT_EQ(first.calls, 1u);
  EXPECT_EQ(first.kinds[static_cast<std::size_t>(model::ActivityKind::iam)].count, 1u);
  EXPECT_FALSE(first.expires_at);
  EXPECT_EQ(first.mfa, true);
  EXPECT_EQ(first.principal.arn, std::string("arn:aws:iam::") + kProd + ":root");
  EXPECT_TRUE(first.mechanisms.has(model::Mechanism::root_console));
  EXPECT_TRUE(first.mechanisms.has(model::Mechanism::root_api));
}

TEST(Sessions, FailuresFold) {
  Kit kit;
  for (int i = 0; i < 5; ++i)
    kit.deliver(root_login(std::to_string(i), "2026-07-01T10:0" + std::to_string(i) + ":00Z", kProd, false));
  kit.deliver(root_login("9", "2026-07-01T10:15:00Z", kProd, false));
  EXPECT_TRUE(kit.sessions.empty());
  ASSERT_EQ(kit.folds.size(), 2u);
  EXPECT_EQ(kit.folds.begin()->second.count, 5u);
  EXPECT_EQ(count(kit, AlertKind::access_denied), 2u);
  kit.sweep();  // the counts have grown
  EXPECT_EQ(count(kit, AlertKind::access_denied), 3u);
  kit.sweep();
  EXPECT_EQ(count(kit, AlertKind::access_denied), 3u);
}

TEST(Sessions, LapseOnceAndLateRecordsCount) {
  Kit kit;
  kit.now = at("2026-07-01T10:01:00Z");
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  EXPECT_EQ(kit.only().expiry_grade, model::ExpiryGrade::default_duration);
  kit.now = at("2026-07-01T11:14:59Z");
  kit.sweep();
  EXPECT_EQ(kit.only().state, model::SessionState::open);
  kit.now = at("2026-07-01T11:15:00Z");
  kit.sweep();
  kit.sweep();
  EXPECT_EQ(kit.only().state, model::SessionState::lapsed);
  EXPECT_EQ(count(kit, AlertKind::session_lapsed), 1u);
  kit.deliver(call("2", "2026-07-01T10:30:00Z", "2026-07-01T10:00:00Z", "alice", "u-alice", kProd,
                   reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  EXPECT_EQ(kit.only().calls, 1u);
  EXPECT_EQ(kit.only().state, model::SessionState::lapsed);
}

TEST(Sessions, RenewedCredentialsExtend) {
  Kit kit;
  kit.now = at("2026-07-01T10:01:00Z");
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-bob", kProd, "BreakGlassAdmin", "GetRoleCredentials"));
  kit.deliver(saml("2", "2026-07-01T10:00:00Z", "bob", kProd, "BreakGlassAdmin", 3600));
  kit.deliver(grant("3", "2026-07-01T10:58:00Z", "u-bob", kProd, "BreakGlassAdmin", "GetRoleCredentials"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  EXPECT_EQ(kit.only().expires_at, at("2026-07-01T11:58:00Z"));
  EXPECT_EQ(kit.only().expiry_grade, model::ExpiryGrade::default_duration);
  kit.deliver(saml("4", "2026-07-01T10:58:01Z", "bob", kProd, "BreakGlassAdmin", 1800));
  EXPECT_EQ(kit.only().expires_at, at("2026-07-01T11:28:01Z"));
  EXPECT_EQ(kit.only().expiry_grade, model::ExpiryGrade::exact);
}

TEST(Sessions, DigestWhileActive) {
  Kit kit;
  kit.now = at("2026-07-01T10:01:00Z");
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  for (int i = 0; i < 3; ++i) {
    kit.deliver(call("c" + std::to_string(i), "2026-07-01T10:0" + std::to_string(2 + i) + ":00Z",
                     "2026-07-01T10:00:00Z", "alice", "u-alice", kProd, reserved("BreakGlassAdmin"), "s3.amazonaws.com",
                     "ListBuckets"));
  }
  kit.now = at("2026-07-01T10:16:00Z");
  kit.sweep();
  kit.sweep();
  EXPECT_EQ(count(kit, AlertKind::session_digest), 1u);
  EXPECT_EQ(kit.only().told_calls, 3u);
}

TEST(Sessions, ARoleAssumedFromASessionHangsUnderIt) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(call("2", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice", "u-alice", kProd,
                   reserved("BreakGlassAdmin"), "sts.amazonaws.com", "AssumeRole",
                   R"("requestParameters":{"roleArn":"arn:aws:iam::333333333333:role/deploy","roleSessionName":"x"},)"
                   R"("responseElements":{"credentials":{"accessKeyId":"ASIACHILD"}},)"));
  ASSERT_EQ(kit.sessions.size(), 2u);
  const model::Session& parent = kit.sessions.begin()->second;
  const model::Session& child = kit.sessions.rbegin()->second;
  EXPECT_EQ(child.account_id, "333333333333");
  EXPECT_EQ(child.role, "deploy");
  EXPECT_EQ(child.parent, parent.id);
  EXPECT_EQ(parent.calls, 1u);
  EXPECT_EQ(child.severity, model::Severity::critical);
}

TEST(Sessions, CallsOfAChainCountWhateverComesFirst) {
  const std::string grant_role =
      call("2", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice", "u-alice", kProd, reserved("BreakGlassAdmin"),
           "sts.amazonaws.com", "AssumeRole",
           R"("requestParameters":{"roleArn":"arn:aws:iam::333333333333:role/deploy","roleSessionName":"x"},)"
           R"("responseElements":{"credentials":{"accessKeyId":"ASIACHILD"}},)");
  const model::Entry later = session::chain_entry(session::chain_hash("ASIACHILD"), 7, at("2026-07-01T10:06:00Z"),
                                                  model::bit(model::ActivityKind::write), "333333333333");
  Kit kit;
  kit.deliver(grant_role);
  kit.deliver({later});
  kit.deliver({later});  // redelivered
  const auto child =
      std::find_if(kit.sessions.begin(), kit.sessions.end(), [](const auto& s) { return s.second.role == "deploy"; });
  ASSERT_NE(child, kit.sessions.end());
  EXPECT_EQ(child->second.calls, 1u);
  EXPECT_EQ(child->second.kinds[static_cast<std::size_t>(model::ActivityKind::write)].count, 1u);
}

TEST(Sessions, TamperingByASessionIsToldAndCounted) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T10:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.deliver(call("2", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice", "u-alice", kProd,
                   reserved("BreakGlassAdmin"), "cloudtrail.amazonaws.com", "StopLogging",
                   R"("readOnly":false,"requestParameters":{"name":"org"},)"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  EXPECT_EQ(kit.only().calls, 1u);
  EXPECT_EQ(kit.only().kinds[static_cast<std::size_t>(model::ActivityKind::logging)].count, 1u);
  EXPECT_EQ(count(kit, AlertKind::tamper), 1u);
  EXPECT_EQ(count(kit, AlertKind::session_high_risk), 1u);
}

TEST(Sessions, OtherPeoplesCallsAreNotStored) {
  Kit kit;
  EXPECT_TRUE(kit.entries(call("1", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "dev", "u-dev", kProd,
                               reserved("ReadOnly"), "s3.amazonaws.com", "ListBuckets"))
                  .empty());
}

TEST(Sessions, ACopyRightBehindIsACopy) {
  Kit kit;
  const std::string record = call("1", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice", "u-alice", kProd,
                                  reserved("BreakGlassAdmin"), "s3.amazonaws.com", "ListBuckets");
  std::vector<model::Entry> batch = kit.entries(record);
  kit.append(batch, record);
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].event_key, batch[1].event_key);
}

TEST(Sessions, LateFailuresAreTold) {
  Kit kit;
  kit.deliver(root_login("1", "2026-07-01T10:00:00Z", kProd, false));
  kit.sweep();  // the window is over
  kit.deliver(root_login("2", "2026-07-01T10:01:00Z", kProd, false));
  kit.sweep();
  EXPECT_EQ(count(kit, AlertKind::access_denied), 1u);
  kit.now.micros += session::kFoldMicros;
  kit.sweep();
  EXPECT_EQ(count(kit, AlertKind::access_denied), 2u);
}

TEST(Sessions, ALateRenewalMovesTheLapse) {
  Kit kit;
  kit.deliver(grant("1", "2026-07-01T08:00:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  kit.sweep();
  EXPECT_EQ(kit.only().lapsed_at, at("2026-07-01T09:15:00Z"));
  kit.deliver(grant("2", "2026-07-01T08:50:00Z", "u-alice", kProd, "BreakGlassAdmin"));
  ASSERT_EQ(kit.sessions.size(), 1u);
  EXPECT_EQ(kit.only().state, model::SessionState::lapsed);
  EXPECT_EQ(kit.only().lapsed_at, at("2026-07-01T10:05:00Z"));
}

TEST(Sessions, OfSeveralParentsTheFirstWhateverComesFirst) {
  // One person, out of two roles, into one role session.
  const auto assume = [](const std::string& id, const std::string& time, const std::string& role) {
    return call(id, time, "2026-07-01T10:00:00Z", "alice", "u-alice", kProd, reserved(role), "sts.amazonaws.com",
                "AssumeRole",
                R"("requestParameters":{"roleArn":"arn:aws:iam::333333333333:role/deploy","roleSessionName":"x"},)"
                R"("responseElements":{"credentials":{"accessKeyId":"ASIA)" +
                    id + R"("}},)");
  };
  for (const bool backwards : {false, true}) {
    Kit kit;
    const std::vector<std::string> records = {assume("1", "2026-07-01T10:05:00Z", "BreakGlassAdmin"),
                                              assume("2", "2026-07-01T10:06:00Z", "BreakGlassDb")};
    kit.deliver(records[backwards ? 1 : 0]);
    kit.deliver(records[backwards ? 0 : 1]);
    ASSERT_EQ(kit.sessions.size(), 3u);
    const auto of = [&](const std::string& role) {
      return std::find_if(kit.sessions.begin(), kit.sessions.end(),
                          [&](const auto& s) { return s.second.role == role; })
          ->second;
    };
    EXPECT_EQ(of("deploy").parent, of("BreakGlassAdmin").id) << backwards;
  }
}

}  // namespace
}  // namespace gw::test

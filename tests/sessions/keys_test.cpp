// Until when credentials live, and what calls were for.
#include <gtest/gtest.h>

#include "domain/session/keys.h"
#include "tests/sessions/records.h"
#include "tests/sessions/session_kit.h"

namespace gw::test {
namespace {

TEST(Expiration, IsReadAsStsWritesIt) {
  EXPECT_EQ(session::parse_expiration("Jul 1, 2026, 12:08:19 PM"), at("2026-07-01T12:08:19Z"));
  EXPECT_EQ(session::parse_expiration("Jul 1, 2026, 12:08:19\u202fAM"), at("2026-07-01T00:08:19Z"));
  EXPECT_EQ(session::parse_expiration("Dec 31, 2026 11:59:59 PM"), at("2026-12-31T23:59:59Z"));
  EXPECT_EQ(session::parse_expiration("2026-07-01T12:08:19Z"), at("2026-07-01T12:08:19Z"));
  EXPECT_FALSE(session::parse_expiration(""));
  EXPECT_FALSE(session::parse_expiration("Jul"));
  EXPECT_FALSE(session::parse_expiration("Foo 1, 2026, 12:08:19 PM"));
  EXPECT_FALSE(session::parse_expiration("Jul 99999999999999999999, 2026, 12:08:19 PM"));
  EXPECT_FALSE(session::parse_expiration("Feb 30, 2026, 12:08:19 PM"));
}

TEST(Expiry, IsExactByTheRequestElseConfiguredElseAnHour) {
  Kit kit;
  kit.rules.durations = {{"BreakGlass*", std::int64_t{4} * 3600 * 1'000'000}};
  const auto only = [&](const std::string& json) {
    const auto entries = kit.entries(json);
    return entries.empty() ? model::Entry{} : entries.front();
  };
  const model::Entry exact = only(saml("1", "2026-07-01T10:00:00Z", "a", "222222222222", "BreakGlassAdmin", 900));
  EXPECT_EQ(exact.expires_at, at("2026-07-01T10:15:00Z"));
  EXPECT_EQ(exact.expiry_grade, model::ExpiryGrade::exact);
  const model::Entry configured = only(grant("2", "2026-07-01T10:00:00Z", "u", "222222222222", "BreakGlassAdmin"));
  EXPECT_EQ(configured.expires_at, at("2026-07-01T14:00:00Z"));
  EXPECT_EQ(configured.expiry_grade, model::ExpiryGrade::configured);
  kit.rules.durations.clear();
  const model::Entry assumed = only(grant("3", "2026-07-01T10:00:00Z", "u", "222222222222", "BreakGlassAdmin"));
  EXPECT_EQ(assumed.expires_at, at("2026-07-01T11:00:00Z"));
  EXPECT_EQ(assumed.expiry_grade, model::ExpiryGrade::default_duration);
  // An hour count that no credentials can have is not believed.
  const model::Entry absurd =
      only(saml("4", "2026-07-01T10:00:00Z", "a", "222222222222", "BreakGlassAdmin", 2000000000));
  EXPECT_EQ(absurd.expiry_grade, model::ExpiryGrade::default_duration);
}

TEST(Kinds, SayWhatACallWasFor) {
  struct Row {
    const char* source;
    const char* name;
    const char* extra;
    std::vector<std::string_view> kinds;
    const char* high_risk;
  };
  const std::vector<Row> rows = {
      {"s3.amazonaws.com", "ListBuckets", R"("readOnly":true,)", {"other"}, ""},
      {"s3.amazonaws.com", "GetObject", R"("readOnly":true,"eventCategory":"Data",)", {"data"}, ""},
      {"s3.amazonaws.com", "DeleteBucketPolicy", R"("readOnly":false,)", {"write"}, "data"},
      {"iam.amazonaws.com", "CreateUser", R"("readOnly":false,)", {"write", "iam"}, "iam"},
      {"iam.amazonaws.com", "ListUsers", R"("readOnly":true,)", {"other"}, ""},
      {"iam.amazonaws.com",
       "CreateUser",
       R"("readOnly":false,"errorCode":"AccessDenied",)",
       {"write", "iam", "denied"},
       ""},
      {"cloudtrail.amazonaws.com", "StopLogging", R"("readOnly":false,)", {"write", "logging"}, "logging"},
      {"ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "", {"write", "network"}, "network"},
      {"ec2.amazonaws.com", "DescribeInstances", "", {"other"}, ""},
      {"secretsmanager.amazonaws.com", "GetSecretValue", R"("readOnly":true,)", {"secrets"}, "secrets"},
      {"kms.amazonaws.com", "ScheduleKeyDeletion", R"("readOnly":false,)", {"write", "secrets"}, "kms"},
      {"lambda.amazonaws.com", "Invoke", R"("readOnly":false,)", {"write"}, "lambda"},
  };
  Kit kit;
  kit.rules.high_risk = {"lambda:Inv*"};
  for (const Row& row : rows) {
    const auto entries =
        kit.entries(call("1", "2026-07-01T10:05:00Z", "2026-07-01T10:00:00Z", "alice", "u", "222222222222",
                         reserved("BreakGlassAdmin"), row.source, row.name, row.extra));
    ASSERT_FALSE(entries.empty()) << row.name;
    std::vector<std::string_view> kinds;
    for (std::size_t i = 0; i < model::kActivityKinds; ++i) {
      if ((entries.back().kinds >> i & 1) != 0) kinds.push_back(model::kActivityKindNames[i]);
    }
    EXPECT_EQ(kinds, row.kinds) << row.source << row.name;
    EXPECT_EQ(entries.back().high_risk, row.high_risk) << row.source << row.name;
  }
}

}  // namespace
}  // namespace gw::test

// Organizations, Identity Store and SSO Admin: what each call sends, and what it makes of the answers.
#include <gtest/gtest.h>

#include "edge/aws/identity_store.h"
#include "edge/aws/organizations.h"
#include "edge/aws/sso_admin.h"
#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

using DirectoryServices = ServiceTest;

TEST_F(DirectoryServices, AccountsInPages) {
  transport_.answer(200, R"({"Accounts":[{"Id":"111122223333","Name":"prod \"a\"","State":"ACTIVE"},)"
                         R"({"Id":"222222222222","Name":"old","Status":"SUSPENDED"},)"
                         R"({"Id":"333333333333","Name":"gone","State":"PENDING_CLOSURE","Status":"ACTIVE"},)"
                         R"({"Id":"444444444444","Name":"new state","State":"HIBERNATING"}],"NextToken":"t 1"})");
  const auto page = list_accounts(client(Service::organizations), {}, {});
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->accounts.size(), 4U);
  EXPECT_EQ(page->accounts[0].name, "prod \"a\"");
  EXPECT_TRUE(page->accounts[0].is_active);
  EXPECT_FALSE(page->accounts[1].is_active);
  EXPECT_FALSE(page->accounts[2].is_active);  // State is the newer word
  EXPECT_TRUE(page->accounts[3].is_active);
  EXPECT_EQ(page->next, "t 1");
  EXPECT_EQ(sent().url, "https://organizations.us-east-1.amazonaws.com/");
  EXPECT_EQ(sent().body, "{}");
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "AWSOrganizationsV20161128.ListAccounts");
  EXPECT_EQ(header_of(sent().headers, "content-type"), "application/x-amz-json-1.1");
  EXPECT_NE(header_of(sent().headers, "authorization").find("/us-east-1/organizations/"), std::string::npos);
  transport_.answer(200, R"({"Accounts":[]})");
  EXPECT_TRUE(list_accounts(client(Service::organizations), page->next, {})->next.empty());
  EXPECT_EQ(sent().body, R"({"NextToken":"t 1"})");
}

TEST_F(DirectoryServices, TheTree) {
  transport_.answer(200, R"({"Roots":[{"Id":"r-ab12"}]})");
  EXPECT_EQ(list_roots(client(Service::organizations), {}, {})->ids, std::vector<std::string>{"r-ab12"});
  transport_.answer(200, R"({"OrganizationalUnits":[{"Id":"ou-ab12-1"},{"Id":"ou-ab12-2"}],"NextToken":"n"})");
  const auto units = list_units(client(Service::organizations), "r-ab12", {}, {});
  EXPECT_EQ(units->ids.size(), 2U);
  EXPECT_EQ(units->next, "n");
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "AWSOrganizationsV20161128.ListOrganizationalUnitsForParent");
  EXPECT_EQ(sent().body, R"({"ParentId":"r-ab12"})");
  transport_.answer(200, R"({"Accounts":[{"Id":"111122223333"}]})");
  EXPECT_EQ(list_accounts_in(client(Service::organizations), "ou-ab12-1", "n", {})->ids.at(0), "111122223333");
  EXPECT_EQ(sent().body, R"({"ParentId":"ou-ab12-1","NextToken":"n"})");
}

TEST_F(DirectoryServices, Users) {
  transport_.answer(200, R"({"Users":[{"UserId":"u-1","UserName":"alice@example.com","DisplayName":"Alice"},)"
                         R"({"UserId":"u-2","DisplayName":"Bob"},{"UserId":"u-3"}]})");
  const auto page = list_users(client(Service::identity_store), "d-1", {}, {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->users.size(), 2U);
  EXPECT_EQ(page->users[0].name, "alice@example.com");
  EXPECT_EQ(page->users[1].name, "Bob");
  EXPECT_EQ(sent().url, "https://identitystore.eu-west-1.amazonaws.com/");
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "AWSIdentityStore.ListUsers");
  EXPECT_EQ(sent().body, R"({"IdentityStoreId":"d-1","MaxResults":100})");
}

TEST_F(DirectoryServices, PermissionSets) {
  transport_.answer(200, R"({"Instances":[{"InstanceArn":"arn:aws:sso:::instance/i","IdentityStoreId":"d-1"}]})");
  EXPECT_EQ(list_instances(client(Service::sso_admin), {}, {})->instances.at(0).identity_store, "d-1");
  EXPECT_EQ(sent().url, "https://sso.eu-west-1.amazonaws.com/");
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "SWBExternalService.ListInstances");
  transport_.answer(200, R"({"PermissionSets":["arn:a","arn:b"],"NextToken":"x"})");
  EXPECT_EQ(list_permission_sets(client(Service::sso_admin), "arn:i", {}, {})->arns.size(), 2U);
  transport_.answer(200, R"({"PermissionSet":{"Name":"BreakGlassAdmin","SessionDuration":"PT4H"}})");
  const auto set = describe_permission_set(client(Service::sso_admin), "arn:i", "arn:a", {});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->name, "BreakGlassAdmin");
  EXPECT_EQ(set->duration_micros, std::int64_t{4} * 3600 * 1'000'000);
  EXPECT_EQ(sent().body, R"({"InstanceArn":"arn:i","PermissionSetArn":"arn:a"})");
  transport_.answer(200, R"({"PermissionSet":{"Name":"A"}})");
  EXPECT_EQ(describe_permission_set(client(Service::sso_admin), "arn:i", "arn:a", {})->duration_micros,
            std::int64_t{3600} * 1'000'000);
}

TEST_F(DirectoryServices, NonsenseIsAnError) {
  for (const char* body :
       {"", "[]", "{}", R"({"Accounts":{}})", R"({"Accounts":[{"Name":"x"}]})", R"({"Accounts":[7]})", "<html>"}) {
    transport_.answer(200, body);
    EXPECT_EQ(list_accounts(client(Service::organizations), {}, {}).error().code, Errc::corrupt) << body;
  }
  transport_.answer(200, R"({"Users":[{"UserName":"x"}]})");
  EXPECT_EQ(list_users(client(Service::identity_store), "d-1", {}, {}).error().code, Errc::corrupt);
  transport_.answer(200, R"({"PermissionSet":{"Name":"A","SessionDuration":"4 hours"}})");
  EXPECT_EQ(describe_permission_set(client(Service::sso_admin), "i", "a", {}).error().code, Errc::corrupt);
  transport_.answer(400, R"({"__type":"AccessDeniedException","Message":"not authorized"})");
  const auto denied = list_accounts(client(Service::organizations), {}, {});
  EXPECT_EQ(denied.error().code, Errc::denied);
  EXPECT_TRUE(denied.error().message.starts_with("organizations ListAccounts: AccessDeniedException"));
}

TEST(SessionDuration, Iso8601) {
  const auto seconds = [](std::string_view text) {
    const auto micros = parse_session_duration(text);
    return micros ? *micros / 1'000'000 : -1;
  };
  EXPECT_EQ(seconds("PT4H"), 4 * 3600);
  EXPECT_EQ(seconds("PT1H30M"), 5400);
  EXPECT_EQ(seconds("PT90M"), 5400);
  EXPECT_EQ(seconds("PT3600S"), 3600);
  EXPECT_EQ(seconds("PT12H0M5S"), 12 * 3600 + 5);
  for (const char* wrong : {"", "PT", "P1D", "4H", "PT4", "PTH", "PT-4H", "PT4H4H", "PT5M1H", "PT0S", "PT25H", "PT4h",
                            "PT9999999H", "PT4H ", "PT1.5H", "PT999999H999999M99S"}) {
    EXPECT_EQ(seconds(wrong), -1) << wrong;
  }
}

}  // namespace
}  // namespace gw::aws

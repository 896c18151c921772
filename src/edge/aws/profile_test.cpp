#include "edge/aws/profile.h"

#include <gtest/gtest.h>

namespace gw::aws {
namespace {

Profiles sample() {
  return Profiles::parse(
      "# a comment\n"
      "[default]\nregion = eu-west-1 ; here\n"
      "[profile base]\nREGION=us-east-1\ns3 =\n  region = nested\n"
      "[ignored]\nrole_arn = x\n"
      "[profile one]\r\nrole_arn = arn:aws:iam::111122223333:role/One\r\nsource_profile = base\r\nexternal_id = e=1\r\n"
      "[profile two]\nrole_arn = arn:2\nsource_profile = one\nrole_session_name = me\nduration_seconds = 900\n"
      "[profile self]\nrole_arn = arn:s\nsource_profile = self\n"
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = a\n"
      "[profile web]\nrole_arn = arn:w\nweb_identity_token_file = /token\n"
      "[profile ec2]\nrole_arn = arn:e\ncredential_source = Ec2InstanceMetadata\n"
      "[profile odd]\nrole_arn = arn:e\ncredential_source = Moon\n"
      "[profile both]\nrole_arn = arn:e\ncredential_source = Environment\nsource_profile = base\n"
      "[profile mfa]\nrole_arn = arn:e\nsource_profile = base\nmfa_serial = x\n"
      "[profile proc]\ncredential_process = /bin/x\n[profile sso]\nsso_session = x\n"
      "[profile gone]\nrole_arn = arn:g\nsource_profile = nowhere\n",
      "[base]\naws_access_key_id=AKBASE\naws_secret_access_key = s3cret#not a comment\n"
      "[self]\naws_access_key_id=AKSELF\naws_secret_access_key=s\naws_session_token=t\n"
      "[half]\naws_access_key_id=AK\n");
}

TEST(Profiles, AreReadAsTheToolsOfAwsDo) {
  const Profiles profiles = sample();
  EXPECT_EQ(profiles.setting("default", "region"), "eu-west-1");
  EXPECT_EQ(profiles.setting("base", "region"), "us-east-1");
  EXPECT_EQ(profiles.setting("base", "aws_secret_access_key"), "s3cret#not a comment");
  EXPECT_EQ(profiles.setting("one", "external_id"), "e=1");
  EXPECT_EQ(profiles.find("ignored"), nullptr);
  EXPECT_EQ(profiles.setting("nobody", "region"), "");
}

TEST(Profiles, GarbageIsPassedOver) {
  const Profiles profiles =
      Profiles::parse("x=1\n[\n[]\n=\n[profile ]\n[profile  p ]\n=v\nk=\n\n[p", "]\n[q]\nk\n k=v\n");
  EXPECT_EQ(profiles.setting("p", "k"), "");
  EXPECT_NE(profiles.find("p"), nullptr);
  EXPECT_EQ(profiles.setting("q", "k"), "");
}

TEST(Plan, KeysAndRolesUponRoles) {
  const auto base = plan_profile(sample(), "base");
  ASSERT_TRUE(base);
  EXPECT_EQ(base->keys.access_key_id, "AKBASE");
  EXPECT_TRUE(base->roles.empty());
  const auto two = plan_profile(sample(), "two");
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->base, Plan::Base::keys);
  EXPECT_EQ(two->keys.access_key_id, "AKBASE");
  ASSERT_EQ(two->roles.size(), 2U);
  EXPECT_EQ(two->roles[0].role_arn, "arn:aws:iam::111122223333:role/One");
  EXPECT_EQ(two->roles[0].external_id, "e=1");
  EXPECT_EQ(two->roles[0].session_name, "glasswatch");
  EXPECT_EQ(two->roles[1].session_name, "me");
  EXPECT_EQ(two->roles[1].duration_seconds, 900U);
  const auto self = plan_profile(sample(), "self");
  ASSERT_TRUE(self);
  EXPECT_EQ(self->keys.session_token.reveal(), "t");
  EXPECT_EQ(self->roles.size(), 1U);
}

TEST(Plan, OtherSources) {
  const auto web = plan_profile(sample(), "web");
  ASSERT_TRUE(web);
  EXPECT_EQ(web->base, Plan::Base::web_identity);
  EXPECT_EQ(web->token_file, "/token");
  EXPECT_TRUE(web->roles.empty());
  const auto ec2 = plan_profile(sample(), "ec2");
  ASSERT_TRUE(ec2);
  EXPECT_EQ(ec2->base, Plan::Base::instance);
  EXPECT_EQ(ec2->roles.size(), 1U);
}

TEST(Plan, SaysWhatCannotBeFollowed) {
  for (const char* name : {"nobody", "default"})
    EXPECT_EQ(plan_profile(sample(), name).error().code, Errc::not_found) << name;
  for (const char* name : {"a", "odd", "both", "mfa", "proc", "sso", "half", "gone"}) {
    const auto plan = plan_profile(sample(), name);
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().code, Errc::invalid_input) << name;
  }
}

}  // namespace
}  // namespace gw::aws

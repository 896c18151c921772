// A break-glass story in 25 records, both generations of shapes, as an organization of 2026 sees it: the sign-in, the ways
// into an account, root, the emergency user, and what was done then. Every step is an access, a change to the way in or to
// the trail; only what the session does with an instance is activity.
#include <vector>

#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

constexpr std::string_view kHome = R"("recipientAccountId":"111111111111",)";
constexpr std::string_view kMember = R"("recipientAccountId":"222222222222",)";

struct Step {
  std::string_view what;
  std::string fields;
  std::string_view want;
};

std::string event(std::string_view source, std::string_view name, std::string_view where, std::string_view identity,
                  std::string_view more = "") {
  return R"("eventSource":")" + std::string(source) + R"(.amazonaws.com","eventName":")" + std::string(name) + R"(",)" +
         std::string(where) + std::string(identity) + std::string(more);
}

std::vector<Step> steps() {
  constexpr std::string_view kTarget =
      R"(,"eventType":"AwsServiceEvent","requestParameters":null,"serviceEventDetails":{"account_id":"222222222222","role_name":"BreakGlassAdmin"})";
  constexpr std::string_view kOldPerson =
      R"("userIdentity":{"type":"Unknown","principalId":"example.com//S-1","accountId":"111111111111","userName":"alice"})";
  constexpr std::string_view kGlass =
      R"("userIdentity":{"type":"AssumedRole","principalId":"AROAX:alice","accountId":"222222222222","arn":)"
      R"("arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_BreakGlassAdmin_0123456789abcdef/alice"})";
  constexpr std::string_view kGlassUser =
      R"("userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::222222222222:user/breakglass/bg-1","accountId":"222222222222","userName":"bg-1"})";
  constexpr std::string_view kIntoReserved =
      R"(,"requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/)"
      R"(AWSReservedSSO_BreakGlassAdmin_0123456789abcdef","principalArn":"arn:aws:iam::222222222222:saml-provider/AWSSSO_01_DO_NOT_DELETE"})";
  constexpr std::string_view kIntoGlass =
      R"(,"requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/BreakGlassRole"})";
  return {
      {"portal sign-in", event("signin", "UserAuthentication", kHome, kPerson),
       "identity_center_signin ok 111111111111 ?"},
      {"portal session", event("sso", "Authenticate", kHome, kPerson), "identity_center_signin ok 111111111111 ?"},
      {"console, 2025 shape", event("sso", "Federate", kHome, kPerson, kTarget),
       "identity_center_console ok 222222222222 BreakGlassAdmin"},
      {"console, old shape", event("sso", "Federate", kHome, kOldPerson), "identity_center_console ok 111111111111 ?"},
      {"device code",
       event("sso", "CreateToken", kHome, kPerson,
             R"(,"responseElements":{"accessToken":"HIDDEN_DUE_TO_SECURITY_REASONS"})"),
       "identity_center_signin ok 111111111111 ?"},
      {"CLI credentials", event("sso", "GetRoleCredentials", kHome, kPerson, kTarget),
       "identity_center_cli ok 222222222222 BreakGlassAdmin"},
      {"in the member account",
       event("sts", "AssumeRoleWithSAML", kMember, R"("userIdentity":{"type":"SAMLUser","userName":"alice"})",
             kIntoReserved),
       "identity_center_cli ok 222222222222 BreakGlassAdmin"},
      {"its console", event("signin", "ConsoleLogin", kMember, kGlass),
       "identity_center_console ok 222222222222 BreakGlassAdmin"},
      {"aws login", event("signin", "CreateOAuth2Token", kMember, kGlass), "aws_login ok 222222222222 BreakGlassAdmin"},
      {"aws login, root", event("signin", "CreateOAuth2Token", kMember, kRoot), "aws_login+root_api ok 222222222222 ?"},
      {"application for a user",
       event("sso-oauth", "CreateTokenWithIAM", kHome, kRole,
             R"(,"requestParameters":{"scope":["sso:account:access"]})"),
       "identity_center_app ok 111111111111 ?"},
      {"account access",
       event("sts", "AssumeRole", kMember,
             R"("userIdentity":{"type":"AWSService","invokedBy":"account-access.amazonaws.com"})", kIntoGlass),
       "assume_role+account_access ok 222222222222 BreakGlassRole"},
      {"root console", event("signin", "ConsoleLogin", kMember, kRoot, R"(,"additionalEventData":{"MFAUsed":"Yes"})"),
       "root_console ok 222222222222 ?"},
      {"root console, failed",
       event("signin", "ConsoleLogin", kMember, kRoot, R"(,"errorMessage":"Failed authentication")"),
       "root_console failed 222222222222 ?"},
      {"root reads", event("iam", "ListUsers", kMember, kRoot, R"(,"readOnly":true)"), "root_api ok 222222222222 ?"},
      {"root recovery", event("signin", "PasswordRecoveryRequested", kMember, kRoot),
       "password_recovery ok 222222222222 ?"},
      {"AssumeRoot",
       event("sts", "AssumeRoot", kHome, kReserved, R"(,"requestParameters":{"targetPrincipal":"222222222222"})"),
       "assume_root ok 222222222222 ?"},
      {"write in that session",
       event("s3", "DeleteBucketPolicy", kMember, kAssumedRoot, R"(,"requestParameters":{"bucketName":"assets"})"),
       "other+assume_root ok 222222222222 ?"},
      {"emergency user",
       event("signin", "ConsoleLogin", kMember, kGlassUser, R"(,"additionalEventData":{"MFAUsed":"Yes"})"),
       "iam_user_console ok 222222222222 ?"},
      {"assumes the role", event("sts", "AssumeRole", kMember, kGlassUser, kIntoGlass),
       "assume_role+iam_user_api ok 222222222222 BreakGlassRole"},
      {"switches role",
       event(
           "signin", "SwitchRole", kMember,
           R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::222222222222:assumed-role/BreakGlassRole/bg-1"})",
           R"(,"additionalEventData":{"SwitchFrom":"arn:aws:iam::222222222222:user/breakglass/bg-1"})"),
       "switch_role ok 222222222222 BreakGlassRole"},
      {"console from keys", event("signin", "GetSigninToken", kMember, kGlass),
       "other ok 222222222222 BreakGlassAdmin"},
      {"activity", event("ec2", "TerminateInstances", kMember, kGlass), "-"},
      {"stops the trail", event("cloudtrail", "StopLogging", kMember, kGlass, R"(,"requestParameters":{"name":"org"})"),
       "tamper ok 222222222222 BreakGlassAdmin"},
      {"lets another in",
       event("sso", "CreateAccountAssignment", kHome, kGlass, R"(,"requestParameters":{"targetId":"222222222222"})"),
       "other+tamper ok 111111111111 BreakGlassAdmin"},
  };
}

TEST(Steps, AllTwentyFiveAreTold) {
  const std::vector<Step> all = steps();
  EXPECT_EQ(all.size(), 25u);
  for (const Step& step : all) EXPECT_EQ(told(step.fields), step.want) << step.what;
}

}  // namespace
}  // namespace gw::detect

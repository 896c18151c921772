#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

std::string sign_in(std::string_view name, std::string_view identity, std::string_view more = "") {
  return R"("eventSource":"signin.amazonaws.com","eventName":")" + std::string(name) + R"(",)" + std::string(identity) +
         std::string(more);
}

TEST(SignIn, ConsoleLoginByKindOfIdentity) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {kRoot, "root_console ok 222222222222 ?"},
      {kUser, "iam_user_console ok 222222222222 ?"},
      {kReserved, "identity_center_console ok 222222222222 Break_Glass"},
      {kRole, "saml_federation ok 222222222222 ci"},
      {R"("userIdentity":{"type":"IAMUser","userName":"Root","arn":"arn:aws:iam::2:user/Root"})",
       "iam_user_console ok 2 ?"},
      {R"("userIdentity":{"type":"IAMUser","accountId":"2","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"})",
       "iam_user_console ok 2 ?"},
      {R"("userIdentity":{"type":"IAMUser"})", "iam_user_console ok ? ?"},
      {R"("userIdentity":{"type":"AssumedRole"})", "saml_federation ok ? ?"},
      {R"("userIdentity":{"type":"AssumedRole","accountId":"2","sessionContext":{"sessionIssuer":{"userName":"asdf"}}})",
       "saml_federation ok 2 ?"},
      {R"("userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"userName":"AWSReservedSSO_X_0123456789abcdef"}}})",
       "identity_center_console ok ? X"},
      {R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws-us-gov:sts::2:assumed-role/AWSReservedSSO_X_0123456789abcdef/bob"})",
       "identity_center_console ok 2 X"},
      {R"("userIdentity":{"type":"FederatedUser","arn":"arn:aws:sts::2:federated-user/bob"})", "session_token ok 2 ?"},
      {R"("userIdentity":{"type":"SAMLUser","userName":"bob"},"recipientAccountId":"2")", "saml_federation ok 2 ?"},
      {R"("userIdentity":{"type":"Unknown","arn":"arn:aws:iam::2:root"})", "root_console ok 2 ?"},
      {R"("userIdentity":{"type":"Unknown"})", "other ok ? ?"},
      {R"("userIdentity":"text")", "other ok ? ?"},
      {kAssumedRoot, "-"},
  };
  for (const auto& [identity, want] : cases) EXPECT_EQ(told(sign_in("ConsoleLogin", identity)), want) << identity;
}

TEST(SignIn, MfaOnlyWhereCloudTrailRecordsIt) {
  constexpr std::string_view kNo = R"(,"additionalEventData":{"MFAUsed":"No"})";
  constexpr std::string_view kYes = R"(,"additionalEventData":{"MFAUsed":"Yes"})";
  struct Case {
    std::string_view identity, more;
    std::optional<bool> mfa;
  };
  const Case cases[] = {{kRoot, kYes, true},
                        {kRoot, kNo, false},
                        {kUser, kYes, true},
                        {kUser, "", std::nullopt},
                        {kReserved, kNo, std::nullopt},
                        {kRole, kNo, std::nullopt}};
  for (const Case& c : cases) {
    const auto event = detect_json(sign_in("ConsoleLogin", c.identity, c.more));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->mfa, c.mfa) << c.identity << c.more;
    EXPECT_EQ(event->mfa_source, c.mfa ? "additionalEventData.MFAUsed" : "");
  }
}

TEST(SignIn, MfaPromptIsNoAccess) {
  EXPECT_EQ(told(sign_in("CheckMfa", kUser, R"(,"responseElements":{"CheckMfa":"Success"})")), "-");
  EXPECT_EQ(told(sign_in("CheckMfa", kRoot, R"(,"responseElements":{"CheckMfa":"Success"})")), "-");
  EXPECT_EQ(told(sign_in("CheckMfa", kUser, R"(,"responseElements":{"CheckMfa":"Failure"})")),
            "iam_user_console failed 222222222222 ?");
  EXPECT_EQ(told(sign_in("CheckMfa", kRoot, R"(,"responseElements":{"CheckMfa":"Failure"})")),
            "root_console failed 222222222222 ?");
}

TEST(SignIn, SwitchRoleNamesWhoCame) {
  const auto event = detect_json(sign_in(
      "SwitchRole",
      R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::222222222222:assumed-role/Emergency/bob","accountId":"222222222222",)"
      R"("sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::1:role/aws-reserved/AWSReservedSSO_O_0123456789abcdef"}}})",
      R"(,"additionalEventData":{"SwitchFrom":"arn:aws:iam::333333333333:user/bob","RedirectTo":"https://x/?code=s3cret"})"));
  ASSERT_TRUE(event);
  EXPECT_EQ(summary(event), "switch_role ok 222222222222 Emergency");
  EXPECT_EQ(event->principal.arn, "arn:aws:iam::333333333333:user/bob");
  EXPECT_EQ(event->principal.type, "IAMUser");
  EXPECT_EQ(event->caller_account_id, "333333333333");
  EXPECT_EQ(event->caller_user_arn, "arn:aws:iam::333333333333:user/bob");
  EXPECT_TRUE(event->caller_issuer_arn.empty());
  EXPECT_EQ(told(sign_in("SwitchRole", kRole, R"(,"responseElements":{"SwitchRole":"Failure"})")),
            "switch_role failed 222222222222 ci");
}

TEST(SignIn, TokensRecoveryAndAwsLogin) {
  struct Case {
    std::string_view name, identity, more, want;
  };
  const Case cases[] = {
      {"GetSigninToken", kReserved, "", "other ok 222222222222 Break_Glass"},
      {"GetSigninToken", kRole, "", "other ok 222222222222 ci"},
      {"GetSigninToken", kUser, "", "iam_user_api ok 222222222222 ?"},
      {"GetSigninToken", kRoot, "", "root_api ok 222222222222 ?"},
      {"CreateOAuth2Token", kRoot, R"(,"readOnly":true)", "aws_login+root_api ok 222222222222 ?"},
      {"AuthorizeOAuth2Access", kUser, "", "aws_login+iam_user_api ok 222222222222 ?"},
      {"CreateOAuth2Token", kReserved, "", "aws_login ok 222222222222 Break_Glass"},
      {"CreateOAuth2Token", kRole, R"(,"additionalEventData":{"success":"false"})", "aws_login failed 222222222222 ci"},
      {"CreateOAuth2Token", kRole, R"(,"additionalEventData":{"success":false})", "aws_login failed 222222222222 ci"},
      {"PasswordRecoveryRequested", kRoot, R"(,"responseElements":{"PasswordRecoveryRequested":"Success"})",
       "password_recovery ok 222222222222 ?"},
      {"PasswordRecoveryCompleted", kRoot, R"(,"responseElements":{"PasswordRecoveryCompleted":"Failure"})",
       "password_recovery failed 222222222222 ?"},
      {"PasswordUpdated", kRoot, "", "password_recovery ok 222222222222 ?"},
      {"EmailUpdated", kRoot, "", "password_recovery ok 222222222222 ?"},
      {"ExternalIdPDirectoryLogin", kRoot, R"(,"responseElements":{"ExternalIdPDirectoryLogin":"Failure"})",
       "root_api failed 222222222222 ?"},
      {"ExitRole", kRole, "", "-"},
  };
  for (const Case& c : cases) EXPECT_EQ(told(sign_in(c.name, c.identity, c.more)), c.want) << c.name << c.identity;
}

TEST(SignIn, NoOneTimeCodesComeOut) {
  constexpr std::string_view kSecrets =
      R"(,"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/?auth_code=s3cret","RedirectTo":"https://x/?code=s3cret",)"
      R"("grant_type":"refresh_token"},"responseElements":{"accessToken":"s3cret","credentials":{"sessionToken":"s3cret"}},)"
      R"("requestParameters":{"clientSecret":"s3cret","code":"s3cret"})";
  for (const std::string_view name :
       {"ConsoleLogin", "SwitchRole", "GetSigninToken", "CreateOAuth2Token", "UserAuthentication"}) {
    const auto event = detect_json(sign_in(name, kReserved, kSecrets));
    ASSERT_TRUE(event) << name;
    for (const std::string* text :
         {&event->role, &event->role_arn, &event->target, &event->error_message, &event->principal.name,
          &event->principal.id, &event->principal.arn, &event->user_agent, &event->task_policy}) {
      EXPECT_EQ(text->find("s3cret"), std::string::npos) << name;
    }
  }
}

TEST(SignIn, InstanceCredentialsInAConsole) {
  const auto event = detect_json(sign_in(
      "ConsoleLogin",
      R"("userIdentity":{"type":"AssumedRole","principalId":"AROAX:i-0abc","arn":"arn:aws:sts::2:assumed-role/app/i-0abc"})"));
  ASSERT_TRUE(event);
  EXPECT_TRUE(has_flag(*event, "instance_credentials"));
}

}  // namespace
}  // namespace gw::detect

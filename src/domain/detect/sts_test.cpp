#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

std::string sts(std::string_view name, std::string_view identity, std::string_view more) {
  return R"("eventSource":"sts.amazonaws.com","recipientAccountId":"333333333333","eventName":")" + std::string(name) +
         R"(",)" + std::string(identity) + std::string(more);
}
std::string into(std::string_view role_arn) {
  return R"(,"requestParameters":{"roleArn":")" + std::string(role_arn) + R"("})";
}

TEST(Sts, AssumeRole) {
  const std::string into_glass = into("arn:aws:iam::222222222222:role/team/BreakGlass");
  struct Case {
    std::string identity, more, want;
  };
  const std::string denial =
      R"(,"requestParameters":null,"errorCode":"AccessDenied","errorMessage":"User: arn:aws:iam::3:user/x is not )"
      R"(authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/BreakGlass)";
  const Case cases[] = {
      {std::string(kRole), into_glass, "assume_role ok 222222222222 BreakGlass"},
      {std::string(kUser), into_glass, "assume_role+iam_user_api ok 222222222222 BreakGlass"},
      {std::string(kRoot), into_glass, "assume_role+root_api ok 222222222222 BreakGlass"},
      {std::string(kReserved), into("arn:aws-cn:iam::222222222222:role/X"), "assume_role ok 222222222222 X"},
      {std::string(kRole), into("arn:aws:iam::2:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_X_0123456789abcdef"),
       "assume_role ok 2 X"},
      {R"("userIdentity":{"type":"AWSAccount","principalId":"AIDAFAR","accountId":"444444444444"})", into_glass,
       "assume_role ok 222222222222 BreakGlass"},
      {std::string(kRole), denial + "\"", "assume_role failed 222222222222 BreakGlass"},
      {std::string(kRole), denial + R"( because no identity-based policy allows the sts:AssumeRole action")",
       "assume_role failed 222222222222 BreakGlass"},
      {std::string(kUser), R"(,"errorCode":"AccessDenied","errorMessage":"not authorized")",
       "assume_role+iam_user_api failed 333333333333 ?"},
      {std::string(kRole), R"(,"resources":[{"ARN":"arn:aws:iam::222222222222:role/R"}])",
       "assume_role ok 222222222222 R"},
      {std::string(kRole), R"(,"resources":[{"type":"x"},{"arn":"arn:aws:iam::222222222222:role/R"}])",
       "assume_role ok 222222222222 R"},
      {std::string(kRole), "", "assume_role ok 333333333333 ?"},
      {R"("userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"})", into_glass, "-"},
      {R"("userIdentity":{"accountId":"1","invokedBy":"lambda.amazonaws.com"})", into_glass, "-"},
      {R"("userIdentity":{"type":"AWSService","invokedBy":"account-access.amazonaws.com"})", into_glass,
       "assume_role+account_access ok 222222222222 BreakGlass"},
      {R"("userIdentity":{"type":"AWSService","invokedBy":"account-access.eu-west-1.amazonaws.com"})", into_glass,
       "assume_role+account_access ok 222222222222 BreakGlass"},
      {R"("sourceIPAddress":"account-access.amazonaws.com","userIdentity":{"type":"AWSService","invokedBy":"AWS Internal"})",
       into_glass, "assume_role+account_access ok 222222222222 BreakGlass"},
      {R"("userIdentity":{"type":"AWSService","invokedBy":"account-access.example.com"})", into_glass, "-"},
      {std::string(kRole), into_glass + R"(,"sourceIPAddress":"account-access.amazonaws.com")",
       "assume_role ok 222222222222 BreakGlass"},
  };
  for (const Case& c : cases) EXPECT_EQ(told(sts("AssumeRole", c.identity, c.more)), c.want) << c.identity << c.more;
}

TEST(Sts, BothCopiesOfACallKeepWhatTiesThem) {
  const auto event = detect_json(sts("AssumeRole", kRole,
                                     R"(,"sharedEventID":"shared","requestParameters":{"roleArn":)"
                                     R"("arn:aws:iam::2:role/p/R","serialNumber":"arn:aws:iam::2:mfa/x"})"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->shared_event_id, "shared");
  EXPECT_EQ(event->role_arn, "arn:aws:iam::2:role/p/R");
  EXPECT_EQ(event->caller_account_id, "222222222222");
  EXPECT_EQ(event->caller_issuer_arn, "arn:aws:iam::222222222222:role/ci");
  EXPECT_EQ(event->mfa, true);
  EXPECT_EQ(event->mfa_source, "requestParameters.serialNumber");
}

TEST(Sts, ControlTowerIntoItsExecutionRole) {
  const std::string into_execution = into("arn:aws:iam::222222222222:role/AWSControlTowerExecution");
  const auto own = detect_json(sts(
      "AssumeRole",
      R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSControlTowerAdmin/x","sessionContext":{)"
      R"("sessionIssuer":{"type":"Role","arn":"arn:aws:iam::1:role/service-role/AWSControlTowerAdmin"}}})",
      into_execution));
  const auto copy =
      detect_json(sts("AssumeRole", R"("userIdentity":{"type":"AWSAccount","accountId":"1","principalId":"AROA:x"})",
                      into_execution + R"(,"sourceIPAddress":"cloudformation.amazonaws.com")"));
  const auto human =
      detect_json(sts("AssumeRole", R"("userIdentity":{"type":"AWSAccount","accountId":"1","principalId":"AROA:x"})",
                      into_execution + R"(,"sourceIPAddress":"198.51.100.7")"));
  ASSERT_TRUE(own && copy && human);
  EXPECT_TRUE(own->service_automation);
  EXPECT_TRUE(copy->service_automation);
  EXPECT_FALSE(human->service_automation);
}

TEST(Sts, FederationByProviderAndRole) {
  const auto saml = [](std::string_view role, std::string_view provider, std::string_view more = "") {
    return sts("AssumeRoleWithSAML", R"("userIdentity":{"type":"SAMLUser","userName":"bob","principalId":"q:bob"})",
               R"(,"sourceIPAddress":"54.0.0.1","requestParameters":{"roleArn":")" + std::string(role) +
                   R"(","principalArn":")" + std::string(provider) + R"("})" + std::string(more));
  };
  constexpr std::string_view kOwn = "arn:aws:iam::2:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
  constexpr std::string_view kOkta = "arn:aws:iam::2:saml-provider/Okta";
  constexpr std::string_view kReservedArn =
      "arn:aws:iam::2:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_B_0123456789abcdef";
  EXPECT_EQ(told(saml(kReservedArn, kOwn)), "identity_center_cli ok 2 A_B");
  EXPECT_EQ(told(saml(kReservedArn, "")), "identity_center_cli ok 2 A_B");
  EXPECT_EQ(told(saml("arn:aws:iam::2:role/Emergency", kOkta)), "saml_federation ok 2 Emergency");
  EXPECT_EQ(told(saml("arn:aws:iam::2:role/Emergency", kOkta, R"(,"errorCode":"AccessDenied")")),
            "saml_federation failed 2 Emergency");

  const auto by_aws = detect_json(saml(kReservedArn, kOwn));
  const auto direct = detect_json(saml("arn:aws:iam::2:role/Emergency", kOkta));
  ASSERT_TRUE(by_aws && direct);
  EXPECT_EQ(by_aws->source_ip_kind, model::SourceIpKind::aws_service);  // never the human's address
  EXPECT_EQ(direct->source_ip_kind, model::SourceIpKind::person);
  EXPECT_EQ(direct->principal.name, "bob");

  EXPECT_EQ(told(sts("AssumeRoleWithWebIdentity", R"("userIdentity":{"type":"WebIdentityUser","userName":"pod"})",
                     into("arn:aws:iam::2:role/irsa"))),
            "web_identity ok 2 irsa");
}

TEST(Sts, AssumeRoot) {
  const auto root = [](std::string_view request) {
    return sts("AssumeRoot", kReserved, R"(,"requestParameters":)" + std::string(request));
  };
  EXPECT_EQ(told(root(R"({"targetPrincipal":"444444444444"})")), "assume_root ok 444444444444 ?");
  EXPECT_EQ(told(root(R"({"targetPrincipal":"arn:aws:iam::444444444444:root"})")), "assume_root ok 444444444444 ?");
  EXPECT_EQ(
      told(
          sts("AssumeRoot", kReserved,
              R"(,"errorCode":"AccessDenied","errorMessage":"x on resource: arn:aws:iam::444444444444:root because")")),
      "assume_root failed 444444444444 ?");
  EXPECT_EQ(told(root("null")), "assume_root ok 333333333333 ?");
  for (const std::string_view policy : {R"({"arn":"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"})",
                                        R"("arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy")"}) {
    const auto event = detect_json(root(R"({"targetPrincipal":"4","taskPolicyArn":)" + std::string(policy) + "}"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->task_policy, "S3UnlockBucketPolicy");
  }
}

TEST(Sts, TokensOfUsers) {
  EXPECT_EQ(told(sts("GetSessionToken", kUser, "")), "session_token+iam_user_api ok 333333333333 ?");
  EXPECT_EQ(told(sts("GetFederationToken", kRoot, "")), "session_token+root_api ok 333333333333 ?");
  EXPECT_EQ(told(sts("GetSessionToken", kRole, "")), "session_token ok 333333333333 ?");
  EXPECT_EQ(told(R"("eventSource":"rolesanywhere.amazonaws.com","eventName":"CreateSession")" +
                 into("arn:aws:iam::2:role/R")),
            "other ok 2 R");
}

}  // namespace
}  // namespace gw::detect

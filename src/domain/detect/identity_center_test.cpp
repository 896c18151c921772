#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

std::string portal(std::string_view name, std::string_view more) {
  return R"("eventSource":"sso.amazonaws.com","recipientAccountId":"111111111111","eventName":")" + std::string(name) +
         R"(",)" + std::string(kPerson) + std::string(more);
}
std::string sign_in(std::string_view name, std::string_view more) {
  return R"("eventSource":"signin.amazonaws.com","recipientAccountId":"111111111111","eventName":")" +
         std::string(name) + R"(",)" + std::string(kPerson) + std::string(more);
}

TEST(IdentityCenter, TargetsOfAnAccess) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(,"serviceEventDetails":{"account_id":"222222222222","role_name":"BreakGlass"})",
       " ok 222222222222 BreakGlass"},
      {R"(,"serviceEventDetails":{"account_id":"222222222222","role_name":"a_b+=,.@-"})", " ok 222222222222 a_b+=,.@-"},
      {R"(,"serviceEventDetails":{"accountId":"222222222222","roleName":"BreakGlass"})", " ok 222222222222 BreakGlass"},
      {R"(,"requestParameters":{"account_id":"222222222222","role_name":"BreakGlass"},"serviceEventDetails":null)",
       " ok 222222222222 BreakGlass"},
      {R"(,"requestParameters":{"accountId":"222222222222","roleName":"BreakGlass"})", " ok 222222222222 BreakGlass"},
      {R"(,"additionalEventData":{"accountId":"222222222222","roleName":"BreakGlass"})", " ok 222222222222 BreakGlass"},
      {R"(,"serviceEventDetails":"{\"account_id\":\"222222222222\",\"role_name\":\"BreakGlass\"}")",
       " ok 222222222222 BreakGlass"},
      {R"(,"serviceEventDetails":{"account_id":"222222222222","role_name":"AWSReservedSSO_BreakGlass_0123456789abcdef"})",
       " ok 222222222222 BreakGlass"},
      {R"(,"serviceEventDetails":{"account_id":null,"role_name":"BreakGlass"})", " ok 111111111111 BreakGlass"},
      {R"(,"serviceEventDetails":{"account_id":222222222222,"role_name":"BreakGlass"})", " ok 111111111111 BreakGlass"},
      {R"(,"serviceEventDetails":null)", " ok 111111111111 ?"},
      {R"(,"serviceEventDetails":"not json")", " ok 111111111111 ?"},
      {R"(,"eventType":"AwsApiCall","serviceEventDetails":{"account_id":"222222222222","role_name":"B"})",
       " ok 222222222222 B"},
      {R"(,"errorCode":"AccessDenied","serviceEventDetails":{"account_id":"222222222222","role_name":"B"})",
       " failed 222222222222 B"},
  };
  for (const auto& [more, rest] : cases) {
    EXPECT_EQ(told(portal("Federate", more)), "identity_center_console" + std::string(rest)) << more;
    EXPECT_EQ(told(portal("GetRoleCredentials", more)), "identity_center_cli" + std::string(rest)) << more;
  }
}

TEST(IdentityCenter, AMissingTargetIsFlagged) {
  const auto none = detect_json(portal("Federate", ""));
  ASSERT_TRUE(none);
  EXPECT_TRUE(has_flag(*none, "target_missing"));
  EXPECT_TRUE(has_flag(*none, "application_or_old_shape"));
  const auto keys = detect_json(portal("GetRoleCredentials", ""));
  ASSERT_TRUE(keys);
  EXPECT_TRUE(has_flag(*keys, "target_missing"));
  EXPECT_FALSE(has_flag(*keys, "application_or_old_shape"));
  const auto whole = detect_json(portal("Federate", R"(,"serviceEventDetails":{"account_id":"2","role_name":"R"})"));
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->flags.empty());
}

TEST(IdentityCenter, ThePersonInAllThreeShapes) {
  const auto person = [](std::string_view identity) {
    const auto event = detect_json(R"("eventSource":"sso.amazonaws.com","eventName":"Authenticate","userIdentity":)" +
                                   std::string(identity));
    EXPECT_TRUE(event);
    return event ? event->principal.id + "|" + event->principal.name + "|" + event->identity_store_user : "";
  };
  EXPECT_EQ(person(R"({"type":"Unknown","principalId":"example.com//S-1","accountId":"1","userName":"alice"})"),
            "alice|alice|");
  EXPECT_EQ(
      person(
          R"({"type":"Unknown","principalId":"1","accountId":"1","userName":"alice","onBehalfOf":{"userId":"u","identityStoreArn":"s"}})"),
      "u|alice|s#u");
  EXPECT_EQ(
      person(R"({"type":"IdentityCenterUser","accountId":"1","onBehalfOf":{"userId":"u","identityStoreArn":"s"}})"),
      "u||s#u");
  EXPECT_EQ(person(R"({"type":"Unknown","principalId":"9067-u","accountId":"1"})"), "9067-u||");
  EXPECT_EQ(person(R"({"type":"Unknown","principalId":"1","accountId":"1"})"), "||");        // the account is nobody
  EXPECT_EQ(person(R"({"type":"IdentityCenterUser","onBehalfOf":{"userId":"u"}})"), "u||");  // a userId alone is no key
  EXPECT_EQ(person(R"("text")"), "||");
}

TEST(IdentityCenter, TokensOnlyWhenIssued) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(,"responseElements":{"accessToken":"HIDDEN_DUE_TO_SECURITY_REASONS","expiresIn":28800})",
       "identity_center_signin ok 111111111111 ?"},
      {R"(,"responseElements":null)", "-"},
      {R"(,"responseElements":{"accessToken":null})", "-"},
      {R"(,"responseElements":null,"errorCode":"AuthorizationPendingException")", "-"},
      {R"(,"responseElements":null,"errorCode":"ExpiredTokenException")", "-"},
  };
  for (const auto& [more, want] : cases) EXPECT_EQ(told(portal("CreateToken", more)), want) << more;
}

TEST(IdentityCenter, ApplicationsActingAsAUser) {
  const auto exchange = [](std::string_view scope, std::string_view caller) {
    return R"("eventSource":"sso-oauth.amazonaws.com","eventName":"CreateTokenWithIAM","recipientAccountId":"222222222222",)"
           R"("requestParameters":{"scope":)" +
           std::string(scope) +
           R"(},"additionalEventData":{"identitystore:UserId":"u","identitystore:IdentityStoreArn":"s"},)" +
           std::string(caller);
  };
  EXPECT_EQ(told(exchange(R"(["openid","sso:account:access"])", kRole)), "identity_center_app ok 222222222222 ?");
  EXPECT_EQ(told(exchange(R"("openid sso:account:access")", kRole)), "identity_center_app ok 222222222222 ?");
  EXPECT_EQ(told(exchange(R"(["openid","sso:account:access:more"])", kRole)), "-");
  EXPECT_EQ(told(exchange("null", kRole)), "-");
  EXPECT_EQ(told(exchange(R"(["sso:account:access"])", kUser)), "identity_center_app+iam_user_api ok 222222222222 ?");
  EXPECT_EQ(told(exchange(R"(["openid"])", kUser)), "iam_user_api ok 222222222222 ?");
  const auto event = detect_json(exchange(R"(["sso:account:access"])", kRole));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->principal.id, "u");
  EXPECT_EQ(event->identity_store_user, "s#u");
  EXPECT_EQ(event->caller_issuer_arn, "arn:aws:iam::222222222222:role/ci");
}

TEST(IdentityCenter, SignInsAndContext) {
  EXPECT_EQ(told(sign_in("UserAuthentication", R"(,"serviceEventDetails":{"UserAuthentication":"Success"})")),
            "identity_center_signin ok 111111111111 ?");
  EXPECT_EQ(told(sign_in("CredentialVerification", R"(,"serviceEventDetails":{"CredentialVerification":"Failure"})")),
            "identity_center_signin failed 111111111111 ?");
  EXPECT_EQ(told(sign_in("CredentialChallenge", "")), "-");
  for (const std::string_view name :
       {"ListAccounts", "ListAccountRoles", "ListApplications", "ListProfilesForApplication", "Logout",
        "GetBearerTokenMetadata", "https://portal.sso.us-east-1.amazonaws.com/instance/appinstances"}) {
    EXPECT_EQ(told(portal(name, R"(,"serviceEventDetails":{"account_id":"2"})")), "-") << name;
  }
}

TEST(IdentityCenter, SecondFactorWhereTheRecordTells) {
  const std::pair<std::string_view, std::optional<bool>> cases[] = {
      {"PASSWORD,TOTP", true},
      {"PASSWORD, WEBAUTHN", true},
      {"PASSWORD", false},
      {"EXTERNAL_IDP", std::nullopt},
      {"PASSWORD,EMAIL_OTP", std::nullopt},
      {"RESYNC_TOTP", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [types, mfa] : cases) {
    const auto event = detect_json(
        sign_in("UserAuthentication", R"(,"additionalEventData":{"CredentialType":")" + std::string(types) + R"("})"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->mfa, mfa) << types;
    EXPECT_EQ(event->mfa_source.empty(), !mfa) << types;
    const auto one_factor =
        detect_json(sign_in("CredentialVerification", R"(,"additionalEventData":{"CredentialType":"PASSWORD"})"));
    ASSERT_TRUE(one_factor);
    EXPECT_FALSE(one_factor->mfa);
  }
}

TEST(IdentityCenter, WorkSpacesSignInsAreToldApart) {
  const std::pair<std::string_view, bool> cases[] = {
      {R"({"LoginTo":"https://clients.amazonaws.com/workspaces"})", true},
      {R"({"LoginTo":"https://skylight.local","CredentialType":"SMARTCARD"})", true},
      {R"({"LoginTo":"https://d-1.awsapps.com/start/"})", false},
      {R"({"LoginTo":"https://d-1.awsapps.com/start/?to=workspaces"})", false},
  };
  for (const auto& [data, workspaces] : cases) {
    const auto event = detect_json(sign_in("UserAuthentication", R"(,"additionalEventData":)" + std::string(data)));
    ASSERT_TRUE(event);
    EXPECT_EQ(has_flag(*event, "workspaces"), workspaces) << data;
  }
}

TEST(Names, PiecesOfASignIn) {
  const auto pieces = [](const std::string& fields) -> std::string {
    const TestRecord test("{" + fields + "}");
    const auto fact = name_fact(test.record);
    return fact ? fact->workflow_id + "|" + fact->identity_store_user + "|" + fact->name : "-";
  };
  const std::string key = "arn:aws:identitystore::111111111111:identitystore/d-1#9067-u";
  EXPECT_EQ(
      pieces(sign_in("UserAuthentication", R"(,"additionalEventData":{"AuthWorkflowID":"w","UserName":"alice"})")),
      "w|" + key + "|alice");
  EXPECT_EQ(pieces(sign_in("CredentialVerification", R"(,"additionalEventData":{"AuthWorkflowID":"w"})")),
            "w|" + key + "|");
  EXPECT_EQ(pieces(R"("eventSource":"signin.amazonaws.com","eventName":"CredentialChallenge","additionalEventData":)"
                   R"({"AuthWorkflowID":"w","UserName":"alice"},"userIdentity":{"type":"Unknown"})"),
            "w||alice");
  EXPECT_EQ(pieces(R"("eventSource":"signin.amazonaws.com","eventName":"CredentialChallenge","additionalEventData":)"
                   R"({"AuthWorkflowID":"w","UserName":"HIDDEN_DUE_TO_SECURITY_REASONS"})"),
            "-");
  EXPECT_EQ(pieces(R"("eventSource":"sso.amazonaws.com","eventName":"Federate","userIdentity":{"userName":"alice",)"
                   R"("onBehalfOf":{"userId":"u","identityStoreArn":"s"}})"),
            "|s#u|alice");
  EXPECT_EQ(pieces(portal("Federate", "")), "-");
  EXPECT_EQ(pieces(R"("eventSource":"iam.amazonaws.com","eventName":"ListUsers",)" + std::string(kUser)), "-");
}

}  // namespace
}  // namespace gw::detect

#include "domain/detect/facts.h"

#include "domain/detect/targets.h"
#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

TEST(Arn, RolesInEveryForm) {
  struct Case {
    std::string_view arn, account, name, session;
  };
  const Case cases[] = {
      {"arn:aws:iam::222222222222:role/BreakGlass", "222222222222", "BreakGlass", ""},
      {"arn:aws-cn:iam::222222222222:role/team/path/BreakGlass", "222222222222", "BreakGlass", ""},
      {"arn:aws-us-gov:sts::222222222222:assumed-role/BreakGlass/a/b", "222222222222", "BreakGlass", "a/b"},
      {"arn:aws:sts::222222222222:assumed-role/tester", "222222222222", "tester", ""},
      {"arn:aws:sts::XXXX:assumed-role/XX/YY", "XXXX", "XX", "YY"},
      {"arn:aws:iam::222222222222:assumed-role/okta/bob@example.com", "222222222222", "okta", "bob@example.com"},
      {"arn:aws:s3::222222222222:assumed-role/x/y", "", "", ""},
      {"arn:aws:iam::222222222222:user/role/x", "", "", ""},
      {"arn:aws:iam::222222222222", "", "", ""},
      {"role/BreakGlass", "", "", ""},
      {"", "", "", ""},
  };
  for (const Case& c : cases) {
    const RoleRef role = role_of(c.arn);
    EXPECT_EQ(role.account, c.account) << c.arn;
    EXPECT_EQ(role.name, c.name) << c.arn;
    EXPECT_EQ(role.session, c.session) << c.arn;
  }
}

TEST(Arn, PermissionSetNames) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"AWSReservedSSO_BreakGlassAdmin_0123456789abcdef", "BreakGlassAdmin"},
      {"AWSReservedSSO_Break_Glass_0123456789abcdef", "Break_Glass"},
      {"AWSReservedSSO_developer_admin_asdf", "developer_admin_asdf"},
      {"AWSReservedSSO_X_0123456789ABCDEF", "X_0123456789ABCDEF"},
      {"AWSReservedSSO__0123456789abcdef", "_0123456789abcdef"},
      {"AWSReservedSSO_X0123456789abcdef", "X0123456789abcdef"},
      {"AWSReservedSSO_Night0123456789abcdef", "Night0123456789abcdef"},
      {"AWSReservedSSO_", ""},
      {"awsreservedsso_X_0123456789abcdef", "awsreservedsso_X_0123456789abcdef"},
      {"BreakGlass", "BreakGlass"},
  };
  for (const auto& [name, plain] : cases) EXPECT_EQ(plain_role_name(name), plain) << name;
  EXPECT_FALSE(permission_set_of("BreakGlass"));
  EXPECT_TRUE(is_identity_center_provider("arn:aws:iam::2:saml-provider/AWSSSO_0123_DO_NOT_DELETE"));
  EXPECT_FALSE(is_identity_center_provider("arn:aws:iam::2:saml-provider/Okta"));
}

TEST(Facts, EveryFormOfFailure) {
  const std::pair<std::string_view, bool> cases[] = {
      {R"("responseElements":{"ConsoleLogin":"Success"})", false},
      {R"("responseElements":{"ConsoleLogin":"Failure"})", true},
      {R"("responseElements":{"ConsoleLogin":"FAILURE"})", true},
      {R"("serviceEventDetails":{"ConsoleLogin":"Failure"})", true},
      {R"("serviceEventDetails":{"CredentialVerification":"Failure"})", false},
      {R"("errorMessage":"Failed authentication")", true},
      {R"("errorCode":"AccessDenied")", true},
      {R"("errorCode":null,"errorMessage":null)", false},
      {R"("errorCode":"")", false},
      {R"("responseElements":"text")", false},
  };
  for (const auto& [fields, failed] : cases) {
    const auto event = detect_json(R"("eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",)" +
                                   std::string(kRoot) + "," + std::string(fields));
    ASSERT_TRUE(event) << fields;
    EXPECT_EQ(event->outcome == model::Outcome::failure, failed) << fields;
  }
}

TEST(Facts, DeniedResource) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"User: arn:a is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/X",
       "arn:aws:iam::2:role/X"},
      {"… on resource: arn:aws:iam::2:role/X because no identity-based policy allows it", "arn:aws:iam::2:role/X"},
      {"… on resource: arn:aws:iam::2:role/X with an explicit deny in a service control policy",
       "arn:aws:iam::2:role/X"},
      {"on resource: ", ""},
      {"not authorized", ""},
  };
  for (const auto& [message, resource] : cases) {
    model::Record record;
    record.error_message = message;
    EXPECT_EQ(denied_resource(record), resource) << message;
  }
}

TEST(Facts, WhereACallCameFrom) {
  using Kind = model::SourceIpKind;
  const std::pair<std::string_view, Kind> cases[] = {
      {R"("198.51.100.7")", Kind::person},
      {R"("2001:db8::1")", Kind::person},
      {R"("AWS Internal")", Kind::internal},
      {R"("cloudformation.amazonaws.com")", Kind::aws_service},
      {R"("ec2.amazonaws.com.cn")", Kind::aws_service},
      {"null", Kind::unknown},
  };
  for (const auto& [address, kind] : cases) {
    const auto event = detect_json(R"("eventSource":"iam.amazonaws.com","eventName":"ListUsers","sourceIPAddress":)" +
                                   std::string(address) + "," + std::string(kUser));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->source_ip_kind, kind) << address;
  }
}

TEST(Facts, TargetsAreNamedAndBounded) {
  const TestRecord list(R"({"requestParameters":{"alarmNames":["a","CloudTrail-stopped"]}})");
  EXPECT_EQ(target_of(list.record, "alarmName|alarmNames"), R"(["a","CloudTrail-stopped"])");
  EXPECT_TRUE(names_trail(target_of(list.record, "alarmNames")));
  const TestRecord denied(
      R"({"requestParameters":null,"errorMessage":"x on resource: arn:aws:logs:::log-group:aws-cloudtrail-logs: because"})");
  EXPECT_TRUE(names_trail(target_of(denied.record, "logGroupName")));
  const TestRecord large(R"({"requestParameters":{"name":")" + std::string(kMaxTarget - 1, 'x') + "é\"}}");
  EXPECT_EQ(target_of(large.record, "name").size(), kMaxTarget - 1);  // not cut within a character

  EXPECT_TRUE(names_trail("AWS-ControlTower/CloudTrailLogs"));
  EXPECT_TRUE(names_trail("my_org-trail"));
  EXPECT_FALSE(names_trail("orders"));
  EXPECT_TRUE(names_emergency("Break.Glass_Admin"));
  EXPECT_TRUE(names_powerful_role("OrganizationAccountAccessRole"));
  EXPECT_FALSE(names_powerful_role("app-role"));
}

TEST(Facts, ServiceAutomation) {
  const auto caller = [](std::string_view issuer, std::string_view more) {
    return R"("eventSource":"iam.amazonaws.com","eventName":"CreateSAMLProvider",)" + std::string(more) +
           R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::2:assumed-role/x/y","invokedBy":)" +
           (more.empty() ? "null" : R"("controltower.amazonaws.com")") +
           R"(,"sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::2:role/)" + std::string(issuer) +
           R"("}}})";
  };
  struct Case {
    std::string_view issuer;
    bool by_service, automation;
  };
  const Case cases[] = {
      {"aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO", false, true},
      {"service-role/AWSControlTowerAdmin", false, true},
      {"AWSControlTowerExecution", true, true},
      {"AWSControlTowerExecution", false, false},  // a person in the role is what the role is watched for
      {"stacksets-exec-0123", true, true},
      {"AWSServiceRoleForSSO", false, false},  // anybody can name a role so; only AWS can give it the path
      {"evil/service-role/AWSControlTowerAdmin", false, false},
      {"ci", true, false},
  };
  for (const Case& c : cases) {
    const auto event = detect_json(caller(c.issuer, c.by_service ? R"("sourceIPAddress":"AWS Internal",)" : ""));
    ASSERT_TRUE(event) << c.issuer;
    EXPECT_EQ(event->service_automation, c.automation) << c.issuer << c.by_service;
  }
}

}  // namespace
}  // namespace gw::detect

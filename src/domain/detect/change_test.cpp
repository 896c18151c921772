// Root, IAM users, tampering and changes to the way in.
#include "domain/detect/test_records.h"

namespace gw::detect {
namespace {

std::string call(std::string_view source, std::string_view name, std::string_view identity,
                 std::string_view more = "") {
  return R"("eventSource":")" + std::string(source) +
         R"(.amazonaws.com","recipientAccountId":"222222222222","eventName":")" + std::string(name) + R"(",)" +
         std::string(identity) + std::string(more);
}
std::string with(std::string_view key, std::string_view value) {
  return R"(,"requestParameters":{")" + std::string(key) + R"(":")" + std::string(value) + R"("})";
}

TEST(Identity, RootByItsOwnHandOnly) {
  const auto root = [](std::string_view more, std::string_view record = "") {
    return call("iam", "ListUsers",
                R"("userIdentity":{"type":"Root","accountId":"222222222222")" + std::string(more) + "}", record);
  };
  EXPECT_EQ(told(root("")), "root_api ok 222222222222 ?");
  EXPECT_EQ(told(root(R"(,"invokedBy":"signin.amazonaws.com")")), "root_api ok 222222222222 ?");
  EXPECT_EQ(told(root("", R"(,"errorCode":"AccessDenied")")), "root_api failed 222222222222 ?");
  EXPECT_EQ(told(root("", R"(,"eventType":"AwsServiceEvent")")), "-");
  EXPECT_EQ(told(root("", R"(,"eventType":"AWSServiceEvent")")), "-");
  EXPECT_EQ(told(root(R"(,"invokedBy":"AWS Internal")", R"(,"sourceIPAddress":"AWS Internal")")), "-");
  EXPECT_EQ(
      told(root(R"(,"invokedBy":"autoscaling.amazonaws.com")", R"(,"sourceIPAddress":"autoscaling.amazonaws.com")")),
      "-");
  EXPECT_EQ(told(root(R"(,"invokedBy":"cloudformation.amazonaws.com")", R"(,"sourceIPAddress":"198.51.100.7")")),
            "root_api ok 222222222222 ?");
  for (const std::string_view assumed : {R"("true")", "true", R"("TRUE")"}) {
    EXPECT_EQ(told(root(R"(,"sessionContext":{"assumedRoot":)" + std::string(assumed) + "}")), "-") << assumed;
  }
  EXPECT_EQ(told(root(R"(,"sessionContext":{"assumedRoot":"false"})")), "root_api ok 222222222222 ?");
}

TEST(Identity, UsersAndMfa) {
  EXPECT_EQ(told(call("ec2", "RunInstances", kUser)), "iam_user_api ok 222222222222 ?");
  EXPECT_EQ(told(call("ec2", "RunInstances", kRole)), "-");
  EXPECT_EQ(told(call("ec2", "TerminateInstances", kReserved)), "-");
  const auto mfa = [](std::string_view type, std::string_view value) {
    const auto event = detect_json(call("iam", "ListUsers",
                                        R"("userIdentity":{"type":")" + std::string(type) +
                                            R"(","sessionContext":{"attributes":{"mfaAuthenticated":")" +
                                            std::string(value) + R"("}}})"));
    EXPECT_TRUE(event);
    return event ? event->mfa : std::nullopt;
  };
  EXPECT_EQ(mfa("IAMUser", "true"), true);
  EXPECT_EQ(mfa("Root", "false"), false);
  EXPECT_EQ(mfa("IAMUser", ""), std::nullopt);
}

TEST(Tamper, TheTrailByAnyone) {
  EXPECT_EQ(told(call("cloudtrail", "StopLogging", kReserved, with("name", "t"))),
            "tamper ok 222222222222 Break_Glass");
  EXPECT_EQ(told(call("cloudtrail", "StopLogging", kRoot, with("name", "t"))), "tamper+root_api ok 222222222222 ?");
  EXPECT_EQ(told(call("cloudtrail", "PutEventSelectors", kUser, R"(,"errorCode":"AccessDenied")")),
            "tamper+iam_user_api failed 222222222222 ?");
  EXPECT_EQ(told(call("cloudtrail", "DeleteTrail", kAssumedRoot)), "tamper+assume_root ok 222222222222 ?");
  for (const std::string_view name :
       {"StartLogging", "CreateTrail", "RemoveTags", "LookupEvents", "GetEventSelectors"}) {
    EXPECT_EQ(told(call("cloudtrail", name, kRole)), "-") << name;
  }
  EXPECT_EQ(told(call("cloudtrail", "StartLogging", kUser)), "iam_user_api ok 222222222222 ?");
}

TEST(Tamper, OnlyWhatIsEvidentlyOnTheWay) {
  struct Case {
    std::string_view source, name, key, on, off, mechanism;
  };
  const Case cases[] = {
      {"logs", "DeleteLogGroup", "logGroupName", "aws-cloudtrail-logs-1", "/aws/lambda/shop", "tamper"},
      {"logs", "PutRetentionPolicy", "logGroupName", "aws-controltower/CloudTrailLogs", "/app", "tamper"},
      {"events", "DisableRule", "name", "Break-Glass-Alert", "nightly", "tamper"},
      {"events", "PutRule", "name", "glasswatch-feed", "break-glass-1a2b", "tamper"},
      {"s3", "PutBucketLifecycle", "bucketName", "aws-controltower-logs-1-eu-west-1", "assets", "tamper"},
      {"lambda", "UpdateFunctionCode20150331v2", "functionName", "cloudtrail-to-slack", "shop", "other"},
      {"lambda", "DeleteFunction20150331", "functionName", "GlassWatch", "shop", "other"},
      {"sqs", "DeleteQueue", "queueUrl", "https://sqs/2/cloudtrail", "https://sqs/2/orders", "other"},
      {"sns", "Unsubscribe", "subscriptionArn", "arn:aws:sns:eu-west-1:2:breakglass:x",
       "arn:aws:sns:eu-west-1:2:orders:x", "other"},
      {"secretsmanager", "PutSecretValue", "secretId", "glasswatch/slack", "db", "other"},
      {"ssm", "PutParameter", "name", "/glasswatch/webhook", "/app/flag", "other"},
      {"kms", "ScheduleKeyDeletion", "keyId", "alias/cloudtrail", "1234abcd", "other"},
      {"monitoring", "DeleteAlarms", "alarmNames", "CloudTrailChanges", "cpu", "other"},
      {"firehose", "DeleteDeliveryStream", "deliveryStreamName", "org-trail", "clicks", "other"},
      {"route53resolver", "DeleteResolverQueryLogConfig", "resolverQueryLogConfigId", "cloudtrail-dns", "rqlc-1",
       "tamper"},
  };
  for (const Case& c : cases) {
    const std::string also = c.mechanism == "tamper" ? "" : "+tamper";
    EXPECT_EQ(told(call(c.source, c.name, kRole, with(c.key, c.on))),
              std::string(c.mechanism) + also + " ok 222222222222 ci")
        << c.name;
    EXPECT_EQ(told(call(c.source, c.name, kRole, with(c.key, c.off))), "-") << c.name;
    EXPECT_EQ(told(call(c.source, c.name, kUser, with(c.key, c.on))), "iam_user_api+tamper ok 222222222222 ?")
        << c.name;
    EXPECT_EQ(told(call(c.source, c.name, kUser, with(c.key, c.off))), "iam_user_api ok 222222222222 ?") << c.name;
    EXPECT_EQ(told(call(c.source, c.name, kRole,
                        R"(,"errorCode":"AccessDenied","requestParameters":null,"errorMessage":)"
                        R"("User: arn:aws:sts::2:assumed-role/cloudtrail/x is not authorized on resource: )" +
                            std::string(c.on) + R"( because")")),
              std::string(c.mechanism) + also + " failed 222222222222 ci")
        << c.name;
    EXPECT_EQ(told(call(c.source, c.name, kRole,
                        R"(,"requestParameters":{"omitted":true,"reason":"requestParameters too large"})")),
              std::string(c.mechanism) + also + " ok 222222222222 ci")
        << c.name;
  }
  EXPECT_EQ(told(call("events", "PutRule", kRole, R"(,"requestParameters":{"name":"break-glass","state":"DISABLED"})")),
            "tamper ok 222222222222 ci");
}

TEST(Tamper, DeletedLogFiles) {
  const auto object = [](std::string_view name, std::string_view bucket, std::string_view key) {
    return call("s3", name, kRole,
                R"(,"eventCategory":"Data","requestParameters":{"bucketName":")" + std::string(bucket) +
                    R"(","key":")" + std::string(key) + R"("})");
  };
  constexpr std::string_view kLog = "AWSLogs/o-1/222222222222/CloudTrail/eu-west-1/2026/07/01/a.json.gz";
  EXPECT_EQ(told(object("DeleteObject", "archive", kLog)), "tamper ok 222222222222 ci");
  EXPECT_EQ(told(object("DeleteObject", "archive", "AWSLogs/222222222222/CloudTrail-Digest/eu-west-1/a.json.gz")),
            "tamper ok 222222222222 ci");
  EXPECT_EQ(told(object("DeleteObjects", "aws-controltower-logs-1-eu-west-1", "")), "tamper ok 222222222222 ci");
  EXPECT_EQ(told(object("DeleteObject", "assets", "a/b.png")), "-");
  EXPECT_EQ(told(object("GetObject", "archive", kLog)), "-");
  EXPECT_EQ(told(object("PutObject", "archive", kLog)), "-");  // what CloudTrail itself does all day
}

TEST(Tamper, DetectorsAndTheOrganization) {
  struct Case {
    std::string_view source, name, request, want;
  };
  const Case cases[] = {
      {"guardduty", "DeleteDetector", "{}", "tamper ok 222222222222 ci"},
      {"guardduty", "UpdateDetector", R"({"enable":false})", "tamper ok 222222222222 ci"},
      {"guardduty", "UpdateDetector", R"({"enable":true})", "-"},
      {"config", "StopConfigurationRecorder", "{}", "tamper ok 222222222222 ci"},
      {"config", "DeleteConfigRule", R"({"configRuleName":"tags"})", "-"},
      {"securityhub", "DisableSecurityHub", "null", "tamper ok 222222222222 ci"},
      {"organizations", "LeaveOrganization", "null", "tamper ok 222222222222 ci"},
      {"organizations", "DetachPolicy", "{}", "tamper ok 222222222222 ci"},
      {"organizations", "CreateAccount", "{}", "-"},
      {"organizations", "EnableAWSServiceAccess", R"({"servicePrincipal":"iam.amazonaws.com"})",
       "other+tamper ok 222222222222 ci"},
      {"organizations", "EnableAWSServiceAccess", R"({"servicePrincipal":"ram.amazonaws.com"})", "-"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(told(call(c.source, c.name, kRole, R"(,"requestParameters":)" + std::string(c.request))), c.want)
        << c.name << c.request;
  }
}

TEST(EmergencyPath, WhoMayBreakGlass) {
  struct Case {
    std::string_view source, name, request, want;
  };
  constexpr std::string_view kChange = "other+tamper ok 222222222222 ci";
  const Case cases[] = {
      {"sso", "CreateAccountAssignment", R"({"targetId":"2","principalType":"GROUP"})", kChange},
      {"sso", "AttachManagedPolicyToPermissionSet", "null", kChange},
      {"sso", "UpdateSsoConfiguration", "{}", kChange},
      {"sso", "DescribePermissionSet", "{}", "-"},
      {"sso-directory", "AddMemberToGroup", R"({"groupId":"g"})", kChange},
      {"identitystore", "CreateGroupMembership", "{}", kChange},
      {"account-access", "CreateEntitlement", "{}", kChange},
      {"iam", "UpdateAssumeRolePolicy", R"({"roleName":"BreakGlass"})", kChange},
      {"iam", "UpdateAssumeRolePolicy", R"({"roleName":"AWSReservedSSO_X_0123456789abcdef"})", kChange},
      {"iam", "UpdateAssumeRolePolicy", R"({"roleName":"app"})", "-"},
      {"iam", "AttachRolePolicy", R"({"roleName":"OrganizationAccountAccessRole"})", kChange},
      {"iam", "CreateSAMLProvider", R"({"name":"evil"})", kChange},
      {"iam", "CreateOpenIDConnectProvider", R"({"url":"https://token.example"})", kChange},
      {"iam", "CreateOpenIDConnectProvider", R"({"url":"https://oidc.eks.eu-west-1.amazonaws.com/id/1"})", "-"},
      {"iam", "DeactivateMFADevice", R"({"userName":"bob"})", kChange},
      {"iam", "CreateAccessKey", R"({"userName":"svc"})", "-"},
      {"iam", "CreateAccessKey", R"({"userName":"breakglass-1"})", kChange},
      {"iam", "AddUserToGroup", R"({"userName":"svc","groupName":"EmergencyAdmins"})", kChange},
      {"iam", "EnableOrganizationsRootSessions", "null", kChange},
  };
  for (const Case& c : cases) {
    const std::string fields = call(c.source, c.name, kRole, R"(,"requestParameters":)" + std::string(c.request));
    EXPECT_EQ(told(fields), c.want) << c.name << c.request;
    const auto event = detect_json(fields);
    if (event) {
      EXPECT_TRUE(event->emergency_path_change) << c.name;
    }
  }
  EXPECT_EQ(told(call("iam", "CreateAccessKey", kRoot, R"(,"requestParameters":null)")),
            "root_api+tamper ok 222222222222 ?");
  EXPECT_EQ(told(call("iam", "CreateAccessKey", kUser, R"(,"requestParameters":null)")),
            "iam_user_api ok 222222222222 ?");
}

// IAM's own denials name the kind of the resource before its name, and never by ARN.
TEST(EmergencyPath, DeniedByIam) {
  const auto denied = [](std::string_view name, std::string_view resource) {
    return call(
        "iam", name, kRole,
        R"(,"errorCode":"AccessDenied","requestParameters":null,"errorMessage":"User: arn:aws:sts::2:assumed-role/)"
        R"(BreakGlass/x is not authorized to perform: iam:)" +
            std::string(name) + " on resource: " + std::string(resource) + "\"");
  };
  constexpr std::string_view kTold = "other+tamper failed 222222222222 ci";
  EXPECT_EQ(told(denied("PutRolePolicy", "role BreakGlassRole")), kTold);
  EXPECT_EQ(
      told(denied("PutRolePolicy", "role OrganizationAccountAccessRole because no identity-based policy allows it")),
      kTold);
  EXPECT_EQ(told(denied("AddUserToGroup", "group emergency-admins with an explicit deny in a service control policy")),
            kTold);
  EXPECT_EQ(told(denied("UpdateAssumeRolePolicy", "arn:aws:iam::2:role/BreakGlassRole because")), kTold);
  EXPECT_EQ(told(denied("PutRolePolicy", "role app because no policy of BreakGlass allows it")), "-");
  EXPECT_EQ(told(denied("PutRolePolicy", "role app with an explicit deny in the policy BreakGlass")), "-");
  EXPECT_EQ(told(denied("PutRolePolicy", "arn:aws:iam::2:role/app (Service: BreakGlass)")), "-");
  EXPECT_EQ(told(denied("PutRolePolicy", "*")), "-");
  const auto event =
      detect_json(denied("DeleteRole", "role BreakGlassRole because no identity-based policy allows it"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->target, "role BreakGlassRole");
}

TEST(EmergencyPath, ProvisioningIsAutomation) {
  const auto scim = detect_json(
      call("identitystore-scim", "PatchGroup", R"("userIdentity":{"type":"WebIdentityUser"})", with("id", "g-1")));
  ASSERT_TRUE(scim);
  EXPECT_EQ(summary(scim), "other+tamper ok 222222222222 ?");
  EXPECT_TRUE(scim->service_automation);
  EXPECT_EQ(scim->target, "g-1");
  const auto human = detect_json(call("identitystore", "CreateGroupMembership", kReserved));
  ASSERT_TRUE(human);
  EXPECT_FALSE(human->service_automation);
}

// What an AssumeRoot session is for is told, as its doing, and never as the root user's.
TEST(EmergencyPath, SessionsMadeByAssumeRoot) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"DeleteLoginProfile", "other+assume_root+tamper ok 222222222222 ?"},
      {"CreateLoginProfile", "other+assume_root+tamper ok 222222222222 ?"},
      {"DeleteAccessKey", "other+assume_root+tamper ok 222222222222 ?"},
      {"DeactivateMFADevice", "other+assume_root+tamper ok 222222222222 ?"},
      {"DeleteSigningCertificate", "other+assume_root+tamper ok 222222222222 ?"},
      {"ListAccessKeys", "-"},
  };
  for (const auto& [name, want] : cases) EXPECT_EQ(told(call("iam", name, kAssumedRoot)), want) << name;
  EXPECT_EQ(told(call("s3", "DeleteBucketPolicy", kAssumedRoot, with("bucketName", "assets"))),
            "other+assume_root ok 222222222222 ?");
  EXPECT_EQ(told(call("s3", "DeleteBucketPolicy", kAssumedRoot, with("bucketName", "cloudtrail"))),
            "tamper+assume_root ok 222222222222 ?");
  EXPECT_EQ(told(call("sqs", "SetQueueAttributes", kAssumedRoot, with("queueUrl", "https://sqs/2/q"))),
            "other+assume_root ok 222222222222 ?");
  EXPECT_EQ(told(call("iam", "DeleteAccessKey", kRole, with("userName", "svc"))), "-");
  const auto event = detect_json(call("iam", "CreateLoginProfile", kAssumedRoot));
  ASSERT_TRUE(event);
  EXPECT_TRUE(has_flag(*event, "assumed_root"));
}

}  // namespace
}  // namespace gw::detect

// The ways in and the damage that tools of this kind are known to miss, 25 records of one story, through the program: with
// the built-in watches and one on BreakGlass* each is told as break-glass, or is an access that enters no account and is
// told by --all, or is what a session does once it is inside.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "base/json/doc.h"
#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

constexpr std::string_view kPerson =
    R"({"type":"IdentityCenterUser","accountId":"111111111111","credentialId":"c","onBehalfOf":{"userId":"9067-u",)"
    R"("identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"}})";
constexpr std::string_view kOldPerson =
    R"({"type":"Unknown","principalId":"example.com//S-1","accountId":"111111111111","userName":"alice"})";
constexpr std::string_view kSession =
    R"({"type":"AssumedRole","principalId":"AROAX:alice","accountId":"222222222222","arn":)"
    R"("arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_BreakGlassAdmin_0123456789abcdef/alice"})";
constexpr std::string_view kAdmin = R"({"type":"AssumedRole","principalId":"AROAX:bob","accountId":"111111111111",)"
                                    R"("arn":"arn:aws:sts::111111111111:assumed-role/Admin/bob"})";
constexpr std::string_view kSwitched =
    R"({"type":"AssumedRole","accountId":"222222222222","arn":"arn:aws:sts::222222222222:assumed-role/BreakGlassRole/bg"})";
constexpr std::string_view kUser =
    R"({"type":"IAMUser","arn":"arn:aws:iam::222222222222:user/breakglass/bg","accountId":"222222222222","userName":"bg"})";
constexpr std::string_view kRoot =
    R"({"type":"Root","arn":"arn:aws:iam::222222222222:root","accountId":"222222222222"})";
constexpr std::string_view kRootSession =
    R"({"type":"Root","arn":"arn:aws:iam::222222222222:root","accountId":"222222222222",)"
    R"("sessionContext":{"assumedRoot":"true"}})";
constexpr std::string_view kAccountAccess = R"({"type":"AWSService","invokedBy":"account-access.amazonaws.com"})";

constexpr std::string_view kEntered =
    R"("serviceEventDetails":{"account_id":"222222222222","role_name":"BreakGlassAdmin"})";
constexpr std::string_view kToken = R"("responseElements":{"accessToken":"HIDDEN_DUE_TO_SECURITY_REASONS"})";
constexpr std::string_view kSaml =
    R"("requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/)"
    R"(AWSReservedSSO_BreakGlassAdmin_0123456789abcdef"})";
constexpr std::string_view kScope = R"("requestParameters":{"scope":["sso:account:access"]})";
constexpr std::string_view kRole = R"("requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/BreakGlassRole"})";
constexpr std::string_view kFailed =
    R"("responseElements":{"ConsoleLogin":"Failure"},"errorMessage":"Failed authentication")";
constexpr std::string_view kMember = R"("requestParameters":{"targetPrincipal":"222222222222"})";
constexpr std::string_view kBucket = R"("requestParameters":{"bucketName":"assets"})";
constexpr std::string_view kFrom =
    R"("additionalEventData":{"SwitchFrom":"arn:aws:iam::222222222222:user/breakglass/bg"})";
constexpr std::string_view kNothing = R"("requestParameters":null)";

struct Step {
  std::string_view source, name, who, more;
  std::string_view mechanism;  // empty: activity
  std::string_view watch;      // empty: enters no account, so that no watch on roles or accounts holds
};

constexpr std::array kStory = {
    Step{"signin", "UserAuthentication", kPerson, kNothing, "identity_center_signin", ""},
    Step{"sso", "Authenticate", kPerson, kNothing, "identity_center_signin", ""},
    Step{"sso", "Federate", kPerson, kEntered, "identity_center_console", "*:BreakGlass*"},
    Step{"sso", "Federate", kOldPerson, kEntered, "identity_center_console", "*:BreakGlass*"},
    Step{"sso", "CreateToken", kPerson, kToken, "identity_center_signin", ""},
    Step{"sso", "GetRoleCredentials", kPerson, kEntered, "identity_center_cli", "*:BreakGlass*"},
    Step{"sts", "AssumeRoleWithSAML", R"({"type":"SAMLUser"})", kSaml, "identity_center_cli", "*:BreakGlass*"},
    Step{"signin", "ConsoleLogin", kSession, kNothing, "identity_center_console", "*:BreakGlass*"},
    Step{"signin", "CreateOAuth2Token", kSession, kNothing, "aws_login", "*:BreakGlass*"},
    Step{"signin", "CreateOAuth2Token", kRoot, kNothing, "aws_login", "builtin/root"},
    Step{"sso-oauth", "CreateTokenWithIAM", kAdmin, kScope, "identity_center_app", ""},
    Step{"sts", "AssumeRole", kAccountAccess, kRole, "assume_role", "*:BreakGlass*"},
    Step{"signin", "ConsoleLogin", kRoot, kNothing, "root_console", "builtin/root"},
    Step{"signin", "ConsoleLogin", kRoot, kFailed, "root_console", "builtin/root"},
    Step{"iam", "ListUsers", kRoot, kNothing, "root_api", "builtin/root"},
    Step{"signin", "PasswordRecoveryRequested", kRoot, kNothing, "password_recovery", "builtin/root"},
    Step{"sts", "AssumeRoot", kAdmin, kMember, "assume_root", "builtin/assume-root"},
    Step{"s3", "DeleteBucketPolicy", kRootSession, kBucket, "other", "builtin/assume-root"},
    Step{"signin", "ConsoleLogin", kUser, kNothing, "iam_user_console", "builtin/emergency-users"},
    Step{"sts", "AssumeRole", kUser, kRole, "assume_role", "*:BreakGlass*"},
    Step{"signin", "SwitchRole", kSwitched, kFrom, "switch_role", "*:BreakGlass*"},
    Step{"signin", "GetSigninToken", kSession, kNothing, "other", "*:BreakGlass*"},
    Step{"ec2", "TerminateInstances", kSession, kNothing, "", ""},
    Step{"cloudtrail", "StopLogging", kSession, kNothing, "tamper", "builtin/tamper"},
    Step{"sso", "CreateAccountAssignment", kAdmin, kNothing, "other", "builtin/emergency-path"},
};

std::string id_of(std::size_t i) { return "step-" + std::to_string(i + 1); }

std::string story() {
  std::string lines;
  for (std::size_t i = 0; i < kStory.size(); ++i) {
    const Step& s = kStory[i];
    const bool home = s.source == "sso" || s.who == kPerson || s.who == kAdmin;
    lines += R"({"eventVersion":"1.11","eventTime":"2026-07-01T10:00:00Z","eventID":")" + id_of(i) +
             R"(","eventSource":")" + std::string(s.source) + R"(.amazonaws.com","eventName":")" + std::string(s.name) +
             R"(","recipientAccountId":")" + (home ? "111111111111" : "222222222222") + R"(","userIdentity":)" +
             std::string(s.who) + "," + std::string(s.more) + "}\n";
  }
  return lines;
}

struct Told {
  std::string mechanism, watches, also;
  bool break_glass = false;
};

std::map<std::string, Told> scan(const std::vector<std::string>& more) {
  const Folder folder;
  std::vector<std::string> args = {"scan", "--format", "jsonl", "--watch", "*:BreakGlass*"};
  args.insert(args.end(), more.begin(), more.end());
  args.push_back(folder.write("story.jsonl", story()));
  const Outcome outcome = run(args);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::map<std::string, Told> told;
  for (std::size_t at = 0; at < outcome.out.size();) {
    const std::size_t end = outcome.out.find('\n', at);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(std::string_view(outcome.out).substr(at, end - at)));
    const json::Value row = doc.root();
    told[std::string(row["event_id"].text())] = {std::string(row["mechanism"].text()),
                                                 std::string(row["watches"].raw()), std::string(row["also"].raw()),
                                                 row["break_glass"].boolean() == true};
    at = end + 1;
  }
  return told;
}

TEST(Story, EveryStepIsSeen) {
  const auto watched = scan({});
  const auto every = scan({"--all"});
  std::size_t glass = 0;
  for (std::size_t i = 0; i < kStory.size(); ++i) {
    const Step& step = kStory[i];
    SCOPED_TRACE(id_of(i) + ' ' + std::string(step.name));
    const auto all = every.find(id_of(i));
    ASSERT_EQ(all != every.end(), !step.mechanism.empty());
    EXPECT_EQ(watched.contains(id_of(i)), !step.watch.empty());
    if (step.mechanism.empty()) continue;
    EXPECT_EQ(all->second.mechanism, step.mechanism);
    EXPECT_EQ(all->second.break_glass, !step.watch.empty());
    if (!step.watch.empty()) {
      EXPECT_TRUE(has(all->second.watches, '"' + std::string(step.watch) + '"')) << all->second.watches;
    }
    if (step.who == kRootSession) {
      EXPECT_TRUE(has(all->second.also, "assume_root") && !has(all->second.also, "root_api")) << all->second.also;
    }
    glass += step.watch.empty() ? 0 : 1;
  }
  EXPECT_EQ(kStory.size(), 25u);
  EXPECT_EQ(glass, 20u);
  EXPECT_EQ(watched.size(), glass);
}

}  // namespace
}  // namespace gw::cli_test

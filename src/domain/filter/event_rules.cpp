// Alternatives of a `$or` below `detail`, packed into as few rules as AWS takes: each has 2,048 characters, and the wildcards on
// one field must not be too complex together. Lists of names are cut where a rule is full.
//
// Names are compared without case where the language can (prefixes); wildcards on ARNs list the usual spellings.
#include <algorithm>

#include "domain/detect/detect.h"
#include "domain/filter/packer.h"
#include "domain/filter/render.h"
#include "domain/pattern/eventbridge.h"
#include "domain/pattern/letter_case.h"

namespace gw::filter {
namespace {

constexpr std::string_view kWrite = R"("readOnly":[false,{"exists":false}],)";
// Not by Control Tower and StackSets at their work: those calls come from addresses of AWS.
constexpr std::string_view kByPerson =
    R"("sourceIPAddress":[{"anything-but":{"suffix":[".amazonaws.com",".amazonaws.com.cn",".aws.internal"]}}],)";

std::string in_lower_case(std::string text) {
  for (char& c : text) c = pattern::ascii_lower(c);
  return text;
}

// Prefixes of the emergency names, those that differ in case only once.
Texts emergency_prefixes(std::string_view before) {
  Texts out;
  for (const std::string& glob : emergency_globs()) {
    std::string one = prefix_ignoring_case(std::string(before) + in_lower_case(glob.substr(0, glob.size() - 1)));
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

// In an ARN: behind a path or not, as a role, a user, or a reserved role.
Texts emergency_wildcards() {
  Texts out;
  for (const std::string& glob : emergency_globs()) out.push_back(wildcard("*" + glob));
  return out;
}

void add_entries(Packer& rules, const Needs& n) {
  rules.name("access");
  if (n.entries()) {
    rules.add(R"({"eventSource":["sso.amazonaws.com"],"eventName":["Federate","GetRoleCredentials"]})");
    rules.add(
        R"({"eventSource":["signin.amazonaws.com","signin.amazon.com","sso.amazonaws.com"],"additionalEventData":{"UserName":[{"exists":true}]}})");
    // Refusals name the role in their message only.
    rules.add(
        R"({"eventSource":["sts.amazonaws.com"],"eventName":["AssumeRole","AssumeRoleWithSAML","AssumeRoleWithWebIdentity"],"errorCode":[{"exists":true}]})");
    rules.add(R"({"eventSource":["signin.amazonaws.com"],"eventName":["SwitchRole"]})");
  }
  if (n.assume_root) rules.add(R"({"eventSource":["sts.amazonaws.com"],"eventName":["AssumeRoot"]})");
  if (n.root) {
    rules.add(
        R"({"eventSource":["signin.amazonaws.com"],"eventName":["PasswordRecoveryRequested","PasswordRecoveryCompleted","PasswordUpdated","EmailUpdated"]})");
  }
  if (!n.roles) return;
  const auto execution = [](const std::string& who) {
    return with(std::string(kAssume) + who, "requestParameters.roleArn",
                list({test("suffix", "/AWSControlTowerExecution"),
                      test("suffix", "/AWSCloudFormationStackSetExecutionRole"), wildcard("*/stacksets-exec-*")}));
  };
  rules.add(execution(std::string(kByPerson)));
  // Whoever made an administration role of another name.
  rules.add(execution(
      R"("userIdentity":{"arn":[{"anything-but":{"wildcard":["*:assumed-role/AWSControlTower*","*:assumed-role/AWSCloudFormationStackSet*","*:assumed-role/AWSServiceRoleFor*"]}}]},)"));
  rules.add(std::string(kAssume), "requestParameters.roleArn", {test("suffix", "/OrganizationAccountAccessRole")});
}

void add_sessions(Packer& rules, const Needs& n) {
  rules.name("sessions");
  Texts types;
  if (n.root || n.assume_root) types.push_back(quoted("Root"));
  if (n.users) types.push_back(quoted("FederatedUser"));
  if (n.iam_users) types.push_back(quoted("IAMUser"));
  if (!types.empty()) rules.add(at("userIdentity.type", list(types)));
  if (n.roles) {
    Texts issuers = emergency_prefixes("");
    for (std::string& reserved : emergency_prefixes("AWSReservedSSO_")) issuers.push_back(std::move(reserved));
    issuers.push_back(quoted("OrganizationAccountAccessRole"));
    rules.add("", kIssuer, issuers);
    rules.add("", "userIdentity.arn", {wildcard("*:assumed-role/OrganizationAccountAccessRole/*")});
    rules.add(kByPerson, kIssuer,
              {quoted("AWSControlTowerExecution"), quoted("AWSCloudFormationStackSetExecutionRole"),
               test("prefix", "stacksets-exec-")});
  }
}

// By ARN: taken, or signing. In threes, because more wildcards on one field are too complex for a rule.
void add_names(Packer& rules, const Needs& n) {
  if (!n.roles && !n.users) return;
  rules.name("names");
  const Texts all = emergency_wildcards();
  constexpr std::size_t kTogether = 3;
  for (std::size_t first = 0; first < all.size(); first += kTogether) {
    const std::size_t last = std::min(all.size(), first + kTogether);
    const std::string some =
        list(Texts(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last)));
    if (n.roles) rules.add(with(kAssume, "requestParameters.roleArn", some));
    rules.add(at("userIdentity.arn", some));
  }
}

void add_changes(Packer& rules, const Needs& n) {
  rules.name("changes");
  if (n.path || n.tamper) {
    Texts sources;
    if (n.path) {
      for (const char* source : {"sso.amazonaws.com", "sso-directory.amazonaws.com", "identitystore.amazonaws.com",
                                 "account-access.amazonaws.com", "account.amazonaws.com"})
        sources.push_back(quoted(source));
    }
    sources.push_back(quoted("organizations.amazonaws.com"));
    if (n.tamper) {
      sources.push_back(quoted("cloudtrail.amazonaws.com"));
      sources.push_back(quoted("controltower.amazonaws.com"));
    }
    rules.add(
        std::string(kWrite) +
            R"("eventName":[{"anything-but":["Federate","CreateToken","Authenticate","Logout","ListApplications","ListProfilesForApplication"]}],)",
        "eventSource", sources);
    // Too large to be recorded: what it was aimed at is not known.
    rules.add(with(kWrite, "requestParameters.omitted", "[true]"));
  }
  if (n.path) {
    // Provisioning tokens at their work are no people.
    rules.add(
        R"({"eventSource":["identitystore-scim.amazonaws.com"],"readOnly":[false,{"exists":false}],"userIdentity":{"type":[{"anything-but":["WebIdentityUser","Unknown"]}]}})");
  }
  if (!n.tamper) return;
  rules.add(
      R"({"eventSource":["logs.amazonaws.com"],"eventName":["DeleteSubscriptionFilter","PutSubscriptionFilter","DeleteDestination","PutDestination","PutDestinationPolicy","PutAccountPolicy","DeleteAccountPolicy"]})");
  rules.add(
      R"({"eventSource":["guardduty.amazonaws.com","config.amazonaws.com","securityhub.amazonaws.com","access-analyzer.amazonaws.com"],"eventName":["DeleteDetector","UpdateDetector","DeleteMembers","StopMonitoringMembers","DisassociateMembers","DisassociateFromMasterAccount","DisassociateFromAdministratorAccount","DeletePublishingDestination","CreateFilter","CreateIPSet","StopConfigurationRecorder","DeleteConfigurationRecorder","DeleteDeliveryChannel","DisableSecurityHub","BatchDisableStandards","DisableImportFindingsForProduct","DeleteAnalyzer"]})");
  // These name what they touch by ids, or deep within the request.
  rules.add(
      R"({"eventSource":["ec2.amazonaws.com","route53resolver.amazonaws.com","lambda.amazonaws.com"],"eventName":["DeleteFlowLogs","DeleteResolverQueryLogConfig","DisassociateResolverQueryLogConfig",{"prefix":"DeleteEventSourceMapping"},{"prefix":"UpdateEventSourceMapping"}]})");
}

void add_iam(Packer& rules, const Needs& n) {
  if (!n.path) return;
  constexpr std::string_view kIam = R"("eventSource":["iam.amazonaws.com"],)";
  rules.name("iam");
  rules.add(with(kIam, "eventName",
                 words({"CreateSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider", "CreateOpenIDConnectProvider",
                        "AddClientIDToOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint",
                        "CreateLoginProfile", "UpdateLoginProfile", "DeactivateMFADevice", "DeleteVirtualMFADevice",
                        "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy",
                        "EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions",
                        "DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions"})));
  // Service-linked roles make the reserved ones all day.
  constexpr std::string_view kNames[] = {"AWSReservedSSO_", "AWSControlTower", "AWSCloudFormationStackSet",
                                         "stacksets-exec-", "OrganizationAccountAccessRole"};
  Texts powerful;
  for (const std::string_view name : kNames) powerful.push_back(prefix_ignoring_case(name));
  const std::string write = std::string(kIam) + std::string(kWrite);
  rules.add(
      write +
          R"("userIdentity":{"sessionContext":{"sessionIssuer":{"arn":[{"anything-but":{"wildcard":"*:role/aws-service-role/*"}}]}}},)",
      "requestParameters.roleName", powerful);
  rules.add(write + R"("userIdentity":{"type":["IAMUser"]},)", "requestParameters.roleName", powerful);
  for (const char* field : {"roleName", "userName", "groupName"})
    rules.add(write, std::string("requestParameters.") + field, emergency_prefixes(""));
}

constexpr std::size_t kMaxAlternative = 2000;
// Members that hold ids, or what another one of the same request names.
constexpr std::string_view kIds[] = {"statementId",
                                     "fullyQualifiedArn",
                                     "functionArn",
                                     "eventSourceArn",
                                     "logStreamName",
                                     "destinationArn",
                                     "flowLogIdSet",
                                     "resolverQueryLogConfigId",
                                     "resolverQueryLogConfig",
                                     "detectorId",
                                     "accountIds",
                                     "destinationId",
                                     "policyType",
                                     "DeleteFlowLogsRequest",
                                     "resourceIdentifier",
                                     "path",
                                     "serialNumber",
                                     "openIDConnectProviderArn",
                                     "servicePrincipal",
                                     "policyId",
                                     "url",
                                     "key"};

// What is evidently on the alert's way, or a way in, is known by words in the name of what a request is aimed at.
// In threes: more wildcards on one field are too complex for a rule.
Texts words_of(std::size_t group) {
  static const std::vector<std::vector<const char*>> groups = {{"*glass*", "*Glass*", "*mergency*"},
                                                               {"*trail*", "*Trail*", "*controltower*"},
                                                               {"*ControlTower*", "*log-archive*", "*urity-alert*"}};
  Texts out;
  for (const char* word : groups[group]) out.push_back(wildcard(word));
  return out;
}

void add_parts(Packer& rules, const Needs& n) {
  if (!n.tamper && !n.path) return;
  rules.name("parts");
  Texts fields;
  const auto add_fields = [&](std::string_view keys, const char* where) {
    while (!keys.empty()) {
      const std::size_t bar = keys.find('|');
      std::string field = where + std::string(keys.substr(0, bar));
      const bool is_id = std::find(std::begin(kIds), std::end(kIds), field) != std::end(kIds);
      if (!is_id && std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(std::move(field));
      keys = bar == std::string_view::npos ? std::string_view{} : keys.substr(bar + 1);
    }
  };
  for (const detect::KnownEvent& event : detect::known_events()) {
    const bool wanted = event.event_source == "iam.amazonaws.com" ? n.path : n.tamper;
    if (event.change && event.only_what_counts && wanted) add_fields(event.target_keys, "");
  }
  for (std::size_t first = 0; first < 3; ++first) {
    if (first > 0 && !n.tamper) break;
    const std::string tests = list(words_of(first));
    rules.add(with(kWrite, "errorMessage", tests));  // of a refusal
    Texts some;
    const auto alternative = [&] {
      return "{" + std::string(kWrite) + R"("requestParameters":{"$or":)" + list(some) + "}}";
    };
    for (const std::string& field : fields) {
      some.push_back(at(field, tests));
      if (alternative().size() < kMaxAlternative) continue;
      some.pop_back();
      rules.add(alternative());
      some = {at(field, tests)};
    }
    if (some.size() == 1) some.push_back(some.front());
    rules.add(alternative());
  }
}

}  // namespace

Rendering eventbridge_rules(const Needs& needs) {
  Rendering out;
  out.refused = needs.refused;
  Packer rules(out.parts);
  add_entries(rules, needs);
  add_sessions(rules, needs);
  add_names(rules, needs);
  add_changes(rules, needs);
  add_iam(rules, needs);
  add_parts(rules, needs);
  rules.name("own");
  std::vector<Part> patterns;
  for (const Own& own : needs.own) {
    const auto refuse = [&](std::string_view why) {
      out.refused.push_back("the watch `" + own.watch + "` " + std::string(why));
    };
    if (!own.pattern.empty()) {
      auto parsed = pattern::parse_event_pattern(own.pattern);
      if (std::holds_alternative<pattern::EventPattern>(parsed)) {
        patterns.push_back(
            {"own-pattern" + (patterns.empty() ? "" : "-" + std::to_string(patterns.size() + 1)), own.pattern});
        continue;
      }
    }
    const bool somebody = !own.roles.empty() || !own.principals.empty() || !own.accounts.empty();
    if (!own.pattern.empty() && !somebody) {
      refuse("has a pattern for CloudWatch Logs, which a rule of EventBridge cannot say");
    } else if (!add_own(rules, own, needs)) {
      refuse("names somebody by wildcards that are too complex for a rule of EventBridge");
    }
  }
  rules.close();
  out.parts.insert(out.parts.end(), patterns.begin(), patterns.end());
  if (out.parts.empty() && out.refused.empty()) out.refused.emplace_back("nothing is watched");
  return out;
}

}  // namespace gw::filter

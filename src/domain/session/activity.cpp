// What a call was for, from its source and name alone. Data events and reads of content are `data`, everything that is not
// read-only is `write`; the other kinds name what an investigator asks for first.
#include <algorithm>
#include <array>
#include <string_view>

#include "base/glob.h"
#include "domain/session/activity.h"

namespace gw::session {
namespace {

using model::ActivityKind;
using model::ActivityKinds;
using model::bit;

constexpr std::array<std::string_view, 7> kIam = {
    "iam.amazonaws.com",           "sso.amazonaws.com", "identitystore.amazonaws.com", "sso-directory.amazonaws.com",
    "organizations.amazonaws.com", "sts.amazonaws.com", "rolesanywhere.amazonaws.com"};
constexpr std::array<std::string_view, 8> kLogging = {"cloudtrail.amazonaws.com", "logs.amazonaws.com",
                                                      "config.amazonaws.com",     "guardduty.amazonaws.com",
                                                      "events.amazonaws.com",     "securityhub.amazonaws.com",
                                                      "monitoring.amazonaws.com", "access-analyzer.amazonaws.com"};
constexpr std::array<std::string_view, 4> kSecrets = {"secretsmanager.amazonaws.com", "kms.amazonaws.com",
                                                      "ssm.amazonaws.com", "acm.amazonaws.com"};
constexpr std::array<std::string_view, 12> kNetworkWords = {
    "SecurityGroup",    "NetworkAcl", "Vpc",     "Subnet",         "Route",         "Gateway",
    "NetworkInterface", "Peering",    "Address", "TransitGateway", "VpnConnection", "FlowLogs"};
constexpr std::array<std::string_view, 12> kData = {
    "GetObject", "PutObject", "DeleteObject", "DeleteObjects", "CopyObject",       "SelectObjectContent",
    "GetItem",   "Query",     "Scan",         "BatchGetItem",  "ExecuteStatement", "GetQueryResults"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool begins_as_read(std::string_view name) {
  for (const std::string_view verb : {"Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Scan", "Select",
                                      "BatchGet", "Check", "Test", "Simulate", "View", "Preview", "Estimate"}) {
    if (name.starts_with(verb)) return true;
  }
  return false;
}

bool is_write(const model::Record& record) {
  if (record.read_only) return !*record.read_only;
  return !begins_as_read(record.event_name);
}

bool is_secret_read(std::string_view source, std::string_view name) {
  if (source == "secretsmanager.amazonaws.com") return name == "GetSecretValue" || name == "BatchGetSecretValue";
  if (source == "ssm.amazonaws.com") return name.starts_with("GetParameter");
  if (source == "kms.amazonaws.com") return name == "Decrypt" || name.starts_with("GenerateDataKey");
  return source == "acm.amazonaws.com" && name == "ExportCertificate";
}

struct HighRisk {
  std::string_view group;
  std::string_view source;
  std::string_view name;  // a glob
};
// What somebody with emergency access would be asked about at once.
constexpr std::array kHighRisk = {
    HighRisk{"iam", "iam.amazonaws.com", "Create*"},
    HighRisk{"iam", "iam.amazonaws.com", "Attach*"},
    HighRisk{"iam", "iam.amazonaws.com", "Put*"},
    HighRisk{"iam", "iam.amazonaws.com", "Update*"},
    HighRisk{"iam", "iam.amazonaws.com", "Delete*"},
    HighRisk{"iam", "iam.amazonaws.com", "Detach*"},
    HighRisk{"iam", "iam.amazonaws.com", "Add*"},
    HighRisk{"iam", "iam.amazonaws.com", "Deactivate*"},
    HighRisk{"iam", "sso.amazonaws.com", "Create*"},
    HighRisk{"iam", "sso.amazonaws.com", "Attach*"},
    HighRisk{"iam", "sso.amazonaws.com", "Put*"},
    HighRisk{"iam", "sso.amazonaws.com", "Delete*"},
    HighRisk{"iam", "identitystore.amazonaws.com", "Create*"},
    HighRisk{"organizations", "organizations.amazonaws.com", "LeaveOrganization"},
    HighRisk{"organizations", "organizations.amazonaws.com", "RemoveAccountFromOrganization"},
    HighRisk{"organizations", "organizations.amazonaws.com", "DetachPolicy"},
    HighRisk{"organizations", "organizations.amazonaws.com", "DeletePolicy"},
    HighRisk{"organizations", "organizations.amazonaws.com", "UpdatePolicy"},
    HighRisk{"organizations", "organizations.amazonaws.com", "CloseAccount"},
    HighRisk{"organizations", "account.amazonaws.com", "*"},
    HighRisk{"kms", "kms.amazonaws.com", "ScheduleKeyDeletion"},
    HighRisk{"kms", "kms.amazonaws.com", "DisableKey"},
    HighRisk{"kms", "kms.amazonaws.com", "PutKeyPolicy"},
    HighRisk{"kms", "kms.amazonaws.com", "CreateGrant"},
    HighRisk{"logging", "cloudtrail.amazonaws.com", "StopLogging"},
    HighRisk{"logging", "cloudtrail.amazonaws.com", "DeleteTrail"},
    HighRisk{"logging", "cloudtrail.amazonaws.com", "UpdateTrail"},
    HighRisk{"logging", "cloudtrail.amazonaws.com", "PutEventSelectors"},
    HighRisk{"logging", "logs.amazonaws.com", "Delete*"},
    HighRisk{"logging", "config.amazonaws.com", "Delete*"},
    HighRisk{"logging", "config.amazonaws.com", "Stop*"},
    HighRisk{"logging", "guardduty.amazonaws.com", "Delete*"},
    HighRisk{"logging", "guardduty.amazonaws.com", "Disassociate*"},
    HighRisk{"logging", "securityhub.amazonaws.com", "Disable*"},
    HighRisk{"logging", "events.amazonaws.com", "Delete*"},
    HighRisk{"logging", "events.amazonaws.com", "Disable*"},
    HighRisk{"logging", "ec2.amazonaws.com", "DeleteFlowLogs"},
    HighRisk{"network", "ec2.amazonaws.com", "AuthorizeSecurityGroup*"},
    HighRisk{"network", "ec2.amazonaws.com", "*NetworkAcl*"},
    HighRisk{"network", "ec2.amazonaws.com", "*VpcPeering*"},
    HighRisk{"network", "ec2.amazonaws.com", "CreateInternetGateway"},
    HighRisk{"secrets", "secretsmanager.amazonaws.com", "GetSecretValue"},
    HighRisk{"secrets", "secretsmanager.amazonaws.com", "BatchGetSecretValue"},
    HighRisk{"secrets", "secretsmanager.amazonaws.com", "DeleteSecret"},
    HighRisk{"secrets", "secretsmanager.amazonaws.com", "PutResourcePolicy"},
    HighRisk{"data", "s3.amazonaws.com", "DeleteBucket*"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketPolicy"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketAcl"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketPublicAccessBlock"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketVersioning"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketLifecycle*"},
    HighRisk{"data", "s3.amazonaws.com", "PutBucketReplication"},
    HighRisk{"data", "rds.amazonaws.com", "DeleteDB*"},
    HighRisk{"data", "rds.amazonaws.com", "ModifyDBSnapshotAttribute"},
    HighRisk{"data", "rds.amazonaws.com", "ModifyDBClusterSnapshotAttribute"},
    HighRisk{"data", "ec2.amazonaws.com", "ModifySnapshotAttribute"},
    HighRisk{"data", "ec2.amazonaws.com", "ModifyImageAttribute"},
    HighRisk{"data", "dynamodb.amazonaws.com", "DeleteTable"},
    HighRisk{"data", "backup.amazonaws.com", "Delete*"},
};

}  // namespace

ActivityKinds kinds_of(const model::Record& record) {
  ActivityKinds kinds = 0;
  const auto add = [&](ActivityKind kind) { kinds = static_cast<ActivityKinds>(kinds | bit(kind)); };
  const std::string_view source = record.event_source;
  const std::string_view name = record.event_name;
  if (!record.error_code.empty()) add(ActivityKind::denied);
  const bool write = is_write(record);
  if (write) add(ActivityKind::write);
  if (write && one_of(kIam, source)) add(ActivityKind::iam);
  if (write && one_of(kLogging, source)) add(ActivityKind::logging);
  if (is_secret_read(source, name) || (write && one_of(kSecrets, source) && source != "ssm.amazonaws.com"))
    add(ActivityKind::secrets);
  if (record.event_category == "Data" || one_of(kData, name)) add(ActivityKind::data);
  if (write && source == "ec2.amazonaws.com" &&
      std::any_of(kNetworkWords.begin(), kNetworkWords.end(),
                  [&](std::string_view word) { return name.find(word) != std::string_view::npos; })) {
    add(ActivityKind::network);
  }
  if (kinds == 0) add(ActivityKind::other);
  return kinds;
}

std::string high_risk_group(const model::Record& record, const std::vector<std::string>& more) {
  for (const HighRisk& risk : kHighRisk) {
    if (record.event_source == risk.source && glob_match(risk.name, record.event_name)) return std::string(risk.group);
  }
  if (more.empty()) return {};
  const std::string_view service = record.event_source.substr(0, record.event_source.find('.'));
  const std::string action = std::string(service) + ":" + std::string(record.event_name);
  for (const std::string& glob : more) {
    if (glob_match(glob, action)) return std::string(service);
  }
  return {};
}

}  // namespace gw::session

// What blinds the monitor: the trail, and everything that an alert passes on its way.
//
// Events of CloudTrail itself that stop or change logging always count. On all other services only what is evidently on the
// way: the target's name says so, a detector is switched off for the account, the organization's guard is lifted. A
// developer who deletes her own queue stays silent. Names come from the request, or from the denial.
#include <array>

#include "domain/detect/facts.h"
#include "domain/detect/families.h"
#include "domain/detect/targets.h"

namespace gw::detect {
namespace {

using model::Mechanism;
using model::Record;

bool on_the_way(const Record&, std::string_view target) { return names_trail(target); }
// For what ends something: also an alarm or rule that is named after the emergency it tells about.
bool ends_something(const Record&, std::string_view target) { return names_trail(target) || names_emergency(target); }

// PutRule overwrites silently; one that is written in the state DISABLED is switched off.
bool rule_written(const Record& record, std::string_view target) {
  return names_trail(target) || (text_at(record.request, "state") == "DISABLED" && names_emergency(target));
}
bool detector_off(const Record& record, std::string_view) { return record.request["enable"].boolean() == false; }
bool auto_archives(const Record& record, std::string_view) { return text_at(record.request, "action") == "ARCHIVE"; }
bool trusts_addresses(const Record& record, std::string_view) { return record.request["activate"].boolean() == true; }
// Field indexes change no feed; subscriptions, transformers and masking do, for every group of the account.
bool account_policy(const Record& record, std::string_view) {
  return text_at(record.request, "policyType") != "FIELD_INDEX_POLICY";
}
// Tag, backup and AI opt-out policies guard nothing.
bool control_policy(const Record& record, std::string_view) {
  const std::string_view type = text_at(record.response["policy"]["policySummary"], "type");
  return type.empty() || type.ends_with("CONTROL_POLICY");
}

constexpr EventRow row(std::string_view source, Mechanism mechanism, std::string_view name, std::string_view keys,
                       Guard guard) {
  EventRow r;
  r.event_source = source;
  r.event_name = name;
  r.handle = detect_change;
  r.mechanism = mechanism;
  r.mechanisms = change_mechanisms(mechanism);
  r.target_keys = keys;
  r.guard = guard;
  return r;
}
constexpr EventRow trail(std::string_view name, std::string_view keys) {
  EventRow r = row("cloudtrail.amazonaws.com", Mechanism::tamper, name, keys, nullptr);
  r.by_identity = false;
  return r;
}
constexpr EventRow logs(std::string_view name, std::string_view keys, Guard guard = on_the_way) {
  return row("logs.amazonaws.com", Mechanism::tamper, name, keys, guard);
}
constexpr EventRow rules(std::string_view name, std::string_view keys, Guard guard = ends_something) {
  return row("events.amazonaws.com", Mechanism::tamper, name, keys, guard);
}
constexpr EventRow pipes(std::string_view name) {
  return row("pipes.amazonaws.com", Mechanism::tamper, name, "name|Name", ends_something);
}
constexpr EventRow bucket(std::string_view name) {
  return row("s3.amazonaws.com", Mechanism::tamper, name, "bucketName", on_the_way);
}
// Data events, where the trail records them: log files and digests are known by their key, `AWSLogs/…/CloudTrail/…`.
constexpr EventRow log_object(std::string_view name) {
  return row("s3.amazonaws.com", Mechanism::tamper, name, "bucketName|key", on_the_way);
}
constexpr EventRow function(std::string_view name, Guard guard = on_the_way) {
  return row(kLambdaSource, Mechanism::other, name,
             "functionName|fullyQualifiedArn|functionArn|eventSourceArn|layerName", guard);
}
constexpr EventRow queue(std::string_view name, Guard guard = on_the_way) {
  return row("sqs.amazonaws.com", Mechanism::other, name, "queueUrl", guard);
}
constexpr EventRow topic(std::string_view name, Guard guard = on_the_way) {
  return row("sns.amazonaws.com", Mechanism::other, name, "topicArn|subscriptionArn", guard);
}
constexpr EventRow stream(std::string_view name) {
  return row("kinesis.amazonaws.com", Mechanism::other, name, "streamName|streamARN", on_the_way);
}
constexpr EventRow firehose(std::string_view name) {
  return row("firehose.amazonaws.com", Mechanism::other, name, "deliveryStreamName", on_the_way);
}
constexpr EventRow secret(std::string_view name) {
  return row("secretsmanager.amazonaws.com", Mechanism::other, name, "secretId", on_the_way);
}
constexpr EventRow parameter(std::string_view name) {
  return row("ssm.amazonaws.com", Mechanism::other, name, "name|names", on_the_way);
}
constexpr EventRow key(std::string_view name) {
  return row("kms.amazonaws.com", Mechanism::other, name, "keyId|aliasName", on_the_way);
}
constexpr EventRow alarm(std::string_view name, Guard guard = ends_something) {
  return row("monitoring.amazonaws.com", Mechanism::other, name, "alarmName|alarmNames", guard);
}
constexpr EventRow guard_duty(std::string_view name, Guard guard = nullptr) {
  return row("guardduty.amazonaws.com", Mechanism::tamper, name, "detectorId|accountIds|destinationId", guard);
}
constexpr EventRow config(std::string_view name, std::string_view keys, Guard guard = nullptr) {
  return row("config.amazonaws.com", Mechanism::tamper, name, keys, guard);
}
constexpr EventRow hub(std::string_view name) {
  return row("securityhub.amazonaws.com", Mechanism::tamper, name,
             "standardsSubscriptionArns|productSubscriptionArn|accountIds", nullptr);
}
constexpr EventRow organization(std::string_view name, std::string_view keys, Guard guard = nullptr) {
  return row("organizations.amazonaws.com", Mechanism::tamper, name, keys, guard);
}
constexpr EventRow tower(std::string_view name) {
  return row("controltower.amazonaws.com", Mechanism::tamper, name,
             "controlIdentifier|targetIdentifier|landingZoneIdentifier|organizationalUnitId", nullptr);
}
constexpr EventRow resolver(std::string_view name) {
  return row("route53resolver.amazonaws.com", Mechanism::tamper, name,
             "resolverQueryLogConfigId|resolverQueryLogConfig", on_the_way);
}

// What the task policies S3UnlockBucketPolicy and SQSUnlockQueuePolicy are for.
constexpr EventRow root_task(EventRow r) {
  r.root_task = true;
  r.mechanisms.add(Mechanism::other);
  return r;
}

constexpr std::array kRows = {
    trail("StopLogging", "name"),
    trail("DeleteTrail", "name"),
    trail("UpdateTrail", "name"),
    trail("PutEventSelectors", "trailName"),
    trail("PutInsightSelectors", "trailName|eventDataStore"),
    trail("PutEventConfiguration", "trailName|eventDataStore"),
    trail("DeleteEventDataStore", "eventDataStore"),
    trail("StopEventDataStoreIngestion", "eventDataStore"),
    trail("UpdateEventDataStore", "eventDataStore"),
    trail("DisableFederation", "eventDataStore"),
    trail("RegisterOrganizationDelegatedAdmin", "memberAccountId"),
    trail("DeregisterOrganizationDelegatedAdmin", "delegatedAdminAccountId"),
    trail("DeleteChannel", "channel"),
    trail("UpdateChannel", "channel"),
    trail("DeleteResourcePolicy", "resourceArn"),
    trail("PutResourcePolicy", "resourceArn"),

    logs("DeleteLogGroup", "logGroupName"),
    logs("DeleteLogStream", "logGroupName|logStreamName"),
    logs("DeleteSubscriptionFilter", "logGroupName|filterName", ends_something),
    logs("PutSubscriptionFilter", "logGroupName|filterName|destinationArn"),
    logs("PutRetentionPolicy", "logGroupName"),
    logs("DeleteRetentionPolicy", "logGroupName"),
    logs("PutAccountPolicy", "policyName|policyType", account_policy),
    logs("DeleteAccountPolicy", "policyName|policyType", account_policy),
    logs("PutTransformer", "logGroupIdentifier"),
    logs("DeleteTransformer", "logGroupIdentifier"),
    logs("PutDataProtectionPolicy", "logGroupIdentifier"),
    logs("DeleteDataProtectionPolicy", "logGroupIdentifier"),
    logs("DeleteMetricFilter", "logGroupName|filterName", ends_something),
    logs("DeleteDestination", "destinationName"),
    logs("PutDestination", "destinationName"),
    logs("PutDestinationPolicy", "destinationName"),
    logs("DeleteResourcePolicy", "policyName"),
    logs("PutResourcePolicy", "policyName"),
    logs("AssociateKmsKey", "logGroupName|resourceIdentifier"),
    logs("DisassociateKmsKey", "logGroupName|resourceIdentifier"),

    rules("DisableRule", "name|eventBusName"),
    rules("DeleteRule", "name|eventBusName"),
    rules("RemoveTargets", "rule|eventBusName"),
    rules("PutRule", "name|eventBusName", rule_written),
    rules("PutTargets", "rule|eventBusName", on_the_way),
    rules("DeleteEventBus", "name"),
    rules("UpdateEventBus", "name", on_the_way),
    rules("PutPermission", "eventBusName|statementId", on_the_way),
    rules("RemovePermission", "eventBusName|statementId", on_the_way),
    rules("DeleteArchive", "archiveName"),
    pipes("DeletePipe"),
    pipes("UpdatePipe"),
    pipes("StopPipe"),

    bucket("DeleteBucket"),
    root_task(bucket("DeleteBucketPolicy")),
    root_task(bucket("PutBucketPolicy")),
    bucket("PutBucketAcl"),
    bucket("PutBucketLifecycle"),
    bucket("DeleteBucketLifecycle"),
    bucket("PutBucketNotification"),
    bucket("PutBucketVersioning"),
    bucket("PutBucketEncryption"),
    bucket("DeleteBucketEncryption"),
    bucket("PutBucketReplication"),
    bucket("DeleteBucketReplication"),
    bucket("PutBucketObjectLockConfiguration"),
    bucket("PutBucketLogging"),
    bucket("PutBucketPublicAccessBlock"),
    bucket("DeleteBucketPublicAccessBlock"),
    bucket("PutBucketOwnershipControls"),
    log_object("DeleteObject"),
    log_object("DeleteObjects"),

    function("DeleteFunction", ends_something),
    function("UpdateFunctionCode", ends_something),
    function("UpdateFunctionConfiguration", ends_something),
    function("AddPermission"),
    function("RemovePermission", ends_something),
    function("CreateEventSourceMapping"),
    function("UpdateEventSourceMapping"),
    function("DeleteEventSourceMapping", ends_something),
    function("PutFunctionConcurrency", ends_something),
    function("DeleteFunctionConcurrency"),
    function("PutFunctionEventInvokeConfig"),
    function("PublishLayerVersion"),
    queue("DeleteQueue", ends_something),
    queue("PurgeQueue", ends_something),
    root_task(queue("SetQueueAttributes")),
    queue("AddPermission"),
    queue("RemovePermission"),
    topic("DeleteTopic", ends_something),
    topic("Unsubscribe", ends_something),
    topic("SetTopicAttributes"),
    topic("SetSubscriptionAttributes"),
    topic("AddPermission"),
    topic("RemovePermission"),
    stream("DeleteStream"),
    stream("DecreaseStreamRetentionPeriod"),
    stream("UpdateShardCount"),
    stream("DisableEnhancedMonitoring"),
    firehose("DeleteDeliveryStream"),
    firehose("UpdateDestination"),
    firehose("StopDeliveryStreamEncryption"),
    secret("DeleteSecret"),
    secret("PutSecretValue"),
    secret("UpdateSecret"),
    parameter("PutParameter"),
    parameter("DeleteParameter"),
    parameter("DeleteParameters"),
    key("DisableKey"),
    key("ScheduleKeyDeletion"),
    key("PutKeyPolicy"),
    key("RevokeGrant"),
    key("DeleteAlias"),
    alarm("DeleteAlarms"),
    alarm("DisableAlarmActions"),
    alarm("PutMetricAlarm", on_the_way),

    guard_duty("DeleteDetector"),
    guard_duty("UpdateDetector", detector_off),
    guard_duty("DeleteMembers"),
    guard_duty("StopMonitoringMembers"),
    guard_duty("DisassociateMembers"),
    guard_duty("DisassociateFromMasterAccount"),
    guard_duty("DisassociateFromAdministratorAccount"),
    guard_duty("DeletePublishingDestination"),
    guard_duty("CreateFilter", auto_archives),
    guard_duty("CreateIPSet", trusts_addresses),
    config("StopConfigurationRecorder", "configurationRecorderName"),
    config("DeleteConfigurationRecorder", "configurationRecorderName"),
    config("DeleteDeliveryChannel", "deliveryChannelName"),
    config("DeleteConfigRule", "configRuleName", ends_something),
    hub("DisableSecurityHub"),
    hub("BatchDisableStandards"),
    hub("DisableImportFindingsForProduct"),
    row("access-analyzer.amazonaws.com", Mechanism::tamper, "DeleteAnalyzer", "analyzerName", nullptr),
    organization("LeaveOrganization", ""),
    organization("RemoveAccountFromOrganization", "accountId"),
    organization("MoveAccount", "accountId|destinationParentId"),
    organization("CloseAccount", "accountId"),
    organization("DetachPolicy", "policyId|targetId"),
    organization("DeletePolicy", "policyId"),
    organization("UpdatePolicy", "policyId|name", control_policy),
    organization("DisablePolicyType", "rootId|policyType"),
    organization("DisableAWSServiceAccess", "servicePrincipal"),
    organization("RegisterDelegatedAdministrator", "accountId|servicePrincipal"),
    organization("DeregisterDelegatedAdministrator", "accountId|servicePrincipal"),
    tower("DisableControl"),
    tower("ResetLandingZone"),
    tower("UpdateLandingZone"),
    tower("DeleteLandingZone"),
    tower("DeregisterOrganizationalUnit"),
    row("ec2.amazonaws.com", Mechanism::tamper, "DeleteFlowLogs", "DeleteFlowLogsRequest|flowLogIdSet", on_the_way),
    resolver("DeleteResolverQueryLogConfig"),
    resolver("DisassociateResolverQueryLogConfig"),
};

}  // namespace

std::span<const EventRow> tamper_rows() { return kRows; }

}  // namespace gw::detect

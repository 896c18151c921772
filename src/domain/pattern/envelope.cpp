#include "domain/pattern/envelope.h"

#include "base/json/write.h"

namespace gw::pattern {

bool is_bare_record(json::Value event) {
  if (!event.is_object() || !event["detail"].is_missing() || !event["detail-type"].is_missing()) return false;
  return event["eventName"].is_string() && (event["eventSource"].is_string() || event["eventVersion"].is_string());
}

std::string_view detail_type_of(std::string_view event_type) {
  if (event_type == "AwsConsoleSignIn") return "AWS Console Sign In via CloudTrail";
  if (event_type == "AwsServiceEvent") return "AWS Service Event via CloudTrail";
  if (event_type == "AwsConsoleAction") return "AWS Console Action via CloudTrail";
  if (event_type == "AwsCloudTrailInsight") return "AWS Insight via CloudTrail";
  if (event_type == "AwsVpceEvent") return "AWS Network Activity Event via CloudTrail";
  return "AWS API Call via CloudTrail";
}

std::string source_of(std::string_view event_source) {
  if (event_source.empty()) return {};
  return "aws." + std::string(event_source.substr(0, event_source.find('.')));
}

EnvelopeParts parts_of_record(json::Value record) {
  return {record["eventSource"].text(),
          record["eventType"].text(),
          record["recipientAccountId"].text(),
          record["awsRegion"].text(),
          record["eventTime"].text(),
          record["eventID"].text(),
          record["userIdentity"]["accountId"].text()};
}

std::string event_of_record(json::Value record) {
  const EnvelopeParts parts = parts_of_record(record);
  std::string out = R"({"version":"0")";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(",\"").append(name).append("\":");
    json::append_string(out, value);
  };
  add("id", parts.id);
  add("detail-type", detail_type_of(parts.type));
  add("source", source_of(parts.source));
  add("account", parts.recipient.empty() ? parts.identity_account : parts.recipient);
  add("time", parts.time);
  add("region", parts.region);
  out.append(R"(,"resources":[],"detail":)").append(record.raw()).push_back('}');
  return out;
}

}  // namespace gw::pattern

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

std::string event_of_record(json::Value record) {
  std::string out = R"({"version":"0")";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(",\"").append(name).append("\":");
    json::append_string(out, value);
  };
  const std::string_view account = record["recipientAccountId"].text();
  add("id", record["eventID"].text());
  add("detail-type", detail_type_of(record["eventType"].text()));
  add("source", source_of(record["eventSource"].text()));
  add("account", account.empty() ? record["userIdentity"]["accountId"].text() : account);
  add("time", record["eventTime"].text());
  add("region", record["awsRegion"].text());
  out.append(R"(,"resources":[],"detail":)").append(record.raw()).push_back('}');
  return out;
}

}  // namespace gw::pattern

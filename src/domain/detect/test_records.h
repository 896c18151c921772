// Records for the tests of this folder: JSON in, one line of text out, so that a test is a table that reads like the README.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"

namespace gw::detect {

// A record from JSON, kept together with the text and the Doc that its views live in.
struct TestRecord {
  explicit TestRecord(std::string json) : text(std::move(json)) {
    EXPECT_TRUE(doc.parse(text)) << doc.damage().reason << " at " << doc.damage().offset << " of " << text;
    record = cloudtrail::decode_record(doc.root());
  }
  TestRecord(const TestRecord&) = delete;
  TestRecord& operator=(const TestRecord&) = delete;

  std::string text;
  json::Doc doc;
  model::Record record;
};

// `mechanism+also ok|failed account role`, with `?` for what is unknown; `-` for no access.
inline std::string summary(const std::optional<model::AccessEvent>& event) {
  if (!event) return "-";
  std::string out(model::to_string(event->mechanism));
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (event->also.has(static_cast<model::Mechanism>(i))) out.append("+").append(model::kMechanismNames[i]);
  }
  out += event->outcome == model::Outcome::success ? " ok " : " failed ";
  out += event->account_id.empty() ? "?" : event->account_id;
  out += ' ';
  out += event->role.empty() ? "?" : event->role;
  return out;
}

// `fields` is the inside of an object. The answer is checked against event_names_of_interest() on the way.
std::optional<model::AccessEvent> detect_json(const std::string& fields);
inline std::string told(const std::string& fields) { return summary(detect_json(fields)); }

// The contract of event_names_of_interest() for one record and its answer.
bool keeps_interest_contract(const model::Record& record, const model::AccessEvent& event);

inline bool has_flag(const model::AccessEvent& event, std::string_view flag) {
  for (const std::string& f : event.flags) {
    if (f == flag) return true;
  }
  return false;
}

// userIdentity objects that several tables use.
inline constexpr std::string_view kRoot =
    R"("userIdentity":{"type":"Root","principalId":"222222222222","arn":"arn:aws:iam::222222222222:root","accountId":"222222222222"})";
inline constexpr std::string_view kUser =
    R"("userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::222222222222:user/ops/bob",)"
    R"("accountId":"222222222222","userName":"bob"})";
inline constexpr std::string_view kPerson =
    R"("userIdentity":{"type":"IdentityCenterUser","accountId":"111111111111","onBehalfOf":{"userId":"9067-u",)"
    R"("identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"},"credentialId":"c"})";
inline constexpr std::string_view kReserved =
    R"("userIdentity":{"type":"AssumedRole","principalId":"AROAX:alice","accountId":"222222222222",)"
    R"("arn":"arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_Break_Glass_0123456789abcdef/alice",)"
    R"("sessionContext":{"sessionIssuer":{"type":"Role","accountId":"222222222222","arn":"arn:aws:iam::222222222222:role/)"
    R"(aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Break_Glass_0123456789abcdef"}}})";
inline constexpr std::string_view kRole =
    R"("userIdentity":{"type":"AssumedRole","principalId":"AROAX:deploy","accountId":"222222222222",)"
    R"("arn":"arn:aws:sts::222222222222:assumed-role/ci/deploy",)"
    R"("sessionContext":{"sessionIssuer":{"type":"Role","accountId":"222222222222","arn":"arn:aws:iam::222222222222:role/ci"}}})";
inline constexpr std::string_view kAssumedRoot =
    R"("userIdentity":{"type":"Root","principalId":"222222222222","arn":"arn:aws:iam::222222222222:root",)"
    R"("accountId":"222222222222","accessKeyId":"ASIAX","sessionContext":{"assumedRoot":"true"}})";

}  // namespace gw::detect

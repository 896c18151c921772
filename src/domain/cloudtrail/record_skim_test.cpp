// skim_record() against decode_record(), which is the reference: the same texts, or no answer.
#include "domain/cloudtrail/record_skim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "domain/cloudtrail/record_decode.h"

namespace gw::cloudtrail {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::string object(const Members& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) out += (out.size() > 1 ? ",\"" : "\"") + key + "\":" + value;
  return out + "}";
}

// A record of a call by a role, as a tree: what is in capitals is replaced by the objects below it.
struct Parts {
  Members record{{"eventVersion", "\"1.11\""},
                 {"userIdentity", "IDENTITY"},
                 {"eventTime", "\"2026-07-01T10:05:00Z\""},
                 {"eventSource", "\"s3.amazonaws.com\""},
                 {"eventName", "\"ListBuckets\""},
                 {"awsRegion", "\"eu-west-1\""},
                 {"sourceIPAddress", "\"198.51.100.7\""},
                 {"userAgent", "\"aws-cli/2\""},
                 {"errorCode", "\"AccessDenied\""},
                 {"errorMessage", "\"no\""},
                 {"requestParameters", R"({"a":[1,{"type":"Root"}]})"},
                 {"responseElements", "null"},
                 {"additionalEventData", R"({"x":true})"},
                 {"readOnly", "true"},
                 {"resources", R"([{"ARN":"arn:aws:s3:::x"}])"},
                 {"eventID", "\"e-1\""},
                 {"eventType", "\"AwsApiCall\""},
                 {"eventCategory", "\"Management\""},
                 {"sharedEventID", "\"s-1\""},
                 {"sessionCredentialFromConsole", "\"true\""},
                 {"recipientAccountId", "\"222222222222\""},
                 {"tlsDetails", R"({"clientProvidedHostHeader":"x"})"}};
  Members identity{{"type", "\"AssumedRole\""},
                   {"principalId", "\"AROAX:alice\""},
                   {"arn", "\"arn:aws:sts::222222222222:assumed-role/app/alice\""},
                   {"accountId", "\"222222222222\""},
                   {"accessKeyId", "\"ASIAEXAMPLE\""},
                   {"invokedBy", "\"ec2.amazonaws.com\""},
                   {"sessionContext", "CONTEXT"}};
  Members context{{"sessionIssuer", "ISSUER"},
                  {"webIdFederationData", "{}"},
                  {"attributes", "ATTRIBUTES"},
                  {"sourceIdentity", "\"alice\""},
                  {"ec2RoleDelivery", "\"2.0\""}};
  Members issuer{{"type", "\"Role\""},
                 {"principalId", "\"AROAX\""},
                 {"arn", "\"arn:aws:iam::222222222222:role/app\""},
                 {"accountId", "\"222222222222\""},
                 {"userName", "\"app\""}};
  Members attributes{{"creationDate", "\"2026-07-01T10:00:00Z\""}, {"mfaAuthenticated", "\"false\""}};

  [[nodiscard]] std::string text() const {
    std::string out = object(record);
    for (const auto& [word, members] : {std::pair("IDENTITY", &identity), std::pair("CONTEXT", &context),
                                        std::pair("ISSUER", &issuer), std::pair("ATTRIBUTES", &attributes)}) {
      if (const auto at = out.find(word); at != std::string::npos)
        out.replace(at, std::string_view(word).size(), object(*members));
    }
    return out;
  }
};

// Every text of a record, one a line.
std::string texts_of(const model::Record& r) {
  const model::Identity& id = r.identity;
  std::string out;
  for (const std::string_view text : {r.event_version,
                                      r.event_id,
                                      r.event_source,
                                      r.event_name,
                                      r.event_type,
                                      r.event_category,
                                      r.event_time_text,
                                      r.region,
                                      r.source_ip,
                                      r.user_agent,
                                      r.error_code,
                                      r.error_message,
                                      r.recipient_account_id,
                                      r.shared_event_id,
                                      r.session_credential_from_console,
                                      id.type,
                                      id.principal_id,
                                      id.arn,
                                      id.account_id,
                                      id.access_key_id,
                                      id.user_name,
                                      id.invoked_by,
                                      id.identity_provider,
                                      id.credential_id,
                                      id.on_behalf_user_id,
                                      id.on_behalf_store_arn,
                                      id.issuer_type,
                                      id.issuer_arn,
                                      id.issuer_account_id,
                                      id.issuer_user_name,
                                      id.issuer_principal_id,
                                      id.creation_date,
                                      id.mfa_authenticated,
                                      id.source_identity,
                                      id.assumed_root,
                                      id.sign_in_session_arn}) {
    out += std::string(text) + "\n";
  }
  out += r.event_time ? format_time(*r.event_time) : "no time";
  out += r.read_only ? (*r.read_only ? " reads" : " writes") : " ?";
  return out;
}

// Whether it was skimmed; what came out then is what decoding says.
bool check(const std::string& text) {
  const std::string list = text + ",{}";
  json::Doc skimmed;
  json::Doc decoded;
  if (!skimmed.index(list) || !decoded.index(list)) return false;
  model::Record fast;
  if (!skim_record(skimmed, fast, [](const model::Record&) { return true; })) {
    EXPECT_EQ(skimmed.next_offset(), 0u);
    return false;
  }
  if (!decoded.parse_next()) {
    ADD_FAILURE() << "skimmed, but it does not parse: " << text;
    return true;
  }
  const model::Record slow = decode_record(decoded.root());
  EXPECT_EQ(texts_of(fast), texts_of(slow)) << text;
  EXPECT_EQ(slow.wrong_type, "") << text;
  EXPECT_FALSE(slow.duplicate_keys) << text;
  EXPECT_FALSE(slow.identity.session_context.has_duplicate_keys()) << text;
  EXPECT_TRUE(slow.identity.on_behalf_of.is_missing()) << text;
  EXPECT_EQ(kind_of(decoded.root()), RecordKind::record) << text;
  EXPECT_EQ(skimmed.next_offset(), decoded.next_offset()) << text;
  return true;
}

TEST(RecordSkimTest, ReadsAPlainRecord) {
  EXPECT_TRUE(check(Parts().text()));
  EXPECT_TRUE(check(R"({"eventName":"X","eventSource":"y"})"));
}

TEST(RecordSkimTest, LeavesTheRestToTheDecoder) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"eventName", "\"Again\""},
                                                        {"eventID", "5"},
                                                        {"serviceEventDetails", "{\"account_id\":\"1\"}"},
                                                        {"insightDetails", "{}"},
                                                        {"sharedEventID", "[]"},
                                                        {"x", "\"a\\u0041\""}}) {
    Parts parts;
    parts.record.emplace_back(key, value);
    EXPECT_FALSE(check(parts.text())) << key;
  }
  Parts person;
  person.identity.emplace_back("onBehalfOf", R"({"userId":"u"})");
  EXPECT_FALSE(check(person.text()));
  Parts unknown;
  unknown.context.emplace_back("new", "1");
  EXPECT_FALSE(check(unknown.text()));
  EXPECT_FALSE(check(R"({"eventName":"X","eventSource":"aws:sqs"})"));
  EXPECT_FALSE(check(R"({"eventSource":"x"})"));
  EXPECT_FALSE(check(R"({"eventName":"X","eventCategory":"Insight"})"));
}

TEST(RecordSkimTest, NeverSaysAnythingElseThanTheDecoder) {
  constexpr std::array<const char*, 9> kValues = {"null",         "5",          "true",       "\"text\"", "{}",
                                                  "{\"type\":1}", "\"a\\\"b\"", "[\"a\",{}]", "\"\""};
  std::mt19937 random(7);
  int skimmed = 0;
  for (int round = 0; round < 40'000; ++round) {
    Parts parts;
    for (Members* members : {&parts.record, &parts.identity, &parts.context, &parts.issuer, &parts.attributes}) {
      if (random() % 2 == 0) std::shuffle(members->begin(), members->end(), random);
      if (random() % 8 == 0) members->erase(members->begin() + static_cast<std::ptrdiff_t>(random() % members->size()));
      if (random() % 8 == 0 && !members->empty())
        (*members)[random() % members->size()].second = kValues[random() % kValues.size()];
      if (random() % 12 == 0 && !members->empty()) {
        const Members* from = random() % 2 == 0 ? members : &parts.record;
        members->push_back((*from)[random() % from->size()]);
        if (random() % 2 == 0) members->back().second = kValues[random() % kValues.size()];
      }
    }
    std::string text = parts.text();
    if (random() % 10 == 0) text[random() % text.size()] = "{}[]:,\"1t "[random() % 10];
    skimmed += check(text) ? 1 : 0;
  }
  EXPECT_GT(skimmed, 8'000);
  EXPECT_LT(skimmed, 32'000);
}

}  // namespace
}  // namespace gw::cloudtrail

#include "domain/cloudtrail/record_decode.h"

#include <gtest/gtest.h>

#include <string>

namespace gw::cloudtrail {
namespace {

TEST(RecordDecode, ReadsBothGenerations) {
  json::Doc doc;
  ASSERT_TRUE(
      doc.parse(R"({"eventVersion":"1.11","eventSource":"sso.amazonaws.com","eventName":"Federate","eventID":"e1",
    "eventTime":"2026-07-01T10:00:00Z","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"x",
    "readOnly":true,"recipientAccountId":"111111111111","eventType":"AwsServiceEvent","eventCategory":"Management",
    "sharedEventID":"s1","sessionCredentialFromConsole":"true","errorCode":"E","errorMessage":"m",
    "userIdentity":{"type":"IdentityCenterUser","accountId":"111111111111","credentialId":"c",
      "onBehalfOf":{"userId":"u","identityStoreArn":"a"}},
    "serviceEventDetails":{"role_name":"R","account_id":"222222222222"},"requestParameters":null,
    "responseElements":{"x":1},"additionalEventData":{"y":2},"resources":[],"addendum":{"reason":"UPDATED_DATA"}})"));
  const model::Record r = decode_record(doc.root());
  EXPECT_EQ(r.event_version, "1.11");
  EXPECT_EQ(r.event_name, "Federate");
  EXPECT_EQ(r.event_id, "e1");
  EXPECT_EQ(format_time(r.event_time.value()), "2026-07-01T10:00:00Z");
  EXPECT_EQ(r.region, "eu-west-1");
  EXPECT_EQ(r.source_ip, "198.51.100.7");
  EXPECT_EQ(r.read_only, true);
  EXPECT_EQ(r.event_type, "AwsServiceEvent");
  EXPECT_EQ(r.event_category, "Management");
  EXPECT_EQ(r.shared_event_id, "s1");
  EXPECT_EQ(r.session_credential_from_console, "true");
  EXPECT_EQ(r.error_code, "E");
  EXPECT_EQ(r.error_message, "m");
  EXPECT_EQ(r.identity.type, "IdentityCenterUser");
  EXPECT_EQ(r.identity.on_behalf_user_id, "u");
  EXPECT_EQ(r.identity.on_behalf_store_arn, "a");
  EXPECT_EQ(r.identity.credential_id, "c");
  EXPECT_EQ(r.service["role_name"].text(), "R");
  EXPECT_TRUE(r.request.is_missing());
  EXPECT_EQ(r.response["x"].raw(), "1");
  EXPECT_EQ(r.additional["y"].raw(), "2");
  EXPECT_TRUE(r.resources.is_array());
  EXPECT_EQ(r.addendum["reason"].text(), "UPDATED_DATA");
  EXPECT_EQ(r.wrong_type, "");
  EXPECT_FALSE(r.duplicate_keys);

  ASSERT_TRUE(doc.parse(R"({"userIdentity":{"type":"AssumedRole","principalId":"A:s","arn":"arn","accessKeyId":"k",
    "userName":"n","invokedBy":"i","identityProvider":"p","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"A",
    "arn":"ia","accountId":"2","userName":"role"},"attributes":{"creationDate":"d","mfaAuthenticated":true},
    "sourceIdentity":"si","assumedRoot":"true","signInSessionArn":"ss"}}})"));
  const model::Identity id = decode_record(doc.root()).identity;
  EXPECT_EQ(id.issuer_arn, "ia");
  EXPECT_EQ(id.issuer_user_name, "role");
  EXPECT_EQ(id.issuer_account_id, "2");
  EXPECT_EQ(id.creation_date, "d");
  EXPECT_EQ(id.mfa_authenticated, "true");
  EXPECT_EQ(id.source_identity, "si");
  EXPECT_EQ(id.assumed_root, "true");
  EXPECT_EQ(id.sign_in_session_arn, "ss");
  EXPECT_EQ(id.invoked_by, "i");
}

TEST(RecordDecode, NamesTheFirstFieldOfAWrongType) {
  struct Case {
    const char* text;
    const char* field;
  };
  for (const Case& c :
       {Case{R"({"eventName":5})", "eventName"}, Case{R"({"userIdentity":"x"})", "userIdentity"},
        Case{R"({"userIdentity":{"arn":[]}})", "userIdentity.arn"},
        Case{R"({"serviceEventDetails":{"account_id":1e400}})", "serviceEventDetails.account_id"},
        Case{R"({"serviceEventDetails":[1]})", "serviceEventDetails"}, Case{R"({"resources":{}})", "resources"},
        Case{R"({"requestParameters":"x"})", "requestParameters"},
        Case{R"({"serviceEventDetails":"text","requestParameters":null,"userIdentity":null})", ""},
        Case{R"([])", "record"}}) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(c.text)) << c.text;
    EXPECT_EQ(decode_record(doc.root()).wrong_type, c.field) << c.text;
  }
}

TEST(RecordDecode, DuplicateKeysAreFlaggedAndEachOccurrenceCanBeSeen) {
  json::Doc doc;
  ASSERT_TRUE(
      doc.parse(R"({"eventName":"A","eventName":"B","\u0065ventName":"C","userIdentity":{"type":"X","type":"Root"}})"));
  EXPECT_EQ(decode_record(doc.root()).event_name, "C");
  EXPECT_TRUE(decode_record(doc.root()).duplicate_keys);
  EXPECT_EQ(decode_record(doc.root(), 0).event_name, "A");
  EXPECT_EQ(decode_record(doc.root(), 1).event_name, "B");
  EXPECT_EQ(decode_record(doc.root(), 7).event_name, "C");
  EXPECT_EQ(decode_record(doc.root(), 0).identity.type, "X");
  EXPECT_EQ(decode_record(doc.root()).identity.type, "Root");
}

TEST(RecordDecode, ADuplicateOfAnotherTypeStillWins) {
  json::Doc doc;
  ASSERT_TRUE(doc.parse(R"({"eventName":"Federate","eventName":null})"));
  EXPECT_EQ(decode_record(doc.root()).event_name, "");
  EXPECT_EQ(decode_record(doc.root(), 0).event_name, "Federate");
}

TEST(RecordDecode, TellsTheKindsApart) {
  struct Case {
    const char* text;
    RecordKind kind;
  };
  for (const Case& c :
       {Case{R"({"eventName":"x"})", RecordKind::record}, Case{R"({"eventSource":"x"})", RecordKind::record},
        Case{R"({"eventCategory":"Insight","insightDetails":{}})", RecordKind::insight},
        Case{R"({"eventType":"AwsAggregatedEvent","summary":{}})", RecordKind::aggregated},
        Case{R"({"Records":[]})", RecordKind::not_a_record}, Case{"5", RecordKind::not_a_record}}) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(c.text));
    EXPECT_EQ(kind_of(doc.root()), c.kind) << c.text;
  }
}

}  // namespace
}  // namespace gw::cloudtrail

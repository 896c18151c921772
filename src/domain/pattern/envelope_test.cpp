#include "domain/pattern/envelope.h"

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

TEST(Envelope, OfARecord) {
  json::Doc doc;
  ASSERT_TRUE(
      doc.parse(R"({"eventVersion":"1.08","eventTime":"2026-07-01T10:00:00Z","eventSource":"sts.amazonaws.com",)"
                R"("eventName":"AssumeRole","awsRegion":"us-east-1","eventID":"e-1","eventType":"AwsApiCall",)"
                R"("recipientAccountId":"222222222222"})"));
  EXPECT_TRUE(is_bare_record(doc.root()));
  const std::string event = event_of_record(doc.root());
  EXPECT_EQ(event,
            R"({"version":"0","id":"e-1","detail-type":"AWS API Call via CloudTrail","source":"aws.sts",)"
            R"("account":"222222222222","time":"2026-07-01T10:00:00Z","region":"us-east-1","resources":[],"detail":)" +
                std::string(doc.root().raw()) + "}");
  ASSERT_TRUE(doc.parse(event));
  EXPECT_FALSE(is_bare_record(doc.root()));
}

TEST(Envelope, LeavesOutWhatTheRecordDoesNotSay) {
  json::Doc doc;
  ASSERT_TRUE(doc.parse(R"({"eventVersion":"1","eventName":"X","eventID":5,"userIdentity":{"accountId":"1"}})"));
  EXPECT_EQ(event_of_record(doc.root()),
            R"({"version":"0","detail-type":"AWS API Call via CloudTrail","account":"1","resources":[],"detail":)" +
                std::string(doc.root().raw()) + "}");
}

}  // namespace
}  // namespace gw::pattern

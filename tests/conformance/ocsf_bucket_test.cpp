// OCSF into S3: a bucket on loopback, written by the signing client of edge/aws.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json/doc.h"
#include "domain/ocsf/schema.h"
#include "edge/aws/s3.h"
#include "edge/receivers/ocsf_bucket.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/support/aws_stand_in.h"

namespace gw::test {
namespace {

using ports::SendResult;
using ports::SendVerdict;
using receivers::ocsf_object_key;

struct OcsfBucketTest : ::testing::Test {
  AwsStandIn stand_in;
  std::unique_ptr<aws::Transport> transport = aws::make_curl_transport();
  aws::FixedCredentials credentials{stand_in.credentials()};
  std::unique_ptr<aws::Client> client = stand_in.client(*transport, credentials, aws::Service::s3, 1);

  receivers::Config config() {
    receivers::Config config;
    config.type = "ocsf";
    config.path = "s3://findings/glasswatch";
    config.put = [this](const receivers::StoredObject& o, std::chrono::milliseconds) -> Status {
      aws::PutOptions options;
      options.content_type = o.content_type;
      const auto put = aws::put_object(*client, {o.bucket, o.key, {}, {}}, o.body, options);
      if (!put) return put.error();
      return ok();
    };
    return config;
  }
  std::string object(const std::string& key) {
    std::string out;
    (void)aws::get_object(*client, {"findings", key, {}, {}}, {}, [&](std::string_view piece) {
      out += piece;
      return true;
    });
    return out;
  }
};

const std::string kKey =
    "glasswatch/region=eu-west-1/accountId=444455556666/eventDay=20260801/0198633e-aaaa-7cde-8f01-23456789abcd.json";

TEST_F(OcsfBucketTest, OneObjectAnAlertUnderTheSameKeyEveryTime) {
  (void)stand_in.control(R"({"do":"create_bucket","name":"findings"})");
  const auto receiver = receiver_of(config());
  const SendResult first = receiver->send(about(AlertKind::session_opened), kLong);
  ASSERT_EQ(first.verdict, SendVerdict::accepted) << first.reason;
  EXPECT_EQ(first.reference, kKey);
  const std::string body = object(kKey);
  EXPECT_TRUE(body.ends_with("}\n"));
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  EXPECT_EQ(ocsf::deviation(doc.root()), "");
  EXPECT_EQ(doc.root()["finding_info"]["uid"].text(), receivers::kSessionId);
  const SendResult again = receiver->send(about(AlertKind::session_opened), kLong);
  EXPECT_EQ(again.reference, kKey);
  EXPECT_EQ(object(kKey), body);
  const std::string state = stand_in.control(R"({"do":"dump"})");
  json::Doc dump;
  ASSERT_TRUE(dump.parse(state));
  EXPECT_EQ(dump.root()["buckets"]["findings"].size(), 1u) << state;
}

TEST_F(OcsfBucketTest, ABucketThatIsNotThereIsRefused) {
  const SendResult result = receiver_of(config())->send(about(AlertKind::session_opened), kLong);
  EXPECT_EQ(result.verdict, SendVerdict::refused) << result.reason;
}

TEST(OcsfBucket, WhatMayPassIsTriedAgain) {
  receivers::Config config;
  config.type = "ocsf";
  config.path = "s3://findings";
  const auto verdict = [&](Errc code) {
    config.put = [code](const receivers::StoredObject&, std::chrono::milliseconds) {
      return Status(Error{code, "s3 PutObject: no"});
    };
    return receiver_of(config)->send(about(AlertKind::session_opened), kLong).verdict;
  };
  EXPECT_EQ(verdict(Errc::unavailable), SendVerdict::retry);
  EXPECT_EQ(verdict(Errc::throttled), SendVerdict::retry);
  EXPECT_EQ(verdict(Errc::denied), SendVerdict::refused);
  EXPECT_EQ(verdict(Errc::not_found), SendVerdict::refused);
}

TEST(OcsfBucket, NothingFromARecordGetsIntoAKey) {
  std::vector<ports::Message> messages = oversize();
  for (const Payload& payload : payloads()) {
    messages.push_back(hostile(payload.text));
    messages.push_back(hostile_change(payload.text));
    messages.back().facts[0].alert.id = payload.text;
  }
  messages.push_back(hostile_change("../../x"));
  for (const ports::Message& message : messages) {
    const std::string key = ocsf_object_key(message);
    EXPECT_LE(key.size(), 200u);
    EXPECT_EQ(key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-=/."),
              std::string::npos)
        << key;
    EXPECT_EQ(std::count(key.begin(), key.end(), '/'), 3) << key;
    EXPECT_EQ(std::count(key.begin(), key.end(), '.'), 1) << key;
  }
  EXPECT_EQ(ocsf_object_key(hostile_change("x\ny")).find("region=unknown/accountId=unknown/eventDay=20260801/"), 0u);
}

TEST(OcsfBucket, KnowsItsPlace) {
  EXPECT_EQ(receivers::parse_bucket_place("s3://b")->prefix, "");
  EXPECT_EQ(receivers::parse_bucket_place("s3://b/")->prefix, "");
  EXPECT_EQ(receivers::parse_bucket_place("s3://b/p/q")->prefix, "p/q/");
  EXPECT_EQ(receivers::parse_bucket_place("s3://b/p/q")->bucket, "b");
  EXPECT_FALSE(receivers::parse_bucket_place("s3://").has_value());
}

}  // namespace
}  // namespace gw::test

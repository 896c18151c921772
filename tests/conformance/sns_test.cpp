// SNS: a topic on loopback, called by the signing client of edge/aws.
#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "edge/aws/sns.h"
#include "edge/receivers/sns.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/support/aws_stand_in.h"

namespace gw::test {
namespace {

using ports::SendResult;
using ports::SendVerdict;

const std::string kTopic = "arn:aws:sns:eu-central-1:111122223333:break-glass";

struct SnsTest : ::testing::Test {
  AwsStandIn stand_in;
  std::unique_ptr<aws::Transport> transport = aws::make_curl_transport();
  aws::FixedCredentials credentials{stand_in.credentials()};
  std::unique_ptr<aws::Client> client = stand_in.client(*transport, credentials, aws::Service::sns, 1);

  receivers::Config config_for(const std::string& topic) {
    receivers::Config config;
    config.type = "sns";
    config.topic_arn = topic;
    config.publish = [this](const receivers::Publication& p, std::chrono::milliseconds) {
      return aws::publish(*client, {p.topic_arn, p.message, p.subject, p.group_id, p.deduplication_id, std::nullopt});
    };
    return config;
  }
  void create(const std::string& topic) {
    (void)stand_in.control(R"({"do":"topic","arn":")" + topic + R"(","queues":[]})");
  }
};

TEST_F(SnsTest, PublishesTheFactWithASubject) {
  create(kTopic);
  const SendResult result = receiver_of(config_for(kTopic))->send(about(AlertKind::session_opened), kLong);
  ASSERT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
  EXPECT_EQ(result.reference.size(), 36u);
  const std::string state = stand_in.control(R"({"do":"dump"})");
  json::Doc dump;
  ASSERT_TRUE(dump.parse(state));
  const json::Value published = dump.root()["published"].first_child();
  EXPECT_EQ(published["Subject"].text(),
            "[critical] BREAK-GLASS - alice@example.com -> prod-payments (444455556666) - BreakGlassAdmin");
  EXPECT_TRUE(published["MessageGroupId"].is_missing());
  const std::string told(published["Message"].text());
  json::Doc fact;
  ASSERT_TRUE(fact.parse(told));
  EXPECT_EQ(fact.root()["type"].text(), "session.opened");
  EXPECT_EQ(fact.root()["data"]["session_id"].text(), receivers::kSessionId);
}

TEST_F(SnsTest, AFifoTopicIsToldOnceInTheOrderOfASession) {
  create(kTopic + ".fifo");
  ASSERT_EQ(receiver_of(config_for(kTopic + ".fifo"))->send(about(AlertKind::session_opened), kLong).verdict,
            SendVerdict::accepted);
  const std::string state = stand_in.control(R"({"do":"dump"})");
  json::Doc dump;
  ASSERT_TRUE(dump.parse(state));
  const json::Value published = dump.root()["published"].first_child();
  EXPECT_EQ(published["MessageGroupId"].text(), receivers::kSessionId);
  EXPECT_EQ(published["MessageDeduplicationId"].text(), "0198633e-bbbb-7cde-8f01-23456789abcd");
}

TEST_F(SnsTest, ATopicThatIsNotThereIsRefused) {
  const SendResult result = receiver_of(config_for(kTopic))->send(about(AlertKind::session_opened), kLong);
  EXPECT_EQ(result.verdict, SendVerdict::refused) << result.reason;
}

TEST(Sns, WhatMayPassIsTriedAgain) {
  receivers::Config config;
  config.type = "sns";
  config.topic_arn = kTopic;
  const auto verdict = [&](Errc code) {
    config.publish = [code](const receivers::Publication&, std::chrono::milliseconds) {
      return Result<std::string>(Error{code, "sns Publish: no"});
    };
    return receiver_of(config)->send(about(AlertKind::session_opened), kLong).verdict;
  };
  EXPECT_EQ(verdict(Errc::unavailable), SendVerdict::retry);
  EXPECT_EQ(verdict(Errc::throttled), SendVerdict::retry);
  EXPECT_EQ(verdict(Errc::denied), SendVerdict::refused);
  EXPECT_EQ(verdict(Errc::not_found), SendVerdict::refused);
}

TEST(Sns, SubjectsAndMessagesAreWhatSnsTakes) {
  receivers::Config config;
  config.type = "sns";
  config.topic_arn = kTopic;
  std::vector<receivers::Publication> told;
  config.publish = [&told](const receivers::Publication& p, std::chrono::milliseconds) {
    told.push_back(p);
    return Result<std::string>("id");
  };
  const auto receiver = receiver_of(config);
  for (const Payload& payload : payloads()) {
    receiver->send(hostile(payload.text), kLong);
    receiver->send(hostile_change(payload.text), kLong);
  }
  for (const ports::Message& message : oversize()) receiver->send(message, kLong);
  for (const receivers::Publication& p : told) {
    EXPECT_LE(p.subject.size(), 100u);
    for (const char c : p.subject) EXPECT_TRUE(c >= ' ' && c < 127) << p.subject;
    EXPECT_LT(p.message.size(), 20'000u);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(p.message)) << p.message;
  }
}

TEST(Sns, KnowsItsRegionByTheArn) {
  EXPECT_EQ(receivers::region_of_topic(kTopic), "eu-central-1");
  EXPECT_EQ(receivers::region_of_topic("arn:aws-us-gov:sns:us-gov-west-1:111122223333:a.fifo"), "us-gov-west-1");
  for (const char* bad : {"", "arn:aws:sqs:eu-central-1:111122223333:a", "arn:aws:sns:eu-central-1:1:a",
                          "arn:aws:sns:eu-central-1:111122223333:", "arn:aws:sns:eu-central-1:111122223333:a:b"})
    EXPECT_EQ(receivers::region_of_topic(bad), "") << bad;
  receivers::Config config;
  config.type = "sns";
  config.topic_arn = "topic";
  EXPECT_EQ(why_not(config), "receiver x: topic_arn is no ARN of a topic");
}

}  // namespace
}  // namespace gw::test

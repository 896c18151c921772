// The desk and the hands together, without threads: SQS and S3 answer from a script, time only moves when the test says so.
#include "edge/sources/s3_hands.h"

#include <gtest/gtest.h>

#include "base/json/write.h"
#include "edge/aws/test_kit.h"

namespace gw::sources {
namespace {

const std::string kFolder = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/";

std::string notification(const std::vector<std::string>& keys) {
  std::string out = "{\"Records\":[";
  for (const std::string& key : keys) {
    if (out.back() == '}') out += ',';
    out +=
        R"({"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"org-logs"},"object":{"key":")" +
        key + "\"}}}";
  }
  return out + "]}";
}

class S3HandsTest : public testing::Test {
 protected:
  S3HandsTest() {
    ObjectRules rules;
    rules.buckets = {"org-logs"};
    fetcher_ = std::make_unique<ObjectFetcher>(
        rules, [this](const std::string&) { return Result(&client(s3_, aws::Service::s3)); });
    desk_ = std::make_shared<QueueDesk>(config_);
    hands_ = std::make_unique<S3Hands>(
        desk_, *fetcher_,
        [this](ports::Delivery& delivery, const std::stop_token&) {
          if (closed_) return false;
          delivered_.push_back(std::move(delivery));
          return true;
        },
        [this] { return time_.now; }, [](std::string_view, std::string_view, std::string_view) {});
  }

  aws::Client& client(std::unique_ptr<aws::Client>& client, aws::Service service) {
    if (!client) {
      aws::EndpointOptions options;
      options.region = "eu-west-1";
      aws::RetryOptions retry;
      retry.attempts = 1;
      client = aws::make_client(transport_, provider_, service, options, time_.tools(), retry).value();
    }
    return *client;
  }

  // One message comes.
  void receive(const std::string& body, unsigned count = 1, const std::string& id = "m1") {
    if (!asked_) transport_.answer(200, R"({"Attributes":{}})");
    asked_ = true;
    std::string answer = R"({"Messages":[{"MessageId":")" + id + R"(","ReceiptHandle":"h)" + id + R"(","Body":)";
    json::append_string(answer, body);
    answer += R"(,"Attributes":{"ApproximateReceiveCount":")" + std::to_string(count) + "\"}}]}";
    transport_.answer(200, answer);
    const auto got =
        desk_->receive(client(sqs_, aws::Service::sqs), std::chrono::seconds(20), [this] { return time_.now; }, {});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(*got, 1U);
  }
  // All that can be done now.
  std::size_t work() {
    std::size_t jobs = 0;
    while (const auto job = desk_->take(time_.now)) {
      hands_->work(*job, stop_.get_token());
      ++jobs;
    }
    return jobs;
  }
  void settle(ports::Settled how = ports::Settled::durable) {
    auto all = std::exchange(delivered_, {});
    for (ports::Delivery& delivery : all) delivery.settle(how);
  }
  // What the queue is told, as the bodies of its requests.
  std::vector<std::string> tend(std::vector<std::string> answers) {
    const std::size_t before = transport_.sent.size();
    for (std::string& answer : answers) transport_.answer(200, std::move(answer));
    desk_->tend(client(sqs_, aws::Service::sqs), time_.now);
    std::vector<std::string> out;
    for (std::size_t i = before; i < transport_.sent.size(); ++i)
      out.push_back(header(i, "x-amz-target") + ' ' + transport_.sent[i].body);
    EXPECT_TRUE(transport_.answers.empty());
    transport_.answers.clear();
    return out;
  }
  std::string header(std::size_t i, const char* name) { return aws::header_of(transport_.sent[i].headers, name); }
  static std::string done(const char* id = "0") { return std::string(R"({"Successful":[{"Id":")") + id + "\"}]}"; }
  void object(int status, const std::string& body) { transport_.answer(status, body); }
  void missing() { object(404, "<Error><Code>NoSuchKey</Code></Error>"); }
  void pass(std::int64_t seconds) { time_.now.micros += seconds * 1'000'000; }

  static bool holds(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

  QueueConfig config_ = [] {
    QueueConfig config;
    config.url = "https://sqs.eu-west-1.amazonaws.com/111122223333/trail";
    return config;
  }();
  aws::ScriptedTransport transport_;
  aws::TestTime time_;
  aws::FixedCredentials provider_{aws::test_credentials()};
  std::unique_ptr<aws::Client> sqs_;
  std::unique_ptr<aws::Client> s3_;
  bool asked_ = false;
  bool closed_ = false;
  std::stop_source stop_;
  std::vector<ports::Delivery> delivered_;
  std::unique_ptr<ObjectFetcher> fetcher_;
  std::shared_ptr<QueueDesk> desk_;
  std::unique_ptr<S3Hands> hands_;
};

TEST_F(S3HandsTest, AMessageIsDeletedOnlyWhenAllItsObjectsAreSettled) {
  receive(notification({kFolder + "a.gz", kFolder + "b.gz"}));
  object(200, "one");
  object(200, "two");
  EXPECT_EQ(work(), 2U);
  ASSERT_EQ(delivered_.size(), 2U);
  EXPECT_EQ(delivered_[0].source, "s3://org-logs/" + kFolder + "a.gz");
  EXPECT_EQ(delivered_[0].bytes, "one");
  EXPECT_EQ(delivered_[1].accounts, std::vector<std::string>{"111122223333"});
  EXPECT_TRUE(tend({}).empty());
  delivered_[0].settle(ports::Settled::durable);
  EXPECT_TRUE(tend({}).empty());
  delivered_[1].settle(ports::Settled::durable);
  const auto told = tend({done()});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(holds(told[0], "AmazonSQS.DeleteMessageBatch"));
  EXPECT_TRUE(holds(told[0], "\"ReceiptHandle\":\"hm1\""));
  EXPECT_TRUE(desk_->is_empty());
  EXPECT_EQ(desk_->counts().deleted, 1U);
}

TEST_F(S3HandsTest, ADeletionThatFailsIsTriedAgainAndTheMessageThenKnown) {
  receive(notification({kFolder + "a.gz"}));
  object(200, "x");
  work();
  settle();
  const char* failed = R"({"Failed":[{"Id":"0","Code":"InternalError","SenderFault":false}]})";
  EXPECT_EQ(tend({failed}).size(), 1U);
  EXPECT_FALSE(desk_->is_empty());
  EXPECT_EQ(tend({R"({"Failed":[{"Id":"0","Code":"ReceiptHandleIsInvalid","SenderFault":true}]})"}).size(), 1U);
  EXPECT_TRUE(desk_->is_empty());
  EXPECT_EQ(desk_->counts().lost, 1U);
  // It comes again: nothing is fetched for it.
  receive(notification({kFolder + "a.gz"}), 2);
  EXPECT_EQ(work(), 0U);
  EXPECT_TRUE(holds(tend({done()}).at(0), "DeleteMessageBatch"));
  // Another message about the same object is another matter: it may have been written anew.
  receive(notification({kFolder + "a.gz"}), 1, "m2");
  object(200, "x");
  EXPECT_EQ(work(), 1U);
}

TEST_F(S3HandsTest, LeasesAreRenewedAtHalfLife) {
  receive(notification({kFolder + "a.gz"}));
  object(200, "x");
  work();
  pass(29);
  EXPECT_TRUE(tend({}).empty());
  pass(1);
  const auto told = tend({done()});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(holds(told[0], "ChangeMessageVisibilityBatch"));
  EXPECT_TRUE(holds(told[0], "\"VisibilityTimeout\":60"));
  pass(29);
  EXPECT_TRUE(tend({}).empty());
  pass(1);
  EXPECT_EQ(tend({R"({"Failed":[{"Id":"0","Code":"x","SenderFault":true}]})"}).size(), 1U);
  pass(60);
  EXPECT_TRUE(tend({}).empty());  // lost: nothing to renew
  EXPECT_EQ(desk_->counts().lost, 1U);
}

TEST_F(S3HandsTest, AMissingObjectIsWaitedForThenQuarantinedAndTold) {
  const unsigned pauses[] = {10, 20, 40, 80};
  for (unsigned count = 1; count <= 4; ++count) {
    receive(notification({kFolder + "gone.gz", kFolder + "there.gz"}), count);
    missing();
    if (count == 1) object(200, "x");
    EXPECT_EQ(work(), count == 1 ? 2U : 1U);  // the other object is settled already
    settle();
    const auto told = tend({done()});
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(holds(told[0], "\"VisibilityTimeout\":" + std::to_string(pauses[count - 1]) + "}")) << told[0];
  }
  receive(notification({kFolder + "gone.gz", kFolder + "there.gz"}), 5);
  missing();
  EXPECT_EQ(work(), 1U);
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].problem, "object_missing");
  EXPECT_TRUE(delivered_[0].tell_problem);
  EXPECT_EQ(delivered_[0].source, "s3://org-logs/" + kFolder + "gone.gz");
  settle();
  EXPECT_TRUE(holds(tend({done()}).at(0), "DeleteMessageBatch"));
  EXPECT_EQ(hands_->counts().missing, 5U);
  EXPECT_EQ(hands_->counts().quarantined, 1U);
}

TEST_F(S3HandsTest, TheQueuesOwnLimitOfReceiptsCountsWhenItIsLower) {
  asked_ = true;
  transport_.answer(
      200, R"({"Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn\",\"maxReceiveCount\":\"2\"}"}})");
  receive(notification({kFolder + "gone.gz"}), 2);
  missing();
  work();
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].problem, "object_missing");
}

TEST_F(S3HandsTest, WhatCannotBeReadIsQuarantinedAtTheLimit) {
  receive("not json", 4);
  work();
  EXPECT_TRUE(delivered_.empty());
  EXPECT_TRUE(holds(tend({done()}).at(0), "\"VisibilityTimeout\":80}"));
  receive("not json", 5);
  work();
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].problem, "not a JSON value");
  EXPECT_EQ(delivered_[0].bytes, "not json");
  EXPECT_EQ(delivered_[0].source, "sqs:trail/m1");
}

TEST_F(S3HandsTest, OurRulesRefuseAtOnceAndS3OnlyInTheEnd) {
  receive(R"({"s3Bucket":"foreign","s3ObjectKey":["k"]})");
  work();
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].problem, "fetch_refused: bucket_not_configured");
  EXPECT_FALSE(delivered_[0].tell_problem);  // anybody who may write to the queue could have people told
  settle();
  tend({done()});
  const std::string denied = "<Error><Code>AccessDenied</Code></Error>";
  receive(notification({kFolder + "a.gz"}), 2);
  object(403, denied);
  work();
  EXPECT_TRUE(holds(tend({done()}).at(0), "\"VisibilityTimeout\":240}"));
  receive(notification({kFolder + "a.gz"}), 5);
  object(403, denied);
  work();
  ASSERT_EQ(delivered_.size(), 1U);
  EXPECT_EQ(delivered_[0].problem, "fetch_refused: denied");
  EXPECT_TRUE(delivered_[0].tell_problem);
  const auto counts = hands_->counts();
  EXPECT_EQ(counts.refused.at("bucket_not_configured"), 1U);
  EXPECT_EQ(counts.refused.at("denied"), 2U);
}

TEST_F(S3HandsTest, WhileS3IsAwayMessagesAreHeldAndNothingIsQuarantined) {
  receive(notification({kFolder + "a.gz"}), 5);
  object(503, "<Error><Code>SlowDown</Code></Error>");
  EXPECT_EQ(work(), 1U);
  EXPECT_NE(hands_->problem(), "");
  EXPECT_EQ(work(), 0U);           // not at once
  for (int i = 0; i < 600; ++i) {  // ten hours
    pass(60);
    object(503, "<Error><Code>SlowDown</Code></Error>");
    EXPECT_EQ(work(), 1U);
  }
  EXPECT_TRUE(delivered_.empty());
  pass(60);
  object(200, "x");
  work();
  EXPECT_EQ(hands_->problem(), "");
  EXPECT_EQ(delivered_.at(0).bytes, "x");
  settle();
  // With receipts left, somebody else may try.
  tend({done()});
  receive(notification({kFolder + "b.gz"}), 1, "m2");
  pass(600);
  object(500, "");
  work();
  EXPECT_TRUE(holds(tend({done()}).at(0), "\"VisibilityTimeout\":0}"));
}

TEST_F(S3HandsTest, WhatTheStoreGaveBackIsFetchedAgain) {
  receive(notification({kFolder + "a.gz"}));
  object(200, "x");
  work();
  settle(ports::Settled::unavailable);
  EXPECT_EQ(work(), 0U);
  pass(5);
  object(200, "x");
  EXPECT_EQ(work(), 1U);
  settle();
  EXPECT_TRUE(holds(tend({done()}).at(0), "DeleteMessageBatch"));
}

TEST_F(S3HandsTest, DigestsTestMessagesAndRecordsInMessagesAreDeliveries) {
  receive(notification({"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/02/d.json.gz"}));
  receive(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"org-logs"})", 1, "m2");
  const std::string record = R"({"eventVersion":"1.08","eventSource":"sts.amazonaws.com","eventName":"AssumeRoot"})";
  receive(record, 1, "m3");
  EXPECT_EQ(work(), 3U);
  ASSERT_EQ(delivered_.size(), 3U);
  EXPECT_EQ(delivered_[0].bytes, "");
  EXPECT_EQ(delivered_[0].problem, "");
  EXPECT_EQ(delivered_[2].bytes, record);
  EXPECT_FALSE(delivered_[2].from_trail);
  settle();
  EXPECT_EQ(tend({R"({"Successful":[{"Id":"0"},{"Id":"1"},{"Id":"2"}]})"}).size(), 1U);
  EXPECT_TRUE(desk_->is_empty());
}

TEST_F(S3HandsTest, AtTheEndEverythingUndoneGoesBackAtOnce) {
  receive(notification({kFolder + "a.gz"}));
  receive(notification({kFolder + "b.gz"}), 1, "m2");
  object(200, "x");
  const auto job = desk_->take(time_.now);
  hands_->work(*job, {});
  closed_ = true;  // the pipeline takes no more
  object(200, "y");
  work();
  desk_->give_back_all();
  const auto told = tend({R"({"Successful":[{"Id":"0"},{"Id":"1"}]})"});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(holds(told[0], "\"hm1\",\"VisibilityTimeout\":0}"));
  EXPECT_TRUE(holds(told[0], "\"hm2\",\"VisibilityTimeout\":0}"));
  settle();  // too late, and harmless
  EXPECT_TRUE(desk_->is_empty());
}

TEST_F(S3HandsTest, NoMoreIsTakenThanIsHeldInMemory) {
  EXPECT_TRUE(desk_->has_room());
  for (int i = 0; i < 31; ++i) receive("{}", 1, "m" + std::to_string(i));
  EXPECT_FALSE(desk_->has_room());
}

}  // namespace
}  // namespace gw::sources

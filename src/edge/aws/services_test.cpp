// What each call sends, and what it makes of the answers.
#include <gtest/gtest.h>

#include "edge/aws/dynamodb.h"
#include "edge/aws/secrets.h"
#include "edge/aws/sns.h"
#include "edge/aws/sqs.h"
#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

const std::string kQueue = "https://sqs.eu-west-1.amazonaws.com/111122223333/q";

using Services = ServiceTest;

TEST_F(Services, SqsReceive) {
  transport_.answer(200, R"({"Messages":[{"MessageId":"m","ReceiptHandle":"h=","Body":"{\"a\":1}","Attributes":)"
                         R"({"ApproximateReceiveCount":"3","SentTimestamp":"1767323045000"}},)"
                         R"({"MessageId":"n","ReceiptHandle":"i","Body":""}]})");
  ReceiveRequest request;
  request.queue_url = kQueue;
  request.visibility_seconds = 90;
  const auto got = receive_messages(client(Service::sqs), request);
  ASSERT_TRUE(got) << got.error().message;
  ASSERT_EQ(got->size(), 2U);
  EXPECT_EQ((*got)[0].body, "{\"a\":1}");
  EXPECT_EQ((*got)[0].receive_count, 3U);
  EXPECT_EQ((*got)[0].sent, parse_time("2026-01-02T03:04:05Z"));
  EXPECT_EQ((*got)[1].receive_count, 1U);
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(header_of(sent().headers, "content-type"), "application/x-amz-json-1.0");
  EXPECT_TRUE(sent().body.starts_with(
      R"({"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q","MaxNumberOfMessages":10,"WaitTimeSeconds":20,"VisibilityTimeout":90,)"))
      << sent().body;
  EXPECT_GT(sent().timeout.count(), 20'000);
}

TEST_F(Services, SqsReceiveNothingOrNonsense) {
  transport_.answer(200, "{}");
  EXPECT_TRUE(receive_messages(client(Service::sqs), {})->empty());
  for (const char* body : {"", "[]", R"({"Messages":[{"MessageId":"m","Body":"x"}]})",
                           R"({"Messages":[{"MessageId":"m","ReceiptHandle":"h"}]})"}) {
    transport_.answer(200, body);
    EXPECT_EQ(receive_messages(client(Service::sqs), {}).error().code, Errc::corrupt) << body;
  }
}

TEST_F(Services, SqsBatchesTellEachEntry) {
  transport_.answer(200, R"({"Successful":[{"Id":"1"},{"Id":"77"},{"Id":"x"}],"Failed":[{"Id":"0","Code":)"
                         R"("ReceiptHandleIsInvalid","Message":"m","SenderFault":true}]})");
  const auto done = delete_messages(client(Service::sqs), kQueue, {"a\"", "b", "c"});
  ASSERT_TRUE(done);
  ASSERT_EQ(done->size(), 3U);
  EXPECT_EQ((*done)[0].code, "ReceiptHandleIsInvalid");
  EXPECT_TRUE((*done)[0].is_our_fault);
  EXPECT_TRUE((*done)[1].is_done);
  EXPECT_EQ((*done)[2].code, "Missing");
  EXPECT_TRUE(sent().body.ends_with(
      R"("Entries":[{"Id":"0","ReceiptHandle":"a\""},{"Id":"1","ReceiptHandle":"b"},{"Id":"2","ReceiptHandle":"c"}]})"));
  EXPECT_EQ(delete_messages(client(Service::sqs), kQueue, std::vector<std::string>(11)).error().code,
            Errc::invalid_input);
  EXPECT_TRUE(delete_messages(client(Service::sqs), kQueue, {})->empty());
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_F(Services, SqsVisibilityAndAttributes) {
  transport_.answer(200, R"({"Successful":[{"Id":"0"}]})");
  const auto done = change_visibility(client(Service::sqs), kQueue, {{"h", 0}});
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->at(0).is_done);
  EXPECT_TRUE(sent().body.ends_with(R"("Entries":[{"Id":"0","ReceiptHandle":"h","VisibilityTimeout":0}]})"));
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "AmazonSQS.ChangeMessageVisibilityBatch");
  transport_.answer(200, R"({"Attributes":{"VisibilityTimeout":"30","RedrivePolicy":"{}"}})");
  const auto attributes = get_queue_attributes(client(Service::sqs), kQueue, {"All", "X"});
  ASSERT_TRUE(attributes);
  EXPECT_EQ(attributes->at("VisibilityTimeout"), "30");
  EXPECT_TRUE(sent().body.ends_with(R"(,"AttributeNames":["All","X"]})"));
}

TEST_F(Services, SsmParameter) {
  transport_.answer(200, R"({"Parameter":{"Name":"/a","Type":"SecureString","Value":"s\u00e9cret","Version":2}})");
  const auto value = get_parameter(client(Service::ssm), "/a");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->reveal(), "s\u00e9cret");
  EXPECT_EQ(sent().body, R"({"Name":"/a","WithDecryption":true})");
  EXPECT_EQ(sent().url, "https://ssm.eu-west-1.amazonaws.com/");
  EXPECT_EQ(header_of(sent().headers, "content-type"), "application/x-amz-json-1.1");
  transport_.answer(400, R"({"__type":"ParameterNotFound","message":"no"})");
  EXPECT_EQ(get_parameter(client(Service::ssm), "/b").error().code, Errc::not_found);
  transport_.answer(200, R"({"Parameter":{"Value":5}})");
  EXPECT_EQ(get_parameter(client(Service::ssm), "/b").error().message, "ssm GetParameter: the answer holds no value");
}

TEST_F(Services, SecretsAsTextAndAsBytes) {
  transport_.answer(200, R"({"SecretString":"s"})");
  EXPECT_EQ(get_secret_value(client(Service::secrets_manager), "id")->reveal(), "s");
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "secretsmanager.GetSecretValue");
  transport_.answer(200, R"({"SecretBinary":"AAEC"})");
  EXPECT_EQ(get_secret_value(client(Service::secrets_manager), "id")->reveal(), std::string("\0\1\2", 3));
  for (const char* body : {"{}", R"({"SecretBinary":"?"})", "x"}) {
    transport_.answer(200, body);
    EXPECT_EQ(get_secret_value(client(Service::secrets_manager), "id").error().code, Errc::corrupt);
  }
}

TEST_F(Services, DynamodbKeepsWhatARefusalSays) {
  const std::string body =
      R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"v":{"N":"3"}}})";
  transport_.answer(400, body);
  const auto reply = call_dynamodb(client(Service::dynamodb), "PutItem", "{}");
  ASSERT_TRUE(reply);
  ASSERT_TRUE(reply->failure);
  EXPECT_EQ(reply->failure->code, Errc::conflict);
  EXPECT_EQ(reply->failure->name, "ConditionalCheckFailedException");
  EXPECT_EQ(reply->response.body, body);
  EXPECT_EQ(header_of(sent().headers, "x-amz-target"), "DynamoDB_20120810.PutItem");
  transport_.answer(400, R"({"__type":"x#ProvisionedThroughputExceededException"})");
  transport_.answer(200, R"({"Item":{}})");
  EXPECT_FALSE(call_dynamodb(client(Service::dynamodb), "GetItem", "{}")->failure);
}

TEST_F(Services, SnsPublish) {
  transport_.answer(200,
                    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>id-1"
                    "</MessageId></PublishResult></PublishResponse>");
  const auto id = publish(client(Service::sns), {"arn:aws:sns:x:1:t", "a & b\n", "subject", "", "", {}});
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, "id-1");
  EXPECT_EQ(
      sent().body,
      "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Ax%3A1%3At&Message=a%20%26%20b%0A&Subject=subject");
  transport_.answer(200, "<PublishResponse/>");
  EXPECT_EQ(publish(client(Service::sns), {}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace gw::aws

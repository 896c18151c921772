#include "domain/cloudtrail/message.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json/write.h"

namespace gw::cloudtrail {
namespace {

const std::string kRecord = R"({"eventVersion":"1.11","eventName":"Federate","userIdentity":{}})";

std::string json_text(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

// One line a part: bucket/key version size, records, !problem, -ignored.
std::string told(const std::string& body) {
  MessageReader reader;
  const MessageContent content = reader.read(body);
  std::string out;
  for (const ObjectName& o : content.objects) {
    out += o.bucket + "/" + o.key + " " + o.version_id + " " + std::to_string(o.size) + "\n";
  }
  if (content.has_records) out += "records\n";
  for (const std::string& problem : content.problems) out += "!" + problem + "\n";
  if (!content.ignored.empty()) out += "-" + content.ignored + "\n";
  return out;
}

std::string s3(const std::string& event, const std::string& bucket, const std::string& object) {
  return R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":")" + event +
         R"(","userIdentity":{"principalId":"AWS:x"},"s3":{"bucket":{"name":")" + bucket + R"("},"object":)" + object +
         "}}]}";
}
const std::string kObject = R"({"key":"AWSLogs/a%3Db+c%2B.gz","size":12,"versionId":"v1"})";

TEST(Message, NotificationsNameObjects) {
  const std::string note = s3("ObjectCreated:Put", "logs", kObject);
  const std::string expected = "logs/AWSLogs/a=b c+.gz v1 12\n";
  EXPECT_EQ(told(note), expected);
  EXPECT_EQ(told(R"({"Type":"Notification","TopicArn":"t","Message":)" + json_text(note) + "}"), expected);
  EXPECT_EQ(
      told(R"({"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"logs"},)"
           R"("object":{"key":"a%3Db+c","size":7,"version-id":"w"}}})"),
      "logs/a%3Db+c w 7\n");
  EXPECT_EQ(told(R"({"s3Bucket":"logs","s3ObjectKey":["a%3D+","b"]})"), "logs/a%3D+  0\nlogs/b  0\n");
  EXPECT_EQ(told(R"({"s3Bucket":"logs","s3ObjectKey":["a",5]})"),
            "logs/a  0\n!a key in CloudTrail's note is not a string\n");
}

TEST(Message, RecordsGoToThePipeline) {
  EXPECT_EQ(told(kRecord), "records\n");
  EXPECT_EQ(told(kRecord + "\n" + kRecord), "records\n");
  EXPECT_EQ(told("{\"Records\":[" + kRecord + "]}"), "records\n");
  EXPECT_EQ(told(R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.sts","detail":)" + kRecord + "}"),
            "records\n");
  EXPECT_EQ(
      told(R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + json_text(kRecord) + R"(},{"message":"{"}]})"),
      "records\n!the text in the envelope is not JSON\n");
  EXPECT_EQ(told("\x1f\x8b\x08 cut"), "records\n");
  EXPECT_EQ(told(" { \"awslogs\" : {\"data\":\"?\"}}"), "records\n");
}

TEST(Message, WhatHoldsNothing) {
  EXPECT_EQ(told(s3("ObjectRemoved:Delete", "logs", kObject)), "-an object was removed from S3\n");
  EXPECT_EQ(told(s3("ObjectTagging:Put", "logs", kObject)), "-S3 notification of another kind than ObjectCreated\n");
  EXPECT_EQ(told(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"logs"})"), "-S3 test message\n");
  EXPECT_EQ(told(R"({"Type":"SubscriptionConfirmation","SubscribeURL":"https://sns/"})"),
            "-SNS subscription message (its URL is never fetched)\n");
  EXPECT_EQ(told(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]})"),
            "-CloudWatch Logs control message\n");
  EXPECT_EQ(told("CloudTrail validation message."), "-CloudTrail validation message\n");
  EXPECT_EQ(told(R"({"s3Bucket":"logs","s3ObjectKey":[]})"), "-empty list of keys\n");
}

TEST(Message, WhatCannotBeRead) {
  EXPECT_EQ(told("hello"), "!not a JSON value\n");
  EXPECT_EQ(told(""), "!empty\n");
  EXPECT_EQ(told(R"({"Type":"Notification","Message":"hello"})"), "!the text in the envelope is not JSON\n");
  EXPECT_EQ(told(R"({"Records":{}})"), "!Records is not a list\n");
  EXPECT_EQ(told(s3("ObjectCreated:Put", "evil.example/x", kObject)), "!a notification names no possible bucket\n");
  EXPECT_EQ(told(s3("ObjectCreated:Put", "logs", R"({"key":""})")), "!a notification names no possible key\n");
  EXPECT_EQ(told(s3("ObjectCreated:Put", "logs", R"({"key":"%FF"})")), "!the key in a notification is not UTF-8\n");
  EXPECT_EQ(told(s3("ObjectCreated:Put", "logs", R"({"key":5})")), "!an S3 notification names no bucket or key\n");
  EXPECT_EQ(told(s3("", "logs", kObject)), "!an S3 notification does not say what happened\n");
  EXPECT_EQ(told(R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.sts"})"),
            "!an EventBridge event has no detail\n");
}

}  // namespace
}  // namespace gw::cloudtrail

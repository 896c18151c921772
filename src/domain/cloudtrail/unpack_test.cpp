#include "domain/cloudtrail/unpack.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json/write.h"

namespace gw::cloudtrail {
namespace {

// Writes down what it is told.
struct Told : UnpackHandler {
  std::vector<std::string> lines;
  void record(std::string_view text, Envelope envelope) override {
    lines.push_back(std::string(to_string(envelope)) + " " + std::string(text));
  }
  void need_object(ObjectName object) override { lines.push_back("need " + object.bucket + " " + object.key); }
  void ignored(std::string_view why) override { lines.push_back("ignored " + std::string(why)); }
  void quarantine(std::string_view why) override { lines.push_back("quarantine " + std::string(why)); }
};

std::vector<std::string> unpack(const std::string& text) {
  Unpacker unpacker;
  Told told;
  if (!unpacker.unpack(text, told)) told.lines.push_back("damaged");
  return told.lines;
}

using Lines = std::vector<std::string>;

std::string json_text(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

const std::string kRecord = R"({"eventVersion":"1.11","eventName":"Federate","userIdentity":{}})";

TEST(Unpack, BareRecordsAndLists) {
  EXPECT_EQ(unpack(kRecord), (Lines{"record " + kRecord}));
  EXPECT_EQ(unpack("{\"Records\":[" + kRecord + ",5]}"),
            (Lines{"records_file " + kRecord, "quarantine an element of the list is not an object"}));
  EXPECT_EQ(unpack("[" + kRecord + "]"), (Lines{"records_file " + kRecord}));
  EXPECT_EQ(unpack("[]"), (Lines{"ignored empty list of records"}));
  EXPECT_EQ(unpack("{}"), (Lines{"ignored empty object"}));
  EXPECT_EQ(unpack("{\"x\":1}"), (Lines{"quarantine not a CloudTrail record, nor anything that carries one"}));
  EXPECT_EQ(unpack("{\"Records\":{}}"), (Lines{"quarantine Records is not a list"}));
  EXPECT_EQ(unpack("hello"), (Lines{"damaged"}));
}

TEST(Unpack, ListsHoldDocuments) {
  const std::string event =
      R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.sso","detail":)" + kRecord + "}";
  const std::string payload =
      R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":)" + json_text(kRecord) + "}]}";
  EXPECT_EQ(
      unpack("[" + event + "," + payload + ",{\"Records\":[" + kRecord + "]},{}]"),
      (Lines{"eventbridge " + kRecord, "cloudwatch_logs " + kRecord, "records_file " + kRecord, "records_file {}"}));
  EXPECT_EQ(unpack("[{\"x\":1}]"), (Lines{"quarantine not a CloudTrail record, nor anything that carries one"}));
}

TEST(Unpack, WhatBeginsAsARecordIsOne) {
  const std::string both = R"({"eventVersion":"1.11","awslogs":{"data":"x"}})";
  EXPECT_EQ(unpack(both), (Lines{"record " + both}));
  EXPECT_EQ(unpack("{\"eventVersion\":\"1.11\",\"Records\":[" + kRecord + "]}"), (Lines{"records_file " + kRecord}));
}

TEST(Unpack, EventBridge) {
  EXPECT_EQ(unpack(R"({"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.sso","detail":)" +
                   kRecord + "}"),
            (Lines{"eventbridge " + kRecord}));
  // EventBridge's own API calls come from aws.events, as its scheduled events do.
  EXPECT_EQ(unpack(R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.events","detail":)" + kRecord + "}"),
            (Lines{"eventbridge " + kRecord}));
  EXPECT_EQ(unpack(R"({"detail-type":"Scheduled Event","source":"aws.events","detail":{}})"),
            (Lines{"ignored scheduled event"}));
  EXPECT_EQ(unpack(R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.sts"})"),
            (Lines{"quarantine an EventBridge event has no detail"}));
  EXPECT_EQ(
      unpack(
          R"({"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"bbb"},"object":{"key":"a%3Db+c"}}})"),
      (Lines{"need bbb a%3Db+c"}));  // not encoded here, unlike in S3's own notification
}

TEST(Unpack, CloudWatchLogsMessagesAreReadOneByOne) {
  const std::string doc = R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + json_text(kRecord) +
                          R"(},{"message":"{\"cut\":"},{"message":)" + json_text(kRecord) + "}]}";
  EXPECT_EQ(unpack(doc), (Lines{"cloudwatch_logs " + kRecord, "quarantine the text in the envelope is not JSON",
                                "cloudwatch_logs " + kRecord}));
  EXPECT_EQ(unpack(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]})"),
            (Lines{"ignored CloudWatch Logs control message"}));
  // {"x":1} gzipped and in base64, and the same cut off.
  EXPECT_EQ(unpack(R"({"awslogs":{"data":"H4sIAAAAAAACA6tWqlCyMqwFANsdGgcHAAAA"}})"),
            (Lines{"quarantine the data in the envelope is damaged gzip"}));
  EXPECT_EQ(unpack(R"({"awslogs":{"data":"H4sIAAAAAAAC"}})"),
            (Lines{"quarantine the data in the envelope is damaged gzip"}));
  EXPECT_EQ(unpack(R"({"awslogs":{"data":"???"}})"), (Lines{"quarantine the data in the envelope is not base64"}));
}

TEST(Unpack, NotificationsNameObjects) {
  const std::string s3 =
      R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"bbb"},"object":{"key":"a%3Db+c"}}}]})";
  EXPECT_EQ(unpack(s3), (Lines{"need bbb a=b c"}));
  EXPECT_EQ(unpack(R"({"Records":[{"eventSource":"aws:sqs","body":)" + json_text(s3) + "}]}"),
            (Lines{"need bbb a=b c"}));
  const std::string sns = R"({"Type":"Notification","Message":)" + json_text(s3) + "}";
  EXPECT_EQ(unpack(R"({"Records":[{"eventSource":"aws:sqs","body":)" + json_text(sns) + "}]}"),
            (Lines{"need bbb a=b c"}));
  EXPECT_EQ(unpack(R"({"Records":[{"Sns":{"Message":"{\"s3Bucket\":\"bbb\",\"s3ObjectKey\":[\"k%20\",\"l\"]}"}}]})"),
            (Lines{"need bbb k%20", "need bbb l"}));
  EXPECT_EQ(
      unpack(
          R"({"Records":[{"s3":{"bucket":{"name":"bbb"},"object":{"key":"k"}},"eventName":"ObjectRemoved:Delete"}]})"),
      (Lines{"ignored an object was removed from S3"}));
  EXPECT_EQ(unpack(R"({"Type":"SubscriptionConfirmation","SubscribeURL":"https://x"})"),
            (Lines{"ignored SNS subscription message (its URL is never fetched)"}));
  EXPECT_EQ(unpack(R"({"Service":"Amazon S3","Event":"s3:TestEvent"})"), (Lines{"ignored S3 test message"}));
  EXPECT_EQ(unpack(R"({"s3ObjectKey":["k"]})"), (Lines{"quarantine CloudTrail's note names no bucket or keys"}));
  EXPECT_EQ(unpack(R"({"Type":"Notification","Message":"CloudTrail validation message."})"),
            (Lines{"ignored CloudTrail validation message"}));
  EXPECT_EQ(unpack(R"({"Type":"Notification","Message":"hello"})"),
            (Lines{"quarantine the text in the envelope is not JSON"}));
}

TEST(Unpack, FirehoseKinesisAndLookups) {
  // eyJldmVudFZlcnNpb24iOiIxIiwiZXZlbnROYW1lIjoiYSJ9 is {"eventVersion":"1","eventName":"a"}
  const std::string data = "eyJldmVudFZlcnNpb24iOiIxIiwiZXZlbnROYW1lIjoiYSJ9";
  const std::string record = R"({"eventVersion":"1","eventName":"a"})";
  EXPECT_EQ(unpack(R"({"requestId":"r","timestamp":1,"records":[{"data":")" + data + R"("},{}]})"),
            (Lines{"firehose " + record, "quarantine a Firehose record has no data"}));
  EXPECT_EQ(unpack(R"({"Records":[{"eventSource":"aws:kinesis","kinesis":{"data":")" + data + R"("}}]})"),
            (Lines{"kinesis " + record}));
  EXPECT_EQ(unpack(R"({"Events":[{"EventId":"x","CloudTrailEvent":)" + json_text(kRecord) + "}]}"),
            (Lines{"lookup_events " + kRecord}));
}

TEST(Unpack, NestingIsBounded) {
  std::string text = kRecord;
  for (int i = 0; i < 10; ++i) text = R"({"Type":"Notification","Message":)" + json_text(text) + "}";
  EXPECT_EQ(unpack(text), (Lines{"quarantine envelopes nested too deeply"}));
}

TEST(Unpack, DigestsAreNoRecords) {
  EXPECT_EQ(unpack(R"({"awsAccountId":"1","digestS3Object":"k","logFiles":[]})"), (Lines{"ignored digest file"}));
}

}  // namespace
}  // namespace gw::cloudtrail

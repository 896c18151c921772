#include "domain/cloudtrail/unpack.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/encoding.h"
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

// Takes lists too: as many of each as it says.
struct ToldInLists : Told {
  std::size_t most = 0;
  std::size_t lists = 0;
  explicit ToldInLists(std::size_t n) : most(n) {}
  std::size_t records(std::string_view list, const std::vector<std::uint32_t>& ends, Envelope envelope) override {
    ++lists;
    EXPECT_EQ(list.size(), ends.back() + 1);
    std::size_t begin = 0;
    std::size_t n = 0;
    for (; n < ends.size() && n < most; ++n) {
      record(list.substr(begin, ends[n] - begin), envelope);
      EXPECT_EQ(list[ends[n]], n + 1 < ends.size() ? ',' : ']');
      begin = ends[n] + 1;
    }
    return n;
  }
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

std::string awslogs(std::string_view payload) {
  return R"({"awslogs":{"data":")" + encode_base64(payload) + R"("}})";  // need not be gzip
}

// What is read many bytes at a time says the same as what is read as JSON.
TEST(Unpack, LogMessagesComeInListsOrOneByOne) {
  const std::string other = R"({"eventSource":"sso.amazonaws.com","eventName":"Federate","path":"C:\\x\ty"})";
  const std::string two = kRecord + "," + kRecord;
  const std::string unicode = "{\"eventVersion\":\"1\",\"userAgent\":\"\xc3\xa9\xf0\x9f\x94\x91 \\u0041\"}";
  std::string messages;
  std::string spaced;
  Lines expected;
  for (int round = 0; round < 40; ++round) {
    for (const std::string& text : {kRecord, other, two, unicode, std::string("plain\ntext"), kRecord}) {
      messages += (messages.empty() ? "" : ",") + std::string(R"({"id":"1","timestamp":1767323045000,"message":)") +
                  json_text(text) + "}";
      spaced +=
          (spaced.empty() ? "" : ",\n ") + std::string("{ \"id\" : \"1\" ,\t\"message\":\r\n") + json_text(text) + " }";
      expected.push_back(text == "plain\ntext" ? "quarantine the text in the envelope is not JSON"
                                               : "cloudwatch_logs " + text);
    }
  }
  const std::string head = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s",)"
                           R"("subscriptionFilters":["a","b"],"logEvents":[)";
  for (const std::string& payload : {head + messages + "]}", head + spaced + " ] }\n"}) {
    EXPECT_TRUE(unpack(payload) == expected);  // by itself it is read as JSON
    for (const std::size_t most : {0u, 1u, 1000u}) {
      ToldInLists told(most);
      EXPECT_TRUE(Unpacker().unpack(awslogs(payload), told));
      EXPECT_TRUE(told.lines == expected) << most;
      EXPECT_GT(told.lists, 0u);
    }
  }
}

TEST(Unpack, UnusualLogDataIsReadAsJson) {
  const std::string message = json_text(kRecord);
  const Lines one{"cloudwatch_logs " + kRecord};
  const auto told = [](const std::string& payload) {
    ToldInLists handler(1000);
    if (!Unpacker().unpack(awslogs(payload), handler)) handler.lines.push_back("damaged");
    EXPECT_EQ(handler.lists, 0u) << payload;
    return handler.lines;
  };
  const std::string begin = R"({"messageType":"DATA_MESSAGE",)";
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":)" + message + R"(,"extractedFields":{"a":"1"}}]})"), one);
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":)" + kRecord + "}]}"), one);
  EXPECT_EQ(told(begin + R"("new":{"a":1},"logEvents":[{"message":)" + message + "}]}"), one);
  EXPECT_EQ(told(R"({"message\u0054ype":"DATA_MESSAGE","logEvents":[{"message":)" + message + "}]}"), one);
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":"x","message":)" + message + "}]}"), one);
  EXPECT_EQ(told(begin + R"("logEvents":[]})"), (Lines{"ignored empty list of log events"}));
  EXPECT_EQ(told(begin + R"("logEvents":[{"id":"1"}]})"), (Lines{"quarantine a log event has no message"}));
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":)" + message + "}]"),
            (Lines{"quarantine the data in the envelope is not JSON"}));
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":)" + message + "}]}}"),
            (Lines{"quarantine the data in the envelope is not JSON"}));
  EXPECT_EQ(told(begin + R"("logEvents":[{"message":"cut)"),
            (Lines{"quarantine the data in the envelope is not JSON"}));
  EXPECT_EQ(told(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL"}]})"),
            (Lines{"ignored CloudWatch Logs control message"}));
}

TEST(Unpack, LogDataInALogMessageIsReadToo) {
  const std::string inner =
      awslogs(R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + json_text(kRecord) + "}]}");
  const std::string outer = R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + json_text(kRecord) +
                            R"(},{"message":)" + json_text(inner) + R"(},{"message":)" + json_text(kRecord) + "}]}";
  ToldInLists told(1000);
  EXPECT_TRUE(Unpacker().unpack(awslogs(outer), told));
  EXPECT_EQ(told.lines, Lines(3, "cloudwatch_logs " + kRecord));
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

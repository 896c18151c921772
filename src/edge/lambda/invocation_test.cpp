#include "edge/lambda/invocation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/encoding.h"

namespace gw::lambda {
namespace {

std::string told(Invocation& invocation) {
  std::string out;
  while (const auto item = invocation.next()) {
    out += std::string(item->id) + "|" + std::string(item->readable ? item->text : "?") + "|" +
           std::string(item->problem) + "\n";
  }
  return out;
}

std::string sqs(const std::string& id, const std::string& body, const std::string& queue = "arn:q", int count = 1) {
  return R"({"messageId":)" + id + R"(,"body":)" + body + R"(,"attributes":{"ApproximateReceiveCount":")" +
         std::to_string(count) + R"("},"eventSource":"aws:sqs","eventSourceARN":")" + queue + "\"}";
}
std::string kinesis(const std::string& sequence, const std::string& data) {
  return R"({"eventSource":"aws:kinesis","eventSourceARN":"arn:s","kinesis":{"sequenceNumber":)" + sequence +
         R"(,"data":")" + data + "\"}}";
}
std::string records(const std::vector<std::string>& elements) {
  std::string out;
  for (const std::string& element : elements) out += (out.empty() ? "" : ",") + element;
  return "{\"Records\":[" + out + "]}";
}
std::string body(const Invocation& invocation, const std::vector<std::size_t>& failed) {
  const Answer answer = invocation.answer(failed);
  return answer.failed ? "failed" : answer.body;
}

TEST(Invocation, Purposes) {
  const auto purpose = [](const std::string& event) { return Invocation(event).purpose(); };
  const std::string scheduled = R"({"detail-type":"Scheduled Event","source":"aws.events","detail":)";
  EXPECT_EQ(purpose(scheduled + "{}}"), Purpose::sweep);
  EXPECT_EQ(purpose(scheduled + "{\"eventVersion\":\"1.0\"}}"), Purpose::batch);
  EXPECT_EQ(purpose(R"({"detail-type":"Scheduled Event","source":"my.app","detail":{}})"), Purpose::batch);
  const std::string test = R"({"alert_test":{"receiver":"oncall"}})";
  Invocation invocation(test);
  EXPECT_EQ(invocation.purpose(), Purpose::alert_test);
  EXPECT_EQ(invocation.receiver(), "oncall");
  EXPECT_FALSE(invocation.next());
  for (const char* event : {R"({"alert_test":{}})", R"({"alert_test":{"receiver":5}})", R"({"alert_test":5})",
                            R"({"alert_test":{"receiver":"a"},"Records":[]})", "", "hello", "5",
                            R"({"Records":[{"eventSource":"aws:sqs"}],"Records":[{"eventSource":"aws:sqs"}]})"}) {
    SCOPED_TRACE(event);
    const std::string text = event;
    Invocation bad(text);
    EXPECT_EQ(bad.purpose(), Purpose::unreadable);
    const auto item = bad.next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->text, event);
    EXPECT_FALSE(item->readable);
    EXPECT_FALSE(item->problem.empty());
    EXPECT_FALSE(bad.next());
    EXPECT_EQ(body(bad, {}), "{}");
    EXPECT_EQ(body(bad, {0}), "failed");
  }
}

TEST(Invocation, WholeEvents) {
  const std::vector<std::pair<std::string, std::string>> events = {
      {R"({"awslogs":{"data":"not looked at)", "cloudwatch_logs"},
      {R"({"x":1,"awslogs":{"data":"x"}})", "cloudwatch_logs"},
      {R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.sts","detail":{}})", "eventbridge"},
      {R"({"Records":[{"eventSource":"aws:s3","s3":{}}]})", "s3"},
      {R"({"Records":[{"eventVersion":"1.08"}]})", "file"},
      {R"({"eventVersion":"1.08"})", "eventbridge"},
      {"{\"eventVersion\":\"1\"}\n{\"eventVersion\":\"1\"}", "file"},
      {R"({"requestId":"r","timestamp":1,"records":[{"data":"eA=="}]})", "file"},
  };
  for (const auto& [event, feed] : events) {
    SCOPED_TRACE(event);
    Invocation invocation(event);
    EXPECT_EQ(invocation.purpose(), Purpose::batch);
    EXPECT_EQ(body(invocation, {}), "failed");  // nobody asked for the item
    const auto item = invocation.next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->text, event);
    EXPECT_EQ(item->feed, feed);
    EXPECT_TRUE(item->readable);
    EXPECT_FALSE(invocation.next());
    EXPECT_EQ(body(invocation, {}), "{}");
    EXPECT_EQ(body(invocation, {0}), "failed");
  }
}

TEST(Invocation, Sqs) {
  const std::string event =
      records({sqs("\"a\"", R"("{\"x\":1}")", "arn:q", 4), sqs("\"b\"", "5"), "7", sqs("\"d\"", "\"y\""),
               R"({"Sns":{"Message":"z"}})", R"({"messageId":"f","eventSource":"aws:sqs","body":"1","body":"2"})"});
  Invocation invocation(event);
  const auto first = invocation.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->receive_count, 4u);
  EXPECT_EQ(first->source, "arn:q");
  EXPECT_EQ(first->text, "{\"x\":1}");
  EXPECT_EQ(told(invocation),
            "b|?|an SQS message has no body\n|?|an element of the list is not an object\nd|y|\n"
            "|?|an element of another kind in the list\n|?|a member occurs twice\n");
  EXPECT_EQ(body(invocation, {}), R"({"batchItemFailures":[]})");
  EXPECT_EQ(body(invocation, {3, 0, 3}), R"({"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"d"}]})");
  EXPECT_EQ(body(invocation, {2}), "failed");  // it has no id to name
}

TEST(Invocation, SqsWithoutIdsAndInOrder) {
  const std::string nameless = records({sqs("5", "\"x\"")});
  Invocation one(nameless);
  EXPECT_EQ(told(one), "|x|it has no id\n");
  EXPECT_EQ(body(one, {}), R"({"batchItemFailures":[]})");
  EXPECT_EQ(body(one, {0}), "failed");
  const std::string fifo = records(
      {sqs("\"a\"", "\"x\"", "arn:q.fifo"), sqs("\"b\"", "\"x\"", "arn:q.fifo"), sqs("\"c\"", "\"x\"", "arn:q.fifo")});
  Invocation ordered(fifo);
  ASSERT_TRUE(ordered.next());
  ASSERT_TRUE(ordered.next());
  // The third was never asked for.
  EXPECT_EQ(body(ordered, {}), R"({"batchItemFailures":[{"itemIdentifier":"c"}]})");
  ASSERT_TRUE(ordered.next());
  EXPECT_EQ(body(ordered, {1}), R"({"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"c"}]})");
}

TEST(Invocation, Kinesis) {
  const std::string event = records({kinesis("\"100\"", encode_base64("{\"a\":1}")), kinesis("\"99\"", "eA=="),
                                     kinesis("\"0101\"", "???"), kinesis("5", "eA==")});
  Invocation invocation(event);
  EXPECT_EQ(told(invocation), "100|{\"a\":1}|\n99|x|\n0101|?|the data of a record is not base64\n|x|it has no id\n");
  EXPECT_EQ(body(invocation, {}), R"({"batchItemFailures":[]})");
  EXPECT_EQ(body(invocation, {0, 1, 2}), R"({"batchItemFailures":[{"itemIdentifier":"99"}]})");
  EXPECT_EQ(body(invocation, {0, 2}), R"({"batchItemFailures":[{"itemIdentifier":"100"}]})");
  EXPECT_EQ(body(invocation, {3}), "failed");
}

TEST(Invocation, SnsAndFirehose) {
  const std::string sns =
      records({R"({"EventSource":"aws:sns","Sns":{"TopicArn":"arn:t","Message":"{}"}})", R"({"Sns":{}})"});
  Invocation topic(sns);
  EXPECT_EQ(told(topic), "|{}|\n|?|an SNS notification has no message\n");
  EXPECT_EQ(body(topic, {}), "{}");
  EXPECT_EQ(body(topic, {0}), "failed");
  const std::string firehose =
      R"({"invocationId":"i","deliveryStreamArn":"arn:f","records":[{"recordId":"1","data":"eA=="},{"recordId":"2","data":"eQ=="},{"recordId":"3"}]})";
  Invocation stream(firehose);
  EXPECT_EQ(told(stream), "1|x|\n2|y|\n3|?|a record has no data\n");
  EXPECT_EQ(
      body(stream, {1}),
      R"({"records":[{"recordId":"1","result":"Ok","data":"eA=="},{"recordId":"2","result":"ProcessingFailed","data":"eQ=="},)"
      R"({"recordId":"3","result":"ProcessingFailed","data":""}]})");
}

}  // namespace
}  // namespace gw::lambda

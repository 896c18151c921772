// The client for SQS against somebody else's stand-in, at the URL in GW_OTHER_AWS: test_second_opinions.py starts them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/json/doc.h"
#include "edge/aws/json_call.h"
#include "edge/aws/sqs.h"

namespace gw::aws {
namespace {

TEST(OtherAws, ReceivesDeletesAndGivesBack) {
  const char* const url = std::getenv("GW_OTHER_AWS");
  if (url == nullptr) GTEST_SKIP() << "GW_OTHER_AWS is not set";
  const auto transport = make_curl_transport();
  FixedCredentials credentials({"AKIAIOSFODNN7EXAMPLE", Secret("secret"), {}, {}});
  EndpointOptions endpoint;
  endpoint.region = "us-east-1";
  endpoint.variable = [url](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "AWS_ENDPOINT_URL") return url;
    return std::nullopt;
  };
  const auto made = make_client(*transport, credentials, Service::sqs, endpoint);
  ASSERT_TRUE(made);
  constexpr std::chrono::milliseconds kTimeout{15'000};
  Client& sqs = **made;
  const auto call = [&](std::string_view operation, const std::string& body) {
    auto answer = sqs.succeed(json_call({"sqs", "AmazonSQS", operation, JsonVersion::v1_0, kTimeout, {}}, body));
    EXPECT_TRUE(answer) << operation;
    return answer ? answer->body : std::string("{}");
  };
  json::Doc doc;
  const std::string created = call("CreateQueue", R"({"QueueName":"ours"})");
  ASSERT_TRUE(doc.parse(created));
  const std::string queue(doc.root()["QueueUrl"].text());
  std::map<std::string, std::string> handles;
  for (const std::string body : {"one", "two", "three"}) {
    (void)call("SendMessage", R"({"QueueUrl":")" + queue + R"(","MessageBody":")" + body + "\"}");
  }
  for (int i = 0; i < 20 && handles.size() < 3; ++i) {
    const auto got = receive_messages(sqs, {queue, 10, 1, 60, {}});
    ASSERT_TRUE(got) << got.error().message;
    for (const SqsMessage& message : *got) {
      EXPECT_EQ(message.receive_count, 1U);
      EXPECT_TRUE(message.sent);
      handles[message.body] = message.receipt_handle;
    }
  }
  ASSERT_EQ(handles.size(), 3U);
  const auto back = change_visibility(sqs, queue, {{handles["one"], 0}, {handles["two"], 120}});
  ASSERT_TRUE(back) << back.error().message;
  for (const EntryResult& each : *back) EXPECT_TRUE(each.is_done) << each.code;
  const auto deleted = delete_messages(sqs, queue, {handles["two"], handles["three"]});
  ASSERT_TRUE(deleted) << deleted.error().message;
  for (const EntryResult& each : *deleted) EXPECT_TRUE(each.is_done) << each.code;
  const auto again = receive_messages(sqs, {queue, 10, 1, 60, {}});
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 1U);
  EXPECT_EQ((*again)[0].body, "one");
  EXPECT_EQ((*again)[0].receive_count, 2U);
  const auto attributes = get_queue_attributes(sqs, queue, {"All"});
  ASSERT_TRUE(attributes);
  EXPECT_EQ(attributes->at("ApproximateNumberOfMessagesNotVisible"), "1");
  const auto none = receive_messages(sqs, {queue + "-none", 1, 0, {}, {}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
}

}  // namespace
}  // namespace gw::aws

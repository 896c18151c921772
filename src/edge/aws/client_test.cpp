#include "edge/aws/client.h"

#include <gtest/gtest.h>

#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    endpoint_.host = "sqs.eu-west-1.amazonaws.com";
    endpoint_.region = "eu-west-1";
    call_.name = "sqs Test";
    call_.body = "{}";
  }
  Result<HttpResponse> succeed() {
    if (!client_) client_.emplace(transport_, provider_, Service::sqs, endpoint_, time_.tools());
    return client_->succeed(call_);
  }
  [[nodiscard]] std::string sent_date(std::size_t at) const {
    return header_of(transport_.sent.at(at).headers, "x-amz-date");
  }

  struct Provider final : CredentialProvider {
    std::vector<std::string> refusals;
    Result<Credentials> get(Time) override { return test_credentials("token" + std::to_string(refusals.size())); }
    void refused(const std::string& id) override { refusals.push_back(id); }
  };

  ScriptedTransport transport_;
  TestTime time_;
  Provider provider_;
  Endpoint endpoint_;
  Call call_;
  std::optional<Client> client_;
};

TEST_F(ClientTest, SignsAndAnswers) {
  transport_.answer(200, "{\"a\":1}");
  const auto answer = succeed();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "{\"a\":1}");
  ASSERT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(transport_.sent[0].url, "https://sqs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(sent_date(0), "20260102T030405Z");
  EXPECT_TRUE(header_of(transport_.sent[0].headers, "authorization")
                  .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/sqs/aws4_request"));
}

TEST_F(ClientTest, TriesAgainWithJitterAndACap) {
  transport_.answers.emplace_back(Error{Errc::unavailable, "https://h: no connection"});
  transport_.answer(500);
  transport_.answer(503, "<html>busy</html>");
  transport_.answer(200);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(time_.waits, (std::vector<std::int64_t>{50, 100, 200}));
}

TEST_F(ClientTest, GivesUpAfterFourAttempts) {
  for (int i = 0; i < 5; ++i) transport_.answer(500, R"({"__type":"InternalFailure","message":"oh\u001b[1m"})");
  const auto answer = succeed();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().message, "sqs Test: InternalFailure: oh\\u{1b}[1m");
  EXPECT_EQ(transport_.sent.size(), 4U);
}

TEST_F(ClientTest, DoesNotRepeatWhatIsRefused) {
  transport_.answer(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"})");
  const auto answer = succeed();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_F(ClientTest, WaitsAsLongAsItIsTold) {
  transport_.answer(400, R"({"__type":"ThrottlingException"})", {{"retry-after", "3"}});
  transport_.answer(503, "", {{"retry-after", "Fri, 02 Jan 2026 03:04:15 GMT"}});
  transport_.answer(429, "", {{"retry-after", "9999"}});
  transport_.answer(200);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(time_.waits, (std::vector<std::int64_t>{3000, 7000, 20000}));
}

TEST_F(ClientTest, NeverBeyondTheEndThatWasGiven) {
  call_.give_up_at = Time{time_.now.micros + 1'000'000};
  transport_.answer(429, "", {{"retry-after", "1"}});
  const auto answer = succeed();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::throttled);
  EXPECT_TRUE(time_.waits.empty());
  EXPECT_EQ(transport_.sent[0].timeout.count(), 1000);
  call_.give_up_at = time_.now;
  EXPECT_EQ(succeed().error().code, Errc::cancelled);
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_F(ClientTest, SetsItsClockByTheService) {
  const Headers date = {{"date", "Fri, 02 Jan 2026 05:04:05 GMT"}};
  transport_.answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", date);
  transport_.answer(200);
  transport_.answer(200);
  EXPECT_TRUE(succeed());
  EXPECT_TRUE(succeed());
  EXPECT_EQ(sent_date(0), "20260102T030405Z");
  EXPECT_EQ(sent_date(1), "20260102T050405Z");
  EXPECT_EQ(sent_date(2), "20260102T050405Z");  // and keeps it so
  EXPECT_TRUE(time_.waits.empty());
}

TEST_F(ClientTest, ABadSignatureSetsTheClockOnlyWhenThatIsWhy) {
  const std::string body = R"({"__type":"InvalidSignatureException","message":"x-amz-security-token:token0"})";
  transport_.answer(403, body, {{"date", "Fri, 02 Jan 2026 03:06:05 GMT"}});
  const auto answer = succeed();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::denied);
  EXPECT_EQ(answer.error().message, "sqs Test: InvalidSignatureException");  // its text quotes what was signed
  transport_.answer(403, body, {{"date", "Fri, 02 Jan 2026 02:04:05 GMT"}});
  transport_.answer(403, body, {{"date", "Fri, 02 Jan 2026 02:04:05 GMT"}});
  EXPECT_FALSE(succeed());
  EXPECT_EQ(transport_.sent.size(), 3U);  // once, not for ever
  EXPECT_EQ(sent_date(2), "20260102T020405Z");
}

TEST_F(ClientTest, AsksForNewCredentialsOnce) {
  transport_.answer(400, R"({"__type":"ExpiredTokenException"})");
  transport_.answer(200);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(provider_.refusals, std::vector<std::string>{"AKIDEXAMPLE"});
  EXPECT_EQ(header_of(transport_.sent[1].headers, "x-amz-security-token"), "token1");
  transport_.answer(400, R"({"__type":"ExpiredTokenException"})");
  transport_.answer(400, R"({"__type":"ExpiredTokenException"})");
  EXPECT_EQ(succeed().error().code, Errc::denied);
}

TEST_F(ClientTest, DoesNotRepeatABodyThatHasBegun) {
  std::string got;
  call_.on_body = [&](std::string_view piece) { return got += piece, false; };
  transport_.answer(200, "abc");
  transport_.answer(200, "abc");
  EXPECT_EQ(succeed().error().code, Errc::cancelled);
  EXPECT_EQ(got, "abc");
}

TEST(Backoff, IsFullJitterUnderACap) {
  const RetryOptions options;
  EXPECT_EQ(backoff(options, 1, false, 0.0).count(), 0);
  EXPECT_EQ(backoff(options, 3, false, 0.5).count(), 200);
  EXPECT_EQ(backoff(options, 2, true, 0.5).count(), 500);
  EXPECT_EQ(backoff(options, 90, true, 0.999).count(), 4995);
}

HttpResponse response(int status, std::string body, Headers headers = {}) {
  return HttpResponse{status, std::move(headers), std::move(body)};
}

TEST(Failure, OfEveryProtocol) {
  Failure failure =
      read_failure(response(404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>"));
  EXPECT_EQ(failure.name, "NoSuchKey");
  EXPECT_EQ(failure.message, "m");
  EXPECT_EQ(failure.code, Errc::not_found);
  failure = read_failure(response(
      403, "<ErrorResponse xmlns='x'><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>"));
  EXPECT_EQ(failure.name, "AccessDenied");
  EXPECT_EQ(failure.code, Errc::denied);
  failure =
      read_failure(response(400, R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"})"));
  EXPECT_EQ(failure.name, "ConditionalCheckFailedException");
  EXPECT_EQ(failure.code, Errc::conflict);
  failure = read_failure(response(400, "{}", {{"x-amzn-errortype", "ParameterNotFound:http://internal/"}}));
  EXPECT_EQ(failure.name, "ParameterNotFound");
  EXPECT_EQ(failure.code, Errc::not_found);
  failure = read_failure(response(400, R"({"__type":"AWS.SimpleQueueService.NonExistentQueue"})"));
  EXPECT_EQ(failure.code, Errc::not_found);
}

TEST(Failure, ByStatusWhenNothingIsNamed) {
  EXPECT_EQ(read_failure(response(502, "<html><body>Bad gateway")).name, "HTTP 502");
  EXPECT_EQ(read_failure(response(502, "")).reaction, Reaction::try_again);
  EXPECT_EQ(read_failure(response(404, "")).code, Errc::not_found);
  EXPECT_EQ(read_failure(response(412, "{\"__type\":5}")).code, Errc::conflict);
  EXPECT_EQ(read_failure(response(403, "{\"__type\":\"\\u001b\"}")).name, "HTTP 403");
  EXPECT_EQ(read_failure(response(400, "{")).code, Errc::invalid_input);
  EXPECT_EQ(read_failure(
                response(301, "<Error><Code>PermanentRedirect</Code></Error>", {{"x-amz-bucket-region", "eu-west-1"}}))
                .message,
            "the bucket is in eu-west-1");
}

}  // namespace
}  // namespace gw::aws

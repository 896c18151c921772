#include "edge/lambda/runtime.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

namespace gw::lambda {
namespace {

// Answers in turn, and keeps what was asked.
class Script final : public ApiTransport {
 public:
  struct Asked {
    std::string method, path, body;
    Headers headers;
    [[nodiscard]] std::string header(std::string_view name) const {
      for (const auto& [key, value] : headers) {
        if (key == name) return value;
      }
      return {};
    }
  };
  Result<ApiResponse> send(const ApiRequest& request, const std::stop_token& stop) override {
    const bool is_next = request.method == "GET";
    if (is_next && (stop.stop_requested() || answers.empty())) return Error{Errc::cancelled, "stopped"};
    asked.push_back({std::string(request.method), request.path, std::string(request.body), request.headers});
    EXPECT_TRUE(is_next || !stop.stop_possible());  // a post is never broken off
    if (answers.empty()) return Error{Errc::internal, "nothing left in the script"};
    auto out = std::move(answers.front());
    answers.pop_front();
    return out;
  }
  std::deque<Result<ApiResponse>> answers;
  std::vector<Asked> asked;
};

ApiResponse work(std::string id, std::string body, Headers more = {}) {
  ApiResponse out{200, {{"lambda-runtime-aws-request-id", std::move(id)}}, std::move(body), false};
  out.headers.insert(out.headers.end(), more.begin(), more.end());
  return out;
}
ApiResponse status(int code) { return {code, {}, "{}", false}; }

struct Scene {
  Script script;
  std::vector<std::string> reports;
  std::vector<InvocationContext> seen;
  std::vector<std::chrono::milliseconds> pauses;
  Handler handler = [](InvocationContext&) { return std::string("{}"); };

  Status go() {
    RuntimeOptions options;
    options.report = [this](std::string_view what) { reports.emplace_back(what); };
    options.pause = [this](std::chrono::milliseconds time) { pauses.push_back(time); };
    return run_runtime(
        script,
        [this](InvocationContext& one) {
          seen.push_back(one);
          return handler(one);
        },
        options);
  }
};

TEST(Runtime, HandsOutEveryHeaderAndAnswersTheInvocation) {
  Scene run;
  run.script.answers = {work("8476a536-e9f4", R"({"a":1})",
                             {{"lambda-runtime-deadline-ms", "1542409706888"},
                              {"lambda-runtime-invoked-function-arn", "arn:x:live"},
                              {"lambda-runtime-trace-id", "Root=1-2"},
                              {"lambda-runtime-invocation-id", "inv-1"},
                              {"lambda-runtime-client-context", "{}"},
                              {"lambda-runtime-cognito-identity", "{\"a\":2}"}}),
                        status(202), work("second", ""), status(202)};
  std::vector<std::string> traces;
  run.handler = [&](InvocationContext& one) -> Result<std::string> {
    traces.emplace_back(std::getenv("_X_AMZN_TRACE_ID"));
    one.request_id = "spoilt";
    return one.body.empty() ? std::string() : std::string(R"({"ok":true})");
  };
  ASSERT_TRUE(run.go());
  ASSERT_EQ(run.seen.size(), 2u);
  const InvocationContext& one = run.seen[0];
  EXPECT_EQ(one.request_id, "8476a536-e9f4");
  EXPECT_EQ(one.deadline.micros, 1542409706888000);
  EXPECT_EQ(one.body, R"({"a":1})");
  EXPECT_EQ(one.function_arn, "arn:x:live");
  EXPECT_EQ(one.trace_id, "Root=1-2");
  EXPECT_EQ(one.client_context, "{}");
  EXPECT_EQ(one.cognito_identity, "{\"a\":2}");
  EXPECT_EQ(traces, (std::vector<std::string>{"Root=1-2", ""}));
  const auto& asked = run.script.asked;
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "GET /2018-06-01/runtime/invocation/next");
  EXPECT_EQ(asked[1].method + " " + asked[1].path, "POST /2018-06-01/runtime/invocation/8476a536-e9f4/response");
  EXPECT_EQ(asked[1].body, R"({"ok":true})");
  EXPECT_EQ(asked[1].header("Lambda-Runtime-Invocation-Id"), "inv-1");
  EXPECT_EQ(asked[3].path, "/2018-06-01/runtime/invocation/second/response");
  EXPECT_EQ(asked[3].body, "null");
  EXPECT_EQ(asked[3].header("Lambda-Runtime-Invocation-Id"), "");
  EXPECT_GT(run.seen[1].deadline.micros, 4'000'000'000'000'000'000);
}

TEST(Runtime, TellsErrorsAndExceptionsAsFunctionErrors) {
  Scene run;
  run.script.answers = {work("a", "1", {{"lambda-runtime-invocation-id", "inv"}}),
                        status(202),
                        work("b", "2"),
                        status(202),
                        work("c", "3"),
                        status(202)};
  run.handler = [](InvocationContext& one) -> Result<std::string> {
    if (one.body == "2") throw std::runtime_error("broken \"thing\"");
    if (one.body == "3") throw 3;
    return Error{Errc::invalid_input, "could not decode awslogs.data"};
  };
  ASSERT_TRUE(run.go());
  const auto& asked = run.script.asked;
  ASSERT_EQ(asked.size(), 6u);
  EXPECT_EQ(asked[1].path, "/2018-06-01/runtime/invocation/a/error");
  EXPECT_EQ(
      asked[1].body,
      R"({"errorMessage":"could not decode awslogs.data","errorType":"Glasswatch.InvalidInput","stackTrace":[]})");
  EXPECT_EQ(asked[1].header("Lambda-Runtime-Function-Error-Type"), "Glasswatch.InvalidInput");
  EXPECT_EQ(asked[1].header("Lambda-Runtime-Invocation-Id"), "inv");
  EXPECT_EQ(asked[3].body,
            R"({"errorMessage":"exception: broken \"thing\"","errorType":"Glasswatch.Internal","stackTrace":[]})");
  EXPECT_EQ(asked[5].path, "/2018-06-01/runtime/invocation/c/error");
}

TEST(Runtime, AResponseThatIsTooLongBecomesAnError) {
  Scene run;
  run.script.answers = {work("a", "1"), status(413), status(202), work("b", "2"), status(202)};
  ASSERT_TRUE(run.go());
  ASSERT_EQ(run.script.asked.size(), 5u);
  EXPECT_EQ(run.script.asked[2].path, "/2018-06-01/runtime/invocation/a/error");
  EXPECT_EQ(run.script.asked[2].header("Lambda-Runtime-Function-Error-Type"), "Glasswatch.ResponseTooLarge");
}

TEST(Runtime, AnEventThatIsTooLongIsRefusedWithoutTheHandler) {
  Scene run;
  ApiResponse event = work("a", "");
  event.too_long = true;
  run.script.answers = {event, status(202)};
  ASSERT_TRUE(run.go());
  EXPECT_TRUE(run.seen.empty());
  EXPECT_EQ(run.script.asked.at(1).path, "/2018-06-01/runtime/invocation/a/error");
}

TEST(Runtime, GoesOnAfterARefusedAnswerAndEndsWhenTheApiFails) {
  Scene run;
  run.script.answers = {work("a", "1"), status(400), work("b", "2"), status(403),
                        work("c", "3"), status(500), work("d", "4")};
  EXPECT_FALSE(run.go());
  EXPECT_EQ(run.seen.size(), 3u);
  EXPECT_EQ(run.reports.size(), 2u);

  Scene at_next;
  at_next.script.answers = {status(500), work("a", "1")};
  EXPECT_FALSE(at_next.go());
  EXPECT_TRUE(at_next.seen.empty());
}

TEST(Runtime, AsksAgainForWorkAFewTimesAndSendsABrokenAnswerOnceMore) {
  Scene run;
  const Error broken{Errc::unavailable, "reset"};
  run.script.answers = {broken, status(403), work("not/an/id", "x"), work("a", "1"), broken, status(202)};
  ASSERT_TRUE(run.go());
  EXPECT_EQ(run.seen.size(), 1u);
  EXPECT_EQ(run.pauses.size(), 3u);
  EXPECT_EQ(run.script.asked[4].path, run.script.asked[5].path);

  Scene hopeless;
  for (int i = 0; i < 100; ++i) hopeless.script.answers.push_back(broken);
  const Status ended = hopeless.go();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::unavailable);
  EXPECT_LT(hopeless.script.asked.size(), 10u);

  Scene lost;
  lost.script.answers = {work("a", "1"), broken, broken, work("b", "2")};
  EXPECT_FALSE(lost.go());
  EXPECT_EQ(lost.seen.size(), 1u);
}

TEST(Runtime, TellsThatStartingFailed) {
  Script script;
  script.answers = {status(202), status(403)};
  EXPECT_TRUE(report_init_error(script, Error{Errc::denied, "no watch"}));
  EXPECT_EQ(script.asked.at(0).path, "/2018-06-01/runtime/init/error");
  EXPECT_EQ(script.asked[0].body, R"({"errorMessage":"no watch","errorType":"Glasswatch.Denied","stackTrace":[]})");
  EXPECT_EQ(script.asked[0].header("Lambda-Runtime-Function-Error-Type"), "Glasswatch.Denied");
  EXPECT_FALSE(report_init_error(script, Error{Errc::denied, "no watch"}));
}

TEST(ApiAddress, IsAHostAndAPort) {
  const auto plain = parse_api_address("127.0.0.1:9001");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 9001);
  EXPECT_EQ(parse_api_address("sandbox.local")->port, 80);
  EXPECT_EQ(parse_api_address("[::1]:9001")->host, "::1");
  for (const char* bad : {"", ":9001", "host:", "host:0", "host:65536", "host:9a", "host:-1", "::1", "[::1", "[x]:1",
                          "a b:1", "host/path:1", "host\r\n:1", "[::1]9"}) {
    EXPECT_FALSE(parse_api_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace gw::lambda

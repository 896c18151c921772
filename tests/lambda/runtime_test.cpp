// The runtime's loop over real sockets, against tests/support/aws/runtime_api.py and what it can do wrong.
#include "edge/lambda/runtime.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include "base/json/doc.h"
#include "base/json/write.h"

namespace gw::lambda {
namespace {

// The stand-in as a child; one line in, one line out.
class Api {
 public:
  Api() {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      (void)::dup2(in[0], 0);
      (void)::dup2(out[1], 1);
      (void)::execlp("python3", "python3", GW_SOURCE_DIR "/tests/support/aws/runtime_api.py", nullptr);
      ::_exit(127);
    }
    (void)::close(in[0]);
    (void)::close(out[1]);
    in_ = ::fdopen(in[1], "w");
    out_ = ::fdopen(out[0], "r");
    address_ = member(line(), "address");
  }
  ~Api() {
    (void)std::fclose(in_);
    (void)std::fclose(out_);
    (void)::waitpid(child_, nullptr, 0);
  }
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  std::string ask(const std::string& command) {
    (void)std::fputs((command + "\n").c_str(), in_);
    (void)std::fflush(in_);
    return line();
  }
  std::string invoke(std::string_view event) {
    std::string command = R"({"invoke":)";
    json::append_string(command, event);
    return ask(command + "}");
  }
  [[nodiscard]] ApiAddress address() const { return parse_api_address(address_).value(); }

  static std::string member(const std::string& text, std::string_view name) {
    json::Doc doc;
    if (!doc.parse(text)) return "damaged: " + text;
    const json::Value value = doc.root()[name];
    return std::string(value.is_string() ? value.text() : value.raw());
  }

 private:
  std::string line() {
    std::string out;
    for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_)) out.push_back(static_cast<char>(c));
    return out;
  }
  pid_t child_ = 0;
  std::FILE* in_ = nullptr;
  std::FILE* out_ = nullptr;
  std::string address_;
};

class LambdaRuntime : public testing::Test {
 protected:
  LambdaRuntime() : transport_(make_socket_transport(api_.address())) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      RuntimeOptions options;
      options.stop = stop;
      options.pause = [](std::chrono::milliseconds) {};
      ended_ = run_runtime(
          *transport_,
          [](InvocationContext& one) -> Result<std::string> {
            if (one.body == "\"fail\"") return Error{Errc::throttled, "slower"};
            if (one.body == "\"long\"") return '"' + std::string(std::size_t{7} << 20, 'a') + '"';
            return one.body;
          },
          options);
    });
  }
  Status end() {
    thread_.request_stop();
    thread_.join();
    return ended_;
  }
  void expect_echo(std::string_view event) {
    const std::string answer = api_.invoke(event);
    EXPECT_EQ(Api::member(answer, "status"), "response");
    EXPECT_EQ(Api::member(answer, "body"), event);
  }
  std::string state(std::string_view name) { return Api::member(api_.ask(R"({"state":true})"), name); }

  Api api_;
  std::unique_ptr<ApiTransport> transport_;
  Status ended_ = ok();
  std::jthread thread_;
};

TEST_F(LambdaRuntime, ServesOneInvocationAfterTheOtherOverOneConnectionUntilItIsStopped) {
  for (int i = 0; i < 20; ++i) expect_echo("{\"n\":" + std::to_string(i) + "}");
  const std::string large = '"' + std::string(std::size_t{6} * 1000 * 1000, 'x') + '"';
  expect_echo(large);
  EXPECT_EQ(state("connections"), "1");
  EXPECT_TRUE(end());  // within the wait for work, which has no end of its own
  EXPECT_EQ(state("violations"), "[]");
}

TEST_F(LambdaRuntime, TellsFunctionErrorsAndResponsesThatAreTooLong) {
  const std::string failed = api_.invoke("\"fail\"");
  EXPECT_EQ(Api::member(failed, "status"), "error");
  EXPECT_EQ(Api::member(Api::member(failed, "body"), "errorType"), "Glasswatch.Throttled");
  EXPECT_EQ(Api::member(Api::member(failed, "headers"), "lambda-runtime-function-error-type"), "Glasswatch.Throttled");
  const std::string large = api_.invoke("\"long\"");
  EXPECT_EQ(Api::member(large, "status"), "error");
  EXPECT_EQ(Api::member(Api::member(large, "body"), "errorType"), "Glasswatch.ResponseTooLarge");
  expect_echo("1");
  EXPECT_EQ(state("violations"), "[]");
}

TEST_F(LambdaRuntime, OutlivesDeadConnectionsAndSlowOrCutAnswers) {
  for (const char* faults :
       {R"({"close_idle":2})", R"({"chunked":true})", R"({"slow_body":0.01})", R"({"slow_body":0.01,"chunked":true})",
        R"({"status_next":[403,400]})", R"({"close_idle":1,"reset_next":2})", R"({"close_idle":1,"cut_body":1})"}) {
    SCOPED_TRACE(faults);
    (void)api_.ask(std::string(R"({"faults":)") + faults + "}");
    // The first one was asked for before the fault was set.
    for (int i = 0; i < 4; ++i) expect_echo(R"({"some":"text that is long enough for eight pieces"})");
  }
  EXPECT_EQ(state("violations"), "[]");
  EXPECT_TRUE(end());
}

TEST_F(LambdaRuntime, AnAnswerWhoseAcknowledgementWasLostIsNotTheEnd) {
  (void)api_.ask(R"({"faults":{"reset_answer":2}})");
  for (int i = 0; i < 4; ++i) expect_echo("1");
  EXPECT_EQ(state("violations"), "[]");
}

TEST_F(LambdaRuntime, EndsWhenTheApiSaysThatItFailed) {
  (void)api_.ask(R"({"faults":{"status_answer":[500]}})");
  EXPECT_EQ(Api::member(api_.ask(R"({"invoke":"1","timeout":0.2})"), "status"), "timeout");
  thread_.join();
  ASSERT_FALSE(ended_);
  EXPECT_EQ(ended_.error().code, Errc::unavailable);
}

TEST(LambdaInit, FailureReachesTheApi) {
  Api api;
  const auto transport = make_socket_transport(api.address());
  ASSERT_TRUE(report_init_error(*transport, Error{Errc::invalid_input, "no receivers"}));
  const std::string told = Api::member(api.ask(R"({"state":true})"), "init_error");
  EXPECT_EQ(Api::member(told, "errorMessage"), "no receivers");
}

TEST(LambdaInit, NobodyThereIsAnError) {
  const auto nobody = make_socket_transport(ApiAddress{"127.0.0.1", 1});
  const auto answer = nobody->send({"GET", "/", {}, {}}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  const auto injected = nobody->send({"GET", "/", {{"a", "b\r\nc: d"}}, {}}, {});
  EXPECT_EQ(injected.error().code, Errc::invalid_input);
}

}  // namespace
}  // namespace gw::lambda

#include "app/aws_context.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "edge/aws/secrets.h"
#include "edge/aws/test_kit.h"

namespace gw::app {
namespace {

struct World {
  int reads = 0;
  int transports = 0;
  std::map<std::string, std::string> variables;
  std::vector<aws::ScriptedTransport*> made;
  aws::TestTime time;

  AwsContext::Options options() {
    AwsContext::Options o;
    o.surroundings = {[this](const char* name) -> std::optional<std::string> {
                        ++reads;
                        const auto found = variables.find(name);
                        return found == variables.end() ? std::nullopt : std::optional(found->second);
                      },
                      [this](const std::string&) -> std::optional<std::string> {
                        ++reads;
                        return std::nullopt;
                      }};
    o.tools = time.tools();
    o.transport = [this] {
      ++transports;
      auto transport = std::make_unique<aws::ScriptedTransport>();
      made.push_back(transport.get());
      return transport;
    };
    return o;
  }
};

TEST(AwsContext, DoesNothingBeforeItIsAskedAndThenEverythingOnce) {
  World world;
  world.variables = {
      {"AWS_REGION", "eu-west-1"}, {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secret"}};
  AwsContext context(world.options());
  EXPECT_EQ(world.reads, 0);
  EXPECT_EQ(world.transports, 0);

  aws::Client* const ssm = context.client(aws::Service::ssm).value();
  EXPECT_EQ(ssm->endpoint().host, "ssm.eu-west-1.amazonaws.com");
  EXPECT_EQ(context.client(aws::Service::ssm, "eu-west-1").value(), ssm);
  EXPECT_EQ(context.client(aws::Service::sqs, "us-east-2").value()->endpoint().host, "sqs.us-east-2.amazonaws.com");
  EXPECT_EQ(world.transports, 1);

  world.made.front()->answer(200, R"({"Parameter":{"Value":"v"}})");
  EXPECT_EQ(aws::get_parameter(*ssm, "/a").value().reveal(), "v");
  EXPECT_EQ(world.made.front()->sent.front().url, "https://ssm.eu-west-1.amazonaws.com/");
}

TEST(AwsContext, TellsWhatIsMissingAndMayBeAskedAgain) {
  World world;
  AwsContext context(world.options());
  const auto none = context.client(aws::Service::s3);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::invalid_input);
  EXPECT_NE(none.error().message.find("AWS_REGION"), std::string::npos);
  EXPECT_TRUE(context.client(aws::Service::s3, "eu-west-2"));
}

TEST(AwsContext, IsBuiltFromWhatTheCommandWasGiven) {
  aws::LoopbackServer server(
      [](const auto&) { return aws::LoopbackServer::response(200, R"({"Parameter":{"Value":"from there"}})"); });
  Io io;
  io.now = [] { return parse_time("2026-01-02T03:04:05Z").value(); };
  io.environment = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ENDPOINT_URL_SSM") return server.url();
    if (name == "AWS_REGION") return "eu-west-1";
    if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "x";
    return std::nullopt;
  };
  const auto context = aws_of(io);
  EXPECT_EQ(server.connections(), 0U);
  std::vector<std::thread> threads;
  std::vector<aws::Client*> clients(4);
  for (auto& client : clients) {
    threads.emplace_back([&] { client = context->client(aws::Service::ssm).value(); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto* client : clients) EXPECT_EQ(client, clients.front());
  EXPECT_EQ(aws::get_parameter(*clients.front(), "/a").value().reveal(), "from there");
}

}  // namespace
}  // namespace gw::app

#include "app/aws_secrets.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "app/aws_context.h"
#include "edge/aws/test_kit.h"

namespace gw::app {
namespace {

using std::chrono::seconds;

// One region, and what its services answer next.
struct World {
  aws::TestTime time;
  aws::ScriptedTransport* transport = nullptr;
  std::unique_ptr<AwsContext> context;

  World() {
    AwsContext::Options o;
    o.surroundings = {
        aws::variables(
            {{"AWS_REGION", "eu-west-1"}, {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secret"}}),
        [](const std::string&) -> std::optional<std::string> { return std::nullopt; }};
    o.tools = time.tools();
    o.transport = [this] {
      auto made = std::make_unique<aws::ScriptedTransport>();
      transport = made.get();
      return made;
    };
    context = std::make_unique<AwsContext>(std::move(o));
    (void)context->transport();
  }
  AwsSecrets& secrets() { return context->secrets(); }
  void parameter(const std::string& value) { transport->answer(200, R"({"Parameter":{"Value":")" + value + R"("}})"); }
  void pass(seconds some) { time.now.micros += std::chrono::microseconds(some).count(); }
};

TEST(AwsSecrets, AreFetchedOnceAndReadAgainAtMostOnceAMinute) {
  World world;
  world.parameter("one\\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.secrets().get("ssm:/a").value().reveal(), "one");
  }
  EXPECT_EQ(world.transport->sent.size(), 1U);

  world.parameter("one");
  EXPECT_FALSE(world.secrets().reread("ssm:/a", Secret("one")).value());
  const auto early = world.secrets().reread("ssm:/a", Secret("one"));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::throttled);
  EXPECT_EQ(world.transport->sent.size(), 2U);

  world.pass(AwsSecrets::kRereadAtMost);
  world.parameter("two");
  EXPECT_TRUE(world.secrets().reread("ssm:/a", Secret("one")).value());
  EXPECT_EQ(world.secrets().get("ssm:/a").value().reveal(), "two");
  // Another receiver was refused with the one before: nothing more to fetch.
  EXPECT_TRUE(world.secrets().reread("ssm:/a", Secret("one")).value());
  EXPECT_EQ(world.transport->sent.size(), 3U);
}

TEST(AwsSecrets, AgeWhereThatIsAskedForAndOutliveFailures) {
  World world;
  world.parameter("one");
  EXPECT_EQ(world.secrets().get("ssm:/a", seconds(300)).value().reveal(), "one");
  world.pass(seconds(299));
  EXPECT_EQ(world.secrets().get("ssm:/a", seconds(300)).value().reveal(), "one");
  EXPECT_EQ(world.transport->sent.size(), 1U);
  world.pass(seconds(1));
  world.transport->answer(400, R"({"__type":"AccessDeniedException","message":"no"})");
  EXPECT_EQ(world.secrets().get("ssm:/a", seconds(300)).value().reveal(), "one");
  EXPECT_EQ(world.secrets().get("ssm:/a", seconds(300)).value().reveal(), "one");
  EXPECT_EQ(world.transport->sent.size(), 2U);
  world.pass(seconds(60));
  world.parameter("two");
  EXPECT_EQ(world.secrets().get("ssm:/a", seconds(300)).value().reveal(), "two");
}

TEST(AwsSecrets, TakeTheRegionOfAnArnAndOneTextOfAnObject) {
  World world;
  const std::string arn = "secretsmanager:arn:aws:secretsmanager:us-east-2:111122223333:secret:x-a1B2c3";
  world.transport->answer(200, R"({"SecretString":"{\"token\":\"t-1\",\"n\":1}"})");
  EXPECT_EQ(world.secrets().get(arn + "#token").value().reveal(), "t-1");
  EXPECT_EQ(world.transport->sent.front().url, "https://secretsmanager.us-east-2.amazonaws.com/");
  for (const char* key : {"#n", "#none"}) {
    world.transport->answer(200, R"({"SecretString":"{\"token\":\"t-1\",\"n\":1}"})");
    const auto none = world.secrets().get(arn + key);
    ASSERT_FALSE(none) << key;
    EXPECT_EQ(none.error().code, Errc::invalid_input);
    EXPECT_NE(none.error().message.find(arn), std::string::npos);
    EXPECT_EQ(none.error().message.find("t-1"), std::string::npos);
  }
  world.transport->answer(200, R"({"SecretString":"no object: t-2"})");
  const auto odd = world.secrets().get("secretsmanager:y#token");
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().message.find("t-2"), std::string::npos);
  world.parameter("\\n");
  EXPECT_FALSE(world.secrets().get("ssm:/empty"));
}

}  // namespace
}  // namespace gw::app

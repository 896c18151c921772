#include "app/config_place.h"

#include <gtest/gtest.h>

#include <memory>

#include "app/aws_context.h"
#include "edge/aws/test_kit.h"

namespace gw::app {
namespace {

TEST(ConfigPlace, FollowsABucketIntoItsRegionOnce) {
  aws::TestTime time;
  aws::ScriptedTransport* transport = nullptr;
  AwsContext::Options options;
  options.surroundings = {
      aws::variables(
          {{"AWS_REGION", "eu-west-1"}, {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secret"}}),
      [](const std::string&) -> std::optional<std::string> { return std::nullopt; }};
  options.tools = time.tools();
  options.transport = [&] {
    auto made = std::make_unique<aws::ScriptedTransport>();
    transport = made.get();
    return made;
  };
  Io io;
  io.environment = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  io.now = [&] { return time.now; };
  io.aws = std::make_shared<AwsContext>(std::move(options));
  (void)io.aws->transport();

  transport->answer(301, "<Error><Code>PermanentRedirect</Code></Error>", {{"x-amz-bucket-region", "us-east-2"}});
  transport->answer(200, "version: 1\nmode: shadow\n");
  const Loaded loaded = load_config("s3://b-1/glass watch.yaml", io);
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().to_string();
  EXPECT_EQ(loaded.config.mode, "shadow");
  EXPECT_NE(transport->sent.back().url.find("us-east-2"), std::string::npos);
  EXPECT_NE(transport->sent.back().url.find("glass%20watch.yaml"), std::string::npos);

  for (int i = 0; i < 2; ++i)
    transport->answer(301, "<Error><Code>PermanentRedirect</Code></Error>", {{"x-amz-bucket-region", "us-east-1"}});
  EXPECT_EQ(load_config("s3://b-1/x", io).problems.size(), 1U);
  EXPECT_EQ(transport->sent.size(), 4U);
}

}  // namespace
}  // namespace gw::app

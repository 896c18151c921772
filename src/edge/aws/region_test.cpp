#include "edge/aws/region.h"

#include <gtest/gtest.h>

#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

std::string host(Service service, std::string region, bool fips = false) {
  EndpointOptions options;
  options.region = std::move(region);
  options.use_fips = fips;
  const auto endpoint = resolve_endpoint(service, options);
  return endpoint ? endpoint->scheme + "://" + endpoint->host + endpoint->path : endpoint.error().message;
}

// As AWS's own endpoint rule sets answer.
TEST(Region, EndpointsOfThePartitions) {
  EXPECT_EQ(host(Service::sqs, "eu-west-1"), "https://sqs.eu-west-1.amazonaws.com");
  EXPECT_EQ(host(Service::s3, "us-east-1"), "https://s3.us-east-1.amazonaws.com");
  EXPECT_EQ(host(Service::sts, "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(host(Service::secrets_manager, "us-iso-east-1"), "https://secretsmanager.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(host(Service::ssm, "us-isob-east-1"), "https://ssm.us-isob-east-1.sc2s.sgov.gov");
  EXPECT_EQ(host(Service::sns, "eu-isoe-west-1"), "https://sns.eu-isoe-west-1.cloud.adc-e.uk");
  EXPECT_EQ(host(Service::dynamodb, "us-isof-south-1"), "https://dynamodb.us-isof-south-1.csp.hci.ic.gov");
  EXPECT_EQ(host(Service::s3, "eusc-de-east-1"), "https://s3.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(host(Service::identity_store, "eu-west-1"), "https://identitystore.eu-west-1.amazonaws.com");
  EXPECT_EQ(host(Service::sso_admin, "eu-west-1"), "https://sso.eu-west-1.amazonaws.com");
  EXPECT_EQ(partition_of("us-gov-west-1").name, "aws-us-gov");
}

TEST(Region, OrganizationsIsCalledWhereThePartitionKeepsIt) {
  EXPECT_EQ(host(Service::organizations, "eu-west-1"), "https://organizations.us-east-1.amazonaws.com");
  EXPECT_EQ(host(Service::organizations, "eu-west-1", true), "https://organizations-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(host(Service::organizations, "cn-north-1"), "https://organizations.cn-northwest-1.amazonaws.com.cn");
  EXPECT_EQ(host(Service::organizations, "us-gov-east-1"), "https://organizations.us-gov-west-1.amazonaws.com");
  EndpointOptions options;
  options.region = "eu-west-1";
  options.variable = variables({{"AWS_ENDPOINT_URL_ORGANIZATIONS", "http://127.0.0.1:1"}});
  const auto own = resolve_endpoint(Service::organizations, options);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->region, "us-east-1");  // what calls are signed for
  EXPECT_EQ(own->host, "127.0.0.1:1");
}

TEST(Region, FipsNames) {
  EXPECT_EQ(host(Service::sqs, "us-east-1", true), "https://sqs-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(host(Service::s3, "us-gov-west-1", true), "https://s3-fips.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(host(Service::secrets_manager, "us-gov-east-1", true),
            "https://secretsmanager-fips.us-gov-east-1.amazonaws.com");
  for (const Service service : {Service::sqs, Service::sts, Service::ssm, Service::dynamodb, Service::sns}) {
    EXPECT_EQ(host(service, "us-gov-west-1", true),
              "https://" + std::string(signing_name(service)) + ".us-gov-west-1.amazonaws.com");
  }
}

TEST(Region, ARegionIsNeededAndGoesIntoNoOtherHost) {
  EXPECT_NE(host(Service::s3, "").find("AWS_REGION"), std::string::npos);
  for (const char* region : {"evil.example/", "us east", "-x", "US-EAST-1", "a@b"}) {
    EXPECT_EQ(host(Service::s3, region), "the AWS region is none");
  }
  EXPECT_EQ(region_from_environment(variables({{"AWS_DEFAULT_REGION", "a"}, {"AWS_REGION", ""}})), "a");
  EXPECT_EQ(region_from_environment(variables({{"AWS_DEFAULT_REGION", "a"}, {"AWS_REGION", "b"}})), "b");
}

TEST(Region, EndpointsOfSomebodysOwn) {
  EndpointOptions options;
  options.region = "us-east-1";
  options.variable = variables({{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566/"},
                                {"AWS_ENDPOINT_URL_S3", "https://vpce.example:443/base/"},
                                {"AWS_ENDPOINT_URL_SNS", "ftp://x"},
                                {"AWS_ENDPOINT_URL_SSM", "https://u@x"}});
  const auto sqs = resolve_endpoint(Service::sqs, options);
  ASSERT_TRUE(sqs);
  EXPECT_EQ(sqs->scheme, "http");
  EXPECT_EQ(sqs->host, "127.0.0.1:4566");
  EXPECT_EQ(sqs->path, "");
  EXPECT_TRUE(sqs->is_custom);
  const auto s3 = resolve_endpoint(Service::s3, options);
  ASSERT_TRUE(s3);
  EXPECT_EQ(s3->host, "vpce.example");
  EXPECT_EQ(s3->path, "/base");
  EXPECT_FALSE(resolve_endpoint(Service::sns, options));
  EXPECT_FALSE(resolve_endpoint(Service::ssm, options));
  options.variable = variables({{"AWS_ENDPOINT_URL", "http://x"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}});
  EXPECT_FALSE(resolve_endpoint(Service::sqs, options)->is_custom);
}

TEST(Region, OfAQueue) {
  EXPECT_EQ(region_of_queue("https://sqs.eu-west-1.amazonaws.com/111122223333/q"), "eu-west-1");
  EXPECT_EQ(region_of_queue("https://sqs-fips.us-east-1.amazonaws.com/1/q"), "us-east-1");
  EXPECT_EQ(region_of_queue("https://sqs.cn-north-1.amazonaws.com.cn/1/q"), "cn-north-1");
  EXPECT_EQ(region_of_queue("https://sqs.cn-north-1.amazonaws.com/1/q"), std::nullopt);
  EXPECT_EQ(region_of_queue("https://sqs.us-east-1.amazonaws.com.evil.example/1/q"), std::nullopt);
  EXPECT_EQ(region_of_queue("http://127.0.0.1:9324/1/q"), std::nullopt);
  EXPECT_EQ(region_of_queue("https://sqs.us-east-1"), std::nullopt);
}

}  // namespace
}  // namespace gw::aws

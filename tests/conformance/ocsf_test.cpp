// OCSF: the suite over HTTP, and the choice of where to.
#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "domain/ocsf/schema.h"
#include "tests/conformance/receiver_kit.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::SendVerdict;

StandIn::Script takes_all() {
  return [](const StandInRequest&) { return reply(200, ""); };
}

receivers::Config config_for(const StandIn& s) {
  receivers::Config config;
  config.type = "ocsf";
  config.url = given(s.url() + "/collect?key=secretkey");
  return config;
}

void expect_as_the_schema_says(const std::string& payload, const std::string& body) {
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  EXPECT_EQ(ocsf::deviation(doc.root()), "") << payload;
}

INSTANTIATE_TEST_SUITE_P(Ocsf, ReceiverSuite,
                         ::testing::Values(Subject{.name = "ocsf",
                                                   .make = [](const StandIn& s) { return receiver_of(config_for(s)); },
                                                   .works = takes_all,
                                                   .secrets = {"secretkey"},
                                                   .limit = 48'000,
                                                   .look = expect_as_the_schema_says}),
                         name_of);

TEST(OcsfReceiver, TellsAnOpeningAsAFinding) {
  StandIn lake(takes_all());
  ASSERT_EQ(receiver_of(config_for(lake))->send(about(AlertKind::session_opened), kLong).verdict,
            SendVerdict::accepted);
  const StandInRequest request = lake.requests().at(0);
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(request.body));
  const json::Value root = doc.root();
  EXPECT_EQ(root["type_uid"].raw(), "200401");
  EXPECT_EQ(root["severity_id"].raw(), "5");
  EXPECT_EQ(root["finding_info"]["uid"].text(), receivers::kSessionId);
  EXPECT_EQ(root["evidences"].first_child()["src_endpoint"]["ip"].text(), "203.0.113.7");
  EXPECT_EQ(root["unmapped"]["glasswatch"]["type"].text(), "session.opened");
}

TEST(OcsfReceiver, TakesAPathOrAUrl) {
  receivers::Config config;
  config.type = "ocsf";
  EXPECT_EQ(why_not(config), "receiver x: ocsf takes a path or a url");
  config.path = "/tmp/x";
  EXPECT_EQ(why_not(config), "");
  config.url = given("https://example.com");
  EXPECT_EQ(why_not(config), "receiver x: ocsf takes a path or a url");
  config.url = nullptr;
  config.path = "s3://bucket/prefix";
  EXPECT_EQ(why_not(config), "receiver x: nothing to write objects with");
  config.path = "s3:///prefix";
  EXPECT_EQ(why_not(config), "receiver x: path: s3://bucket/prefix was expected");
}

}  // namespace
}  // namespace gw::test

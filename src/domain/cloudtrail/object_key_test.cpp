#include "domain/cloudtrail/object_key.h"

#include <gtest/gtest.h>

namespace gw::cloudtrail {
namespace {

TEST(ObjectKey, ReadsEveryLayout) {
  const auto key = parse_object_key(
      "data/o-x/AWSLogs/o-ab12/222222222222/CloudTrail/eu-west-1/2026/07/01/"
      "222222222222_CloudTrail_eu-west-1_20260701T1005Z_abcdEFGH12345678.json.gz");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->organization, "o-ab12");
  EXPECT_EQ(key->account, "222222222222");
  EXPECT_EQ(key->region, "eu-west-1");
  EXPECT_EQ(format_time(key->delivered.value()), "2026-07-01T10:05:00Z");
  EXPECT_EQ(key->kind, ObjectKind::log);

  const auto digest = parse_object_key(
      "AWSLogs/222222222222/CloudTrail-Digest/us-east-1/2026/07/01/"
      "222222222222_CloudTrail-Digest_us-east-1_t_us-east-1_20260701T090131Z.json.gz");
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->kind, ObjectKind::digest);
  EXPECT_EQ(format_time(digest->delivered.value()), "2026-07-01T09:01:31Z");

  const auto day = parse_object_key("/x/AWSLogs/222222222222/CloudTrail/us-gov-west-1/2026/07/01/renamed.gz");
  ASSERT_TRUE(day);
  EXPECT_EQ(format_time(day->delivered.value()), "2026-07-01T00:00:00Z");
}

TEST(ObjectKey, RefusesOtherNames) {
  for (const char* name :
       {"", "a.json.gz", "AWSLogs/", "AWSLogs/22/CloudTrail/x/", "AWSLogs/222222222222/Config/x/",
        "myAWSLogs/222222222222/CloudTrail/x/2026/01/01/f", "AWSLogs/222222222222/vpcflowlogs/us-east-1/f"}) {
    EXPECT_FALSE(parse_object_key(name)) << name;
  }
}

}  // namespace
}  // namespace gw::cloudtrail

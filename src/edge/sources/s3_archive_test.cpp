#include "edge/sources/s3_archive.h"

#include <gtest/gtest.h>

namespace gw::sources {
namespace {

std::string key(const char* region, const char* day, const char* time, const char* kind = "CloudTrail") {
  return std::string("p/AWSLogs/o-ab12/111122223333/") + kind + '/' + region + '/' + day + "/111122223333_" + kind +
         '_' + region + '_' + time + "_abcdEFGH12345678.json.gz";
}

TEST(S3Archive, OnlyWhatCannotAnswerIsLeftOut) {
  S3Question question;
  question.from = parse_time("2026-01-10T12:00:00Z");
  question.to = parse_time("2026-01-11T12:00:00Z");
  question.regions = {"eu-west-1"};
  const struct {
    std::string key;
    bool wanted;
  } cases[] = {
      {key("eu-west-1", "2026/01/10", "20260110T1200Z"), true},
      {key("eu-west-1", "2026/01/10", "20260110T1145Z"), true},   // clocks differ
      {key("eu-west-1", "2026/01/10", "20260110T1144Z"), false},  // delivered before anything that is asked for
      {key("eu-west-1", "2026/01/13", "20260113T1200Z"), true},   // two days late
      {key("eu-west-1", "2026/01/13", "20260113T1201Z"), false},
      {key("eu-west-1", "2026/01/10", "x"), true},  // some time of that day
      {key("eu-west-1", "2026/01/09", "x"), false},
      {key("us-east-1", "2026/01/11", "20260111T0000Z"), false},
      {key("eu-west-1", "2026/01/11", "20260111T0000Z", "CloudTrail-Digest"), false},
      {key("eu-west-1", "2026/01/11", "20260111T0000Z", "CloudTrail-NetworkActivity"), true},
      {key("eu-west-1", "2026/01/11", "20260111T0000Z", "Config"), false},
      {"copies/anything.json", true},
      {"copies/", false},
      {"", false},
  };
  for (const auto& c : cases) EXPECT_EQ(may_answer(question, c.key), c.wanted) << c.key;
  EXPECT_FALSE(may_hold_answer(question, "AWSLogs/o-ab12/111122223333/CloudTrail/us-east-1/"));
  EXPECT_FALSE(may_hold_answer(question, "AWSLogs/111122223333/CloudTrail-Digest/"));
  EXPECT_FALSE(may_hold_answer(question, "AWSLogs/111122223333/vpcflowlogs/"));
  for (const char* prefix : {"AWSLogs/o-ab12/111122223333/CloudTrail/eu-west-1/", "AWSLogs/", "AWSLogs/o-ab12/", "x/",
                             "AWSLogs/o-ab12/999988887777/", "AWSLogs/111122223333/CloudTrail-Insight/"}) {
    EXPECT_TRUE(may_hold_answer(question, prefix)) << prefix;
  }
}

TEST(S3Archive, OldFilesOfOtherRegionsHeldGlobalServices) {
  S3Question question;
  question.regions = {"us-east-1"};
  EXPECT_TRUE(may_hold_answer(question, "AWSLogs/111122223333/CloudTrail/eu-west-1/"));
  EXPECT_TRUE(may_answer(question, key("eu-west-1", "2021/11/22", "20211122T2355Z")));
  EXPECT_FALSE(may_answer(question, key("eu-west-1", "2021/11/23", "20211123T0000Z")));
  question.from = parse_time("2022-01-01T00:00:00Z");
  EXPECT_FALSE(may_hold_answer(question, "AWSLogs/111122223333/CloudTrail/eu-west-1/"));
}

}  // namespace
}  // namespace gw::sources

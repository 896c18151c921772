#include "edge/sources/s3_object.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "edge/aws/test_kit.h"

namespace gw::sources {
namespace {

using aws::header_of;

const std::string kLog =
    "AWSLogs/o-ab12/111122223333/CloudTrail/eu-west-1/2026/01/02/"
    "111122223333_CloudTrail_eu-west-1_20260102T0300Z_abcdEFGH12345678.json.gz";

class S3Object : public testing::Test {
 protected:
  S3Object() {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("s3_object_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    rules_.spool_folder = folder_.string();
    rules_.buckets = {"org-logs"};
  }
  ~S3Object() override { std::filesystem::remove_all(folder_); }

  Fetched fetch(const cloudtrail::ObjectName& object, std::optional<Time> give_up_at = {}) {
    if (!fetcher_) {
      fetcher_ = std::make_unique<ObjectFetcher>(rules_, [this](const std::string& region) -> Result<aws::Client*> {
        auto& client = clients_[region];
        if (!client) {
          aws::EndpointOptions options;
          options.region = region.empty() ? "eu-west-1" : region;
          client = aws::make_client(transport_, provider_, aws::Service::s3, options, time_.tools()).value();
        }
        return client.get();
      });
    }
    return fetcher_->fetch(object, time_.now, give_up_at);
  }
  Fetched fetch_key(const std::string& key, const std::string& bucket = "org-logs") {
    return fetch({bucket, key, "", 0});
  }
  [[nodiscard]] std::size_t spooled() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++count;
    return count;
  }

  std::filesystem::path folder_;
  ObjectRules rules_;
  aws::ScriptedTransport transport_;
  aws::TestTime time_;
  aws::FixedCredentials provider_{aws::test_credentials()};
  std::map<std::string, std::unique_ptr<aws::Client>> clients_;
  std::unique_ptr<ObjectFetcher> fetcher_;
};

TEST_F(S3Object, WhoMayNotReadVersionsReadsTheNewest) {
  transport_.answer(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
  transport_.answer(200, "bytes");
  transport_.answer(200, "more");
  EXPECT_EQ(fetch({"org-logs", kLog, "v7", 5}).delivery.bytes, "bytes");
  EXPECT_TRUE(transport_.sent[1].url.ends_with(".json.gz"));
  EXPECT_EQ(fetch({"org-logs", kLog, "v8", 5}).delivery.bytes, "more");  // it is not asked for again
  EXPECT_EQ(transport_.sent.size(), 3u);
}

// S3 says the same of a key that is not there, to whoever may not list the bucket: a made-up name must not cost the versions.
TEST_F(S3Object, AWithheldKeyDoesNotEndTheAskingForVersions) {
  rules_.buckets.emplace_back("more-logs");
  const std::string denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
  transport_.answer(403, denied);
  transport_.answer(403, denied);
  EXPECT_EQ(fetch({"org-logs", kLog, "v7", 5}).what, Fetch::refused);
  transport_.answer(200, "bytes");
  EXPECT_EQ(fetch({"org-logs", kLog, "v8", 5}).delivery.bytes, "bytes");
  EXPECT_TRUE(transport_.sent.back().url.ends_with("?versionId=v8"));
  // Nor what one bucket withholds those of another.
  transport_.answer(403, denied);
  transport_.answer(200, "bytes");
  EXPECT_EQ(fetch({"org-logs", kLog, "v9", 5}).delivery.bytes, "bytes");
  transport_.answer(200, "bytes");
  EXPECT_EQ(fetch({"more-logs", kLog, "v1", 5}).delivery.bytes, "bytes");
  EXPECT_TRUE(transport_.sent.back().url.ends_with("?versionId=v1"));
}

TEST_F(S3Object, ALogFileIsADeliveryThatItsKeySpeaksFor) {
  rules_.bucket_owner = "999988887777";
  transport_.answer(200, "bytes");
  const Fetched got = fetch({"org-logs", kLog, "v7", 5});
  ASSERT_EQ(got.what, Fetch::ready) << got.detail;
  EXPECT_EQ(got.delivery.feed, "s3");
  EXPECT_EQ(got.delivery.source, "s3://org-logs/" + kLog);
  EXPECT_EQ(got.delivery.bytes, "bytes");
  EXPECT_EQ(got.delivery.file, "");
  EXPECT_EQ(got.delivery.accounts, std::vector<std::string>{"111122223333"});
  EXPECT_EQ(got.delivery.region, "eu-west-1");
  EXPECT_TRUE(got.delivery.from_trail);
  EXPECT_EQ(got.delivery.received_at, time_.now);
  EXPECT_TRUE(transport_.sent[0].url.ends_with(".json.gz?versionId=v7"));
  EXPECT_EQ(header_of(transport_.sent[0].headers, "x-amz-expected-bucket-owner"), "999988887777");
}

struct NameCase {
  const char* bucket;
  std::string key;
  bool configured;  // whether buckets are configured at all
  Fetch what;
  const char* reason;
};

TEST_F(S3Object, NamesAreJudgedBeforeAnythingIsFetched) {
  const std::string plain = "copied/logs.json.gz";
  const NameCase cases[] = {
      {"org-logs", kLog, true, Fetch::ready, ""},
      {"org-logs", "deep/prefix/" + kLog, true, Fetch::ready, ""},
      {"org-logs", plain, true, Fetch::ready, ""},
      {"other", kLog, true, Fetch::refused, "bucket_not_configured"},
      {"org-logs.evil", kLog, true, Fetch::refused, "bucket_not_configured"},
      {"ORG-LOGS", kLog, true, Fetch::refused, "bucket_not_configured"},
      {"other", kLog, false, Fetch::ready, ""},
      {"other", plain, false, Fetch::refused, "key_without_account"},
      {"other", "AWSLogs/", false, Fetch::non_record, "folder_marker"},
      {"org-logs", "AWSLogs/111122223333/", true, Fetch::non_record, "folder_marker"},
      {"org-logs", "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/02/x.json.gz", true, Fetch::non_record,
       "digest"},
      {"org-logs", "odd/CloudTrail-Digest/x.json.gz", true, Fetch::non_record, "digest"},
      {"org-logs", "AWSLogs/111122223333/Config/ConfigWritabilityCheckFile", true, Fetch::non_record,
       "writability_check"},
      {"org-logs", "AWSLogs/o-ab12/111122223333/Config/eu-west-1/2026/1/2/ConfigHistory/x.json.gz", true,
       Fetch::non_record, "other_service"},
      {"org-logs", "p/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/x.gz", false, Fetch::non_record,
       "other_service"},
      {"org-logs", "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/01/02/x.json.gz", true, Fetch::ready, ""},
      {"org-logs", "AWSLogs/111122223333/CloudTrail-NetworkActivity/eu-west-1/2026/01/02/x.json.gz", false,
       Fetch::ready, ""},
      {"org-logs", "notAWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/x.gz", false, Fetch::refused,
       "key_without_account"},
      {"org-logs", "AWSLogs/1111/CloudTrail/eu-west-1/2026/01/02/x.gz", false, Fetch::refused, "key_without_account"},
      {"org-logs", "", true, Fetch::refused, "invalid_name"},
      {"org-logs", std::string(1025, 'k'), true, Fetch::refused, "invalid_name"},
  };
  for (const NameCase& c : cases) {
    ObjectRules rules;
    if (c.configured) rules.buckets = {"org-logs"};
    const auto judged = judge_name(rules, {c.bucket, c.key, "", 0});
    EXPECT_EQ(judged ? judged->what : Fetch::ready, c.what) << c.bucket << " " << c.key;
    EXPECT_EQ(judged ? judged->reason : "", c.reason) << c.bucket << " " << c.key;
    EXPECT_TRUE(!judged || judged->is_final);
  }
  EXPECT_EQ(fetch_key(kLog, "other").what, Fetch::refused);
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(S3Object, AKeyWithoutALayoutSpeaksForNobody) {
  transport_.answer(200, "x");
  const Fetched got = fetch_key("copied/logs.json.gz");
  ASSERT_EQ(got.what, Fetch::ready);
  EXPECT_TRUE(got.delivery.accounts.empty());
  EXPECT_EQ(got.delivery.region, "");
  EXPECT_FALSE(got.delivery.from_trail);
}

TEST_F(S3Object, AForeignBucketConfirmsNothingUnlessItsOwnerIsKnown) {
  rules_.buckets.clear();
  transport_.answer(200, "x");
  Fetched got = fetch_key(kLog, "anybodys");
  ASSERT_EQ(got.what, Fetch::ready);
  EXPECT_FALSE(got.delivery.from_trail);
  EXPECT_EQ(got.delivery.accounts, std::vector<std::string>{"111122223333"});
  fetcher_.reset();
  rules_.bucket_owner = "999988887777";
  transport_.answer(200, "x");
  EXPECT_TRUE(fetch_key(kLog, "anybodys").delivery.from_trail);
}

TEST_F(S3Object, BeforeGlobalServicesHadOneRegionAnyMayStandInAFile) {
  transport_.answer(200, "x");
  EXPECT_EQ(
      fetch_key("AWSLogs/111122223333/CloudTrail/eu-west-1/2021/11/21/a_20211121T2355Z_b.json.gz").delivery.region, "");
  transport_.answer(200, "x");
  EXPECT_EQ(
      fetch_key("AWSLogs/111122223333/CloudTrail/eu-west-1/2021/11/23/a_20211123T0000Z_b.json.gz").delivery.region,
      "eu-west-1");
}

TEST_F(S3Object, WhatS3SaysIsUnderstood) {
  const struct {
    int status;
    const char* code;
    Fetch what;
    const char* reason;
    bool is_final;
  } cases[] = {
      {403, "AccessDenied", Fetch::refused, "denied", false},
      {404, "NoSuchKey", Fetch::missing, "object_missing", false},
      {404, "NoSuchBucket", Fetch::missing, "object_missing", false},
      {404, "NoSuchVersion", Fetch::missing, "object_missing", false},
      {503, "SlowDown", Fetch::failed, "throttled", false},
      {500, "InternalError", Fetch::failed, "unavailable", false},
      {400, "InvalidArgument", Fetch::refused, "invalid_request", false},
      {301, "PermanentRedirect", Fetch::refused, "invalid_request", false},
  };
  for (const auto& c : cases) {
    transport_.answers.clear();
    for (int i = 0; i < 4; ++i) transport_.answer(c.status, std::string("<Error><Code>") + c.code + "</Code></Error>");
    const Fetched got = fetch_key(kLog);
    EXPECT_EQ(got.what, c.what) << c.code;
    EXPECT_EQ(got.reason, c.reason) << c.code;
    EXPECT_EQ(got.is_final, c.is_final) << c.code;
    EXPECT_NE(got.detail, "") << c.code;
  }
  transport_.answers.clear();  // nobody there
  EXPECT_EQ(fetch_key(kLog).reason, "unavailable");
  EXPECT_EQ(fetch({"org-logs", kLog, "", 0}, time_.now).reason, "cancelled");
}

TEST_F(S3Object, LargeObjectsLieInAFileUntilTheyAreSettled) {
  rules_.in_memory = 4;
  transport_.answer(200, "abcd");
  EXPECT_EQ(fetch_key(kLog).delivery.bytes, "abcd");
  EXPECT_EQ(spooled(), 0U);
  for (const ports::Settled how : {ports::Settled::durable, ports::Settled::unavailable}) {
    transport_.answer(200, "abcde");
    const Fetched got = fetch_key(kLog);
    ASSERT_EQ(got.what, Fetch::ready);
    EXPECT_EQ(got.delivery.bytes, "");
    std::stringstream text;
    text << std::ifstream(got.delivery.file).rdbuf();
    EXPECT_EQ(text.str(), "abcde");
    const auto mode = std::filesystem::status(got.delivery.file).permissions();
    EXPECT_EQ(mode & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    got.delivery.settle(how);
    EXPECT_EQ(spooled(), 0U);
  }
}

TEST_F(S3Object, NothingStaysBehindWhenItFails) {
  rules_.in_memory = 2;
  rules_.limit = 6;
  transport_.answer(200, "1234567");
  const Fetched got = fetch_key(kLog);
  EXPECT_EQ(got.reason, "too_large");
  EXPECT_TRUE(got.is_final);
  EXPECT_EQ(spooled(), 0U);
  EXPECT_EQ(fetch({"org-logs", kLog, "", 7}).reason, "too_large");  // by what is said of it
  EXPECT_EQ(transport_.sent.size(), 1U);
  fetcher_.reset();
  rules_.spool_folder = (folder_ / "none").string();
  transport_.answer(200, "123");
  EXPECT_EQ(fetch_key(kLog).reason, "spool");
  std::ofstream(folder_ / "glasswatch-s3-old") << "x";
  std::ofstream(folder_ / "other") << "x";
  clean_spool(folder_.string());
  EXPECT_EQ(spooled(), 1U);
}

TEST_F(S3Object, AnEmptyObjectIsNoRecord) {
  transport_.answer(200, "");
  const Fetched got = fetch_key(kLog);
  EXPECT_EQ(got.what, Fetch::non_record);
  EXPECT_EQ(got.reason, "empty");
}

TEST_F(S3Object, ABucketIsFollowedToItsRegionAndFoundThereFromThenOn) {
  const std::string redirect = "<Error><Code>PermanentRedirect</Code></Error>";
  transport_.answer(301, redirect, {{"x-amz-bucket-region", "ap-south-1"}});
  transport_.answer(200, "there");
  EXPECT_EQ(fetch_key(kLog).delivery.bytes, "there");
  EXPECT_TRUE(transport_.sent[0].url.starts_with("https://org-logs.s3.eu-west-1.amazonaws.com/"));
  EXPECT_TRUE(transport_.sent[1].url.starts_with("https://org-logs.s3.ap-south-1.amazonaws.com/"));
  EXPECT_NE(header_of(transport_.sent[1].headers, "authorization").find("/ap-south-1/s3/"), std::string::npos);
  transport_.answer(200, "there");
  EXPECT_EQ(fetch_key(kLog).delivery.bytes, "there");
  EXPECT_TRUE(transport_.sent[2].url.starts_with("https://org-logs.s3.ap-south-1.amazonaws.com/"));
  // Sent in circles, or to what is no region.
  transport_.answer(301, redirect, {{"x-amz-bucket-region", "eu-west-1"}});
  transport_.answer(301, redirect, {{"x-amz-bucket-region", "ap-south-1"}});
  EXPECT_EQ(fetch_key(kLog).reason, "invalid_request");
  EXPECT_EQ(transport_.sent.size(), 5U);
  transport_.answer(301, redirect, {{"x-amz-bucket-region", "evil.example/"}});
  EXPECT_EQ(fetch_key(kLog).what, Fetch::refused);
  EXPECT_EQ(transport_.sent.size(), 6U);
}

}  // namespace
}  // namespace gw::sources

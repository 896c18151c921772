#include "edge/aws/chain.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

const std::string kMetadata =
    R"({"Code":"Success","AccessKeyId":"ASIAX","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-02T09:00:00Z"})";

std::string sts_answer(const std::string& action, const std::string& id) {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action +
         "Result><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t+/=</SessionToken>"
         "<Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></" +
         action + "Result></" + action + "Response>";
}

class Chain : public testing::Test {
 protected:
  Result<Credentials> fetch() {
    ChainOptions options;
    options.tools = time_.tools();
    options.surroundings = {variables(variables_), [this](const std::string& path) -> std::optional<std::string> {
                              const auto found = files_.find(path);
                              return found == files_.end() ? std::nullopt : std::optional(found->second);
                            }};
    options.profile = profile_;
    return fetch_credentials(transport_, options);
  }
  TestTime time_;
  ScriptedTransport transport_;
  std::map<std::string, std::string> variables_;
  std::map<std::string, std::string> files_;
  std::string profile_;
};

TEST_F(Chain, EnvironmentFirst) {
  variables_ = {
      {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}, {"HOME", "/h"}};
  files_["/h/.aws/credentials"] = "[default]\naws_access_key_id=OTHER\naws_secret_access_key=s\n";
  auto got = fetch();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->access_key_id, "AK");
  EXPECT_EQ(got->session_token.reveal(), "t");
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(fetch().error().code, Errc::invalid_input);
  variables_.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(fetch()->access_key_id, "OTHER");
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(Chain, ProfileWithARole) {
  variables_ = {{"AWS_PROFILE", "role"}, {"AWS_CONFIG_FILE", "/c"}, {"AWS_SHARED_CREDENTIALS_FILE", "/s"}};
  files_["/c"] = "[profile role]\nrole_arn=arn:aws:iam::1:role/R\nsource_profile=base\nregion=eu-west-1\n";
  files_["/s"] = "[base]\naws_access_key_id=AKBASE\naws_secret_access_key=s\n";
  transport_.answer(200, sts_answer("AssumeRole", "ASIA1"));
  const auto got = fetch();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->access_key_id, "ASIA1");
  EXPECT_EQ(got->session_token.reveal(), "t+/=");
  EXPECT_EQ(got->expires, parse_time("2026-01-02T04:04:05Z"));
  ASSERT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(transport_.sent[0].url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(
      transport_.sent[0].body,
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FR&RoleSessionName=glasswatch");
  EXPECT_NE(header_of(transport_.sent[0].headers, "authorization").find("AKBASE/20260102/eu-west-1/sts"),
            std::string::npos);
}

TEST_F(Chain, AProfileThatWasNamedMustBeThere) {
  variables_ = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}};
  profile_ = "nobody";
  EXPECT_EQ(fetch().error().code, Errc::not_found);
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(Chain, WebIdentityIsNotSigned) {
  variables_ = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
                {"AWS_ROLE_ARN", "arn:r"},
                {"AWS_REGION", "cn-north-1"},
                {"AWS_ROLE_SESSION_NAME", "pod"}};
  files_["/token"] = "ey.J/w+t\n";
  transport_.answer(200, sts_answer("AssumeRoleWithWebIdentity", "ASIA2"));
  const auto got = fetch();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->access_key_id, "ASIA2");
  EXPECT_EQ(transport_.sent[0].url, "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_TRUE(transport_.sent[0].body.ends_with("&RoleSessionName=pod&WebIdentityToken=ey.J%2Fw%2Bt"));
  EXPECT_EQ(header_of(transport_.sent[0].headers, "authorization"), "");
  files_.clear();
  EXPECT_EQ(fetch().error().code, Errc::unavailable);
}

TEST_F(Chain, AnAnswerWithoutCredentialsIsTold) {
  variables_ = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:r"}, {"AWS_REGION", "us-east-1"}};
  files_["/token"] = "t";
  transport_.answer(200, "<AssumeRoleWithWebIdentityResponse/>");
  transport_.answer(
      400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>bad</Message></Error></ErrorResponse>");
  EXPECT_EQ(fetch().error().code, Errc::corrupt);
  EXPECT_EQ(fetch().error().message, "sts AssumeRoleWithWebIdentity: InvalidIdentityToken: bad");
}

TEST_F(Chain, ContainerWithATokenThatChanges) {
  variables_ = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "old"},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"}};
  for (const char* token : {"one\n", "two"}) {
    files_["/t"] = token;
    transport_.answer(503);
    transport_.answer(200, kMetadata);
    const auto got = fetch();
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->access_key_id, "ASIAX");
  }
  ASSERT_EQ(transport_.sent.size(), 4U);
  EXPECT_EQ(header_of(transport_.sent[0].headers, "authorization"), "one");
  EXPECT_EQ(header_of(transport_.sent[3].headers, "authorization"), "two");
  EXPECT_FALSE(transport_.sent[0].use_proxy);
}

TEST(ContainerUrl, GoesToNeighboursOnly) {
  const auto url = [](const std::string& full) {
    const auto found = container_url(variables({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", full}}));
    return found ? found->value_or("none") : "refused";
  };
  for (const char* good :
       {"http://127.0.0.1:8080/x", "http://localhost/", "http://[::1]:99/x", "http://169.254.170.2/c",
        "http://169.254.170.23", "http://[fd00:ec2::23]/v1?x", "https://anybody.example/x"}) {
    EXPECT_EQ(url(good), good);
  }
  for (const char* bad : {"http://10.0.0.1/", "http://169.254.169.254/", "http://127.0.0.1.evil.example/",
                          "http://localhost@evil.example/", "http://evil.example/#127.0.0.1", "ftp://127.0.0.1/",
                          "http://127.0.0.1/ x", "http://[::1", "http://", "127.0.0.1"}) {
    EXPECT_EQ(url(bad), "refused") << bad;
  }
  EXPECT_EQ(url(""), "none");
  const auto both = container_url(variables(
      {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x"}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c"}}));
  EXPECT_EQ(both->value(), "http://169.254.170.2/v2/c");
}

TEST_F(Chain, InstanceWithATokenFirst) {
  transport_.answer(200, "TOKEN");
  transport_.answer(200, "my role\n");
  transport_.answer(200, kMetadata);
  const auto got = fetch();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->expires, parse_time("2026-01-02T09:00:00Z"));
  ASSERT_EQ(transport_.sent.size(), 3U);
  EXPECT_EQ(transport_.sent[0].method, "PUT");
  EXPECT_EQ(transport_.sent[0].url, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(header_of(transport_.sent[0].headers, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(transport_.sent[2].url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/my%20role");
  EXPECT_EQ(header_of(transport_.sent[2].headers, "x-aws-ec2-metadata-token"), "TOKEN");
  EXPECT_LE(transport_.sent[0].timeout.count(), 2000);
}

TEST_F(Chain, InstanceWithoutARoleOrDisabledOrElsewhere) {
  transport_.answer(200, "TOKEN");
  transport_.answer(404);
  EXPECT_EQ(fetch().error().code, Errc::denied);
  EXPECT_EQ(fetch().error().code, Errc::unavailable);  // nobody there: three attempts
  EXPECT_EQ(transport_.sent.size(), 5U);
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338/";
  transport_.answer(403);
  EXPECT_EQ(fetch().error().code, Errc::denied);
  EXPECT_EQ(transport_.sent.back().url, "http://127.0.0.1:1338/latest/api/token");
  variables_["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(fetch().error().code, Errc::denied);
  EXPECT_EQ(transport_.sent.size(), 6U);
}

class Cached : public testing::Test {
 protected:
  static constexpr std::int64_t kMinute = std::int64_t{60} * 1'000'000;
  static Time at(std::int64_t minutes) { return Time{minutes * kMinute}; }
  std::string id(Time now) {
    const auto got = cached_.get(now);
    return got ? got->access_key_id : "none";
  }
  int fetched_ = 0;
  bool fails_ = false;
  std::int64_t lasts_ = 60;  // minutes
  CachedCredentials cached_{[this](Time now) -> Result<Credentials> {
    ++fetched_;
    if (fails_) return Error{Errc::unavailable, "down"};
    return Credentials{"k" + std::to_string(fetched_), Secret("s"), {}, Time{now.micros + lasts_ * kMinute}};
  }};
};

TEST_F(Cached, FetchesAgainBeforeTheEnd) {
  EXPECT_EQ(id(at(0)), "k1");
  EXPECT_EQ(id(at(54)), "k1");
  EXPECT_EQ(id(at(55)), "k2");
  EXPECT_EQ(id(at(56)), "k2");
}

TEST_F(Cached, KeepsOldOnesWhileNothingNewIsToBeHad) {
  EXPECT_EQ(id(at(0)), "k1");
  fails_ = true;
  EXPECT_EQ(id(at(55)), "k1");
  EXPECT_EQ(id(Time{at(55).micros + 1}), "k1");
  EXPECT_EQ(fetched_, 2);  // once a minute
  EXPECT_EQ(id(at(69)), "k1");
  EXPECT_EQ(id(at(70)), "none");
  fails_ = false;
  EXPECT_EQ(id(at(70)), "k5");
}

TEST_F(Cached, WhatIsStaleFromTheStartIsNotFetchedWithEveryCall) {
  lasts_ = -3;
  EXPECT_EQ(id(at(0)), "k1");
  EXPECT_EQ(id(Time{at(1).micros - 1}), "k1");
  EXPECT_EQ(id(at(1)), "k2");
}

TEST_F(Cached, RefusedOnesAreGone) {
  EXPECT_EQ(id(at(0)), "k1");
  cached_.refused("another");
  EXPECT_EQ(id(at(0)), "k1");
  cached_.refused("k1");
  EXPECT_EQ(id(at(0)), "k2");
}

TEST(CachedThreads, OneFetchesForAll) {
  std::atomic<int> fetched{0};
  CachedCredentials cached([&](Time now) -> Result<Credentials> {
    ++fetched;
    return Credentials{"k", Secret("s"), {}, Time{now.micros + 3'600'000'000}};
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(cached.get(Time{0})); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetched.load(), 1);
}

}  // namespace
}  // namespace gw::aws

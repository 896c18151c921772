#include "app/doubts.h"

#include <gtest/gtest.h>

namespace gw::app {
namespace {

std::vector<std::string> doubts(const std::string& yaml) {
  const Loaded loaded = load_text(yaml, "test.yaml");
  EXPECT_TRUE(loaded.problems.empty()) << loaded.problems.front().to_string();
  std::vector<std::string> out;
  for (const Doubt& doubt : doubts_of(loaded.config)) out.push_back(doubt.value);
  return out;
}
using Values = std::vector<std::string>;

TEST(Doubts, AreToldOfWhatMayNotBeMeant) {
  const std::string told = "version: 1\nreceivers: [{name: a, type: stdout}]\n";
  EXPECT_EQ(doubts(told), Values{});
  EXPECT_EQ(doubts("version: 1\n"), Values{""});
  EXPECT_EQ(doubts(told + "escalation: [{after: 5m, to: [a]}]\nledger: {checkpoints: [\"s3://a/b\"]}\n"),
            Values{"ledger"});
  EXPECT_EQ(doubts(told + "timezone: Europe/Nowhere\n"), Values{"Europe/Nowhere"});
  const auto slack = [](const std::string& more) {
    return "version: 1\nreceivers: [{name: a, type: slack, " + more + ", signing_secret: env:S}]\n";
  };
  EXPECT_EQ(doubts(slack("token: env:T, channel: C1")), Values{"a"});
  EXPECT_EQ(doubts(slack("token: env:T, channel: C1, team: T1, app: A1")), Values{});
  EXPECT_EQ(doubts(slack("webhook_url: env:W")), Values{"a"});
  const auto socket = [](const std::string& more) {
    return "version: 1\nreceivers: [{name: a, type: slack, " + more + ", app_token: env:S}]\n";
  };
  EXPECT_EQ(doubts(socket("token: env:T, channel: C1")), Values{"a"});
  EXPECT_EQ(doubts(socket("token: env:T, channel: C1, team: T1")), Values{}) << "the token is of one app";
  EXPECT_EQ(doubts(socket("webhook_url: env:W")), Values{"a"});
  EXPECT_EQ(doubts(told + "http: {listen: \"0.0.0.0:80\"}\n"), (Values{"0.0.0.0:80", "0.0.0.0:80"}));
  EXPECT_EQ(doubts(told + "http: {listen: \"localhost:80\"}\n"), Values{});
  EXPECT_EQ(doubts(told + "http: {listen: \"[::1]:80\"}\n"), Values{});
}

TEST(Listen, IsHostAndPort) {
  const auto v4 = parse_listen("127.0.0.1:8080");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 8080);
  const auto v6 = parse_listen("[::1]:0");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  for (const char* bad : {"", "8080", "x:", "x:65536", "x:80a", "x:-1"}) EXPECT_FALSE(parse_listen(bad)) << bad;
}

TEST(Doubts, NameAMentionThatCallsNobody) {
  AppConfig config;
  for (const char* mention : {"@oncall", "@here", "here", "subteam:S1"}) {
    ReceiverConfig receiver;
    receiver.name = mention;
    receiver.type = "slack";
    receiver.mention = mention;
    config.daemon.receivers.push_back(receiver);
  }
  const std::vector<Doubt> doubts = doubts_of(config);
  ASSERT_EQ(doubts.size(), 1u);
  EXPECT_EQ(doubts[0].value, "@oncall");
}

}  // namespace
}  // namespace gw::app

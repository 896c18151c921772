// Teams: the suite, and what a card holds.
#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "edge/receivers/teams.h"
#include "tests/conformance/receiver_kit.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::SendResult;
using ports::SendVerdict;
using receivers::card_text;

StandIn::Script teams_that_works() {
  return [](const StandInRequest&) { return reply(202, ""); };
}

receivers::Config config_for(const StandIn& s) {
  receivers::Config config;
  config.type = "teams";
  config.webhook_url = given(s.url() + "/workflows/x/triggers/manual/paths/invoke?api-version=1&sig=secretsig");
  return config;
}

// Every text of a card but its links: no Markdown, no tag, no link.
void expect_plain(const std::string&, const std::string& body) {
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  const json::Value content = doc.root()["attachments"].first_child()["content"];
  const auto plain = [](std::string_view text) {
    EXPECT_EQ(text.find_first_of("*_~`<>[]&\\|"), std::string_view::npos) << text;
    EXPECT_EQ(text.find("://"), std::string_view::npos) << text;
    EXPECT_FALSE(!text.empty() && std::string_view("-+#=").find(text[0]) != std::string_view::npos) << text;
  };
  plain(doc.root()["summary"].text());
  for (json::Value b = content["body"].first_child(); !b.is_missing(); b = b.next_sibling()) {
    plain(b["text"].text());
    for (json::Value f = b["facts"].first_child(); !f.is_missing(); f = f.next_sibling()) {
      plain(f["title"].text());
      plain(f["value"].text());
    }
  }
  for (json::Value a = content["actions"].first_child(); !a.is_missing(); a = a.next_sibling()) {
    EXPECT_EQ(a["type"].text(), "Action.OpenUrl");
    const std::string_view url = a["url"].text();
    EXPECT_TRUE(url.starts_with("https://glasswatch.example.com/") || url.starts_with("https://wiki.example.com/") ||
                url.find(".aws.amazon.com/") != std::string_view::npos)
        << url;
  }
}

INSTANTIATE_TEST_SUITE_P(Teams, ReceiverSuite,
                         ::testing::Values(Subject{.name = "teams",
                                                   .make = [](const StandIn& s) { return receiver_of(config_for(s)); },
                                                   .works = teams_that_works,
                                                   .secrets = {"secretsig"},
                                                   .limit = receivers::kTeamsLimit,
                                                   .look = expect_plain}),
                         name_of);

TEST(Teams, TheOpeningIsACardThatSaysWhoWhereAndHow) {
  StandIn teams(teams_that_works());
  const auto receiver = receiver_of(config_for(teams));
  EXPECT_TRUE(receiver->traits().digests_only);
  ASSERT_EQ(receiver->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::accepted);
  const std::string body = teams.requests().at(0).body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(body));
  const json::Value attachment = doc.root()["attachments"].first_child();
  EXPECT_EQ(attachment["contentType"].text(), "application/vnd.microsoft.card.adaptive");
  EXPECT_EQ(attachment["content"]["type"].text(), "AdaptiveCard");
  EXPECT_EQ(attachment["content"]["body"].first_child()["text"].text(),
            "BREAK-GLASS · alice@example.com → prod-payments (444455556666) · BreakGlassAdmin");
  for (const char* expected :
       {R"({"title":"Severity","value":"critical"})", R"({"title":"State","value":"open, unacknowledged"})",
        R"({"title":"Who","value":"alice@example.com"})",
        R"({"type":"Action.OpenUrl","title":"Runbook","url":"https://wiki.example.com/break-glass"})"})
    EXPECT_NE(body.find(expected), std::string::npos) << expected << " in " << body;
  EXPECT_NE(body.find("glasswatch ack " + receivers::kSessionId), std::string::npos);
}

TEST(Teams, FailureInWordsIsFailure) {
  StandIn teams(teams_that_works());
  const auto receiver = receiver_of(config_for(teams));
  const auto verdict = [&](int status) {
    teams.answer([status](const StandInRequest&) {
      return reply(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error " +
                            std::to_string(status) + " with ContextId x");
    });
    return receiver->send(about(AlertKind::session_opened), kLong).verdict;
  };
  EXPECT_EQ(verdict(429), SendVerdict::retry);
  EXPECT_EQ(verdict(503), SendVerdict::retry);
  EXPECT_EQ(verdict(403), SendVerdict::refused);
  teams.answer([](const StandInRequest&) { return reply(200, "\n<html>blocked by policy</html>"); });
  EXPECT_EQ(receiver->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::retry);
  teams.answer([](const StandInRequest&) { return reply(200, "1"); });
  EXPECT_EQ(receiver->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::accepted);
}

TEST(Teams, TextsAreNoMarkdown) {
  EXPECT_EQ(card_text("**a** [b](http://c)", 100), "∗∗a∗∗ ［b］(http∶//c)");
  EXPECT_EQ(card_text("<at>x</at>&lt;", 100), "＜at＞x＜/at＞＆lt;");
  EXPECT_EQ(card_text("- item", 100), "\u00a0- item");
  EXPECT_EQ(card_text("12. item", 100), "\u00a012. item");
  EXPECT_EQ(card_text("12 calls", 100), "12 calls");
  EXPECT_EQ(card_text("WWW.evil.example www", 100), "www\u2024evil.example www");
  EXPECT_EQ(card_text("{{DATE(2026-08-01T00:00:00Z, SHORT)}} {x}", 100),
            "\uff5b{DATE(2026-08-01T00:00:00Z, SHORT)}} {x}");
  EXPECT_EQ(card_text("a\nb", 100), "a＼u{a}b");
}

TEST(Teams, TheUrlIsReadAtEverySend) {
  StandIn teams(teams_that_works());
  receivers::Config config = config_for(teams);
  config.webhook_url = [] { return Result<std::string>(Error{Errc::unavailable, "file is gone"}); };
  EXPECT_EQ(receiver_of(config)->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::retry);
  EXPECT_EQ(receiver_of(config)->check(kLong).verdict, SendVerdict::refused);
  config.webhook_url = nullptr;
  EXPECT_EQ(why_not(config), "receiver x: webhook_url is missing");
}

}  // namespace
}  // namespace gw::test

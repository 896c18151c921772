#include "edge/receivers/slack_message.h"

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

using model::AlertKind;

// Every text of the blocks, a line each, with the kind of element in front.
std::string texts(const SlackText& message) {
  json::Doc doc;
  if (!doc.parse(message.blocks)) return "damaged: " + message.blocks;
  std::string out;
  const auto add = [&](json::Value text) {
    if (text.is_object()) out += std::string(text["type"].text()) + "| " + std::string(text["text"].text()) + "\n";
  };
  for (json::Value block = doc.root().first_child(); !block.is_missing(); block = block.next_sibling()) {
    add(block["text"]);
    for (const char* list : {"fields", "elements"}) {
      for (json::Value v = block[list].first_child(); !v.is_missing(); v = v.next_sibling()) add(v);
    }
  }
  return out;
}

std::string first_block_id(const SlackText& message) {
  json::Doc doc;
  return doc.parse(message.blocks) ? std::string(doc.root().first_child()["block_id"].text()) : "damaged";
}

SlackLook look() {
  SlackLook l;
  l.mention = "subteam:S0123";
  return l;
}

TEST(SlackMessage, TheFirstMessageHoldsWhatIsNeededInTenSeconds) {
  const SlackText m = session_message(sample_message({sample_claim(AlertKind::session_opened)}), look());
  EXPECT_EQ(first_block_id(m), "gw:session.opened:" + kSessionId);
  EXPECT_EQ(texts(m),
            R"(plain_text| 🔴 BREAK-GLASS · alice@example.com → prod-payments (444455556666) · BreakGlassAdmin
plain_text| [ OPEN · 00:07 · unacknowledged ]   severity: critical
plain_text| How
Identity Center portal → CLI credentials (GetRoleCredentials)
plain_text| From
203.0.113.7 · aws-cli/2.34 macOS · 2 addresses in all
plain_text| When
01 Aug 02:14:51 UTC (03:14:51 BST) · seen 6 s later via eventbridge · trail copy pending
plain_text| Token
valid until 01 Aug 03:14:51 UTC (04:14:51 BST) (exact, from STS)
plain_text| MFA
not recorded by CloudTrail for federated sign-in
plain_text| Reason
none yet
plain_text| So far
12 calls · 3 writes · 1 IAM change · 0 denied · high risk: iam:CreateUser ×2
mrkdwn| <https://glasswatch.example.com/#session=0198633e-9a3b-7cde-8f01-23456789abcd|Session> · <https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/9f3c0000-0000-4000-8000-000000000001|CloudTrail event (signed in to that account)> · <https://signin.aws.amazon.com/switchrole?account=444455556666|Switch to the account> · <https://wiki.example.com/break-glass|Runbook>
mrkdwn| <!subteam^S0123>
plain_text| ref 0198633e-9a3b · event 9f3c0000-0000-4000-8000-000000000001 · join: exact · config 4b1e2a00 · acknowledge: glasswatch ack 0198633e-9a3b-7cde-8f01-23456789abcd · owner payments-platform
)");
  EXPECT_EQ(m.text,
            "Critical break-glass access: alice@example.com entered prod-payments (444455556666) as BreakGlassAdmin by "
            "Identity Center portal → CLI credentials (GetRoleCredentials) at 02:14:51 UTC.");
}

TEST(SlackMessage, ShowsHowTheEndOfTheTokenIsKnown) {
  ports::Message m = sample_message({sample_claim(AlertKind::session_opened)});
  model::Session& s = *m.facts[0].session;
  const auto shows = [&](const std::string& text) {
    return texts(session_message(m, {})).find(text) != std::string::npos;
  };
  s.expiry_grade = model::ExpiryGrade::configured;
  EXPECT_TRUE(shows("(configured duration)"));
  s.expiry_grade = model::ExpiryGrade::default_duration;
  EXPECT_TRUE(shows("(default 1 h assumed)"));
  s.state = model::SessionState::lapsed;
  EXPECT_TRUE(shows("lapsed, was valid until"));
  EXPECT_TRUE(shows("[ OVER"));
  s.by_identity = true;
  s.expires_at.reset();
  EXPECT_TRUE(shows("long-lived credentials: no expiry"));
  s.mfa = false;
  EXPECT_TRUE(shows("MFA\nNOT used"));
  s.mfa = true;
  EXPECT_TRUE(shows("MFA\nused"));
  s.planned = {"CHG-1"};
  s.all_planned = true;
  EXPECT_TRUE(shows("PLANNED BREAK-GLASS"));
  EXPECT_TRUE(shows("Reason\nplanned: CHG-1"));
}

TEST(SlackMessage, WhatItShowsChangesWithTheStateAndNotWithTime) {
  ports::Message m = sample_message({sample_claim(AlertKind::session_opened)});
  const std::uint64_t shown = session_shown(m, look());
  m.now = plus_seconds(m.now, 600);
  m.is_first = false;
  m.facts[0].alert.kind = AlertKind::session_digest;
  m.facts.push_back(sample_claim(AlertKind::session_high_risk, "iam:CreateUser"));
  EXPECT_EQ(session_shown(m, look()), shown);
  m.facts[0].session->acknowledged = model::Acknowledgement{m.now, "carol", "api", "on it", true};
  EXPECT_NE(session_shown(m, look()), shown);
  EXPECT_NE(texts(session_message(m, look())).find("acknowledged by carol at 02:31:51 UTC"), std::string::npos);
}

TEST(SlackMessage, AQuietMessageMentionsNobody) {
  ports::Message m = sample_message({sample_claim(AlertKind::session_opened)});
  m.quiet = true;
  EXPECT_EQ(texts(session_message(m, look())).find("subteam"), std::string::npos);
}

TEST(SlackMessage, MentionsAreOfFourForms) {
  EXPECT_EQ(mention_markup("here"), "<!here>");
  EXPECT_EQ(mention_markup("channel"), "<!channel>");
  EXPECT_EQ(mention_markup("user:U01AB"), "<@U01AB>");
  EXPECT_EQ(mention_markup("subteam:S01AB"), "<!subteam^S01AB>");
  for (const char* bad : {"", "everyone", "user:", "user:U1|x", "subteam:S1><!here", "@oncall"})
    EXPECT_EQ(mention_markup(bad), "") << bad;
}

TEST(SlackMessage, TheThreadTellsFactsWithCounts) {
  ports::Claim merged = sample_claim(AlertKind::session_merged, "0198-other");
  merged.alert.data = R"({"merged":"0198-other"})";
  ports::Claim lapsed = sample_claim(AlertKind::session_lapsed, "1");
  lapsed.alert.reason = "its credentials have expired";
  const SlackText m =
      thread_message(sample_message({sample_claim(AlertKind::session_high_risk, "iam:CreateUser"),
                                     sample_claim(AlertKind::session_new_address, "2"), merged, lapsed}),
                     look());
  EXPECT_EQ(first_block_id(m), "gw:session.high_risk:" + kSessionId);
  EXPECT_EQ(texts(m), R"(plain_text| First high-risk call of its kind: iam:CreateUser ×2, at 02:18:11 UTC
Another address: 198.51.100.9, first at 02:19:51 UTC
Session 0198-other turned out to be this one (0198633e-9a3b-7cde-8f01-23456789abcd): what was told there belongs here
Over, its credentials have expired: 12 calls · 3 writes · 1 IAM change · 0 denied in all
plain_text| So far: 12 calls · 3 writes · 1 IAM change · 0 denied · high risk: iam:CreateUser ×2 · 4 facts in this post · ref 0198633e-9a3b
)");
  EXPECT_EQ(m.text,
            "First high-risk call of its kind: iam:CreateUser ×2, at 02:18:11 UTC, in the break-glass session of "
            "alice@example.com in prod-payments (444455556666), and 3 more.");
}

TEST(SlackMessage, AChangeOutsideASessionIsToldByItself) {
  const ports::Claim claim = sample_change(AlertKind::tamper);
  const SlackText m = alert_message(sample_message({claim}), look());
  EXPECT_EQ(first_block_id(m), "gw:tamper:" + claim.alert.id);
  const std::string all = texts(m);
  EXPECT_NE(all.find("🔴 TAMPERING WITH THE TRAIL · StopLogging"), std::string::npos) << all;
  EXPECT_NE(all.find("https://us-gov-west-1.console.amazonaws-us-gov.com/"), std::string::npos) << all;
  EXPECT_NE(all.find("Who\narn:aws:sts::444455556666:assumed-role/Ops/bob"), std::string::npos) << all;
  EXPECT_NE(m.text.find("Tampering with the trail: StopLogging"), std::string::npos) << m.text;
}

TEST(SlackMessage, FailuresAreToldWithTheirCounts) {
  ports::Claim claim = sample_change(AlertKind::access_denied);
  claim.alert.data =
      R"({"count":12,"first":"2026-08-01T02:14:51Z","last":"2026-08-01T02:20:00Z","mechanism":"assume_role","account_id":"444455556666","account_name":null,"role":"BreakGlass","principals":{"mallory":9},"addresses":{"203.0.113.7":12},"errors":{"AccessDenied":12},"first_event_id":"e"})";
  const std::string all = texts(alert_message(sample_message({claim}), look()));
  EXPECT_NE(all.find("FAILED ATTEMPTS · 12 × 444455556666 · BreakGlass"), std::string::npos) << all;
  EXPECT_NE(all.find("Who\nmallory ×9"), std::string::npos) << all;
  EXPECT_NE(all.find("Errors\nAccessDenied ×12"), std::string::npos) << all;
}

TEST(SlackMessage, AStormListsItsSessionsOfAllSummaries) {
  ports::Claim one = sample_change(AlertKind::storm);
  one.alert.data = R"({"sessions":["s-1","s-2"],"count":2})";
  ports::Claim two = one;
  two.alert.data = R"({"sessions":["s-3"],"count":1})";
  EXPECT_NE(texts(alert_message(sample_message({one, two}), look())).find("3 sessions:\ns-1\ns-2\ns-3"),
            std::string::npos);
}

TEST(SlackMessage, WhatHasNoFormOfItsOwnIsListed) {
  ports::Claim claim = sample_change(AlertKind::undecodable);
  claim.alert.data = R"({"reason":"number out of place","source":"AWSLogs/x.json.gz","bytes":512})";
  const std::string all = texts(alert_message(sample_message({claim}), look()));
  EXPECT_NE(all.find("reason: number out of place\nsource: AWSLogs/x.json.gz\nbytes: 512"), std::string::npos) << all;
  claim.alert.data = "damaged";
  EXPECT_NE(first_block_id(alert_message(sample_message({claim}), look())), "damaged");
}

TEST(SlackMessage, KeepsWithinSlacksLimitsWhateverIsPutIn) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "<&>\xF0\x9F\x98\x80\n";
  ports::Claim claim = sample_claim(AlertKind::session_opened);
  model::Session& s = *claim.session;
  for (std::string* field : {&s.account_id, &s.account_name, &s.role, &s.principal.name, &s.first_event_name,
                             &s.source_ip, &s.user_agent, &s.region, &s.first_event_id, &s.config_hash, &s.parent,
                             &claim.alert.reason, &claim.alert.fact, &claim.alert.watch})
    *field = text;
  for (int i = 0; i < 60; ++i) {
    s.high_risk[text + std::to_string(i)] = {kStart, kStart, 5, text};
    s.planned.push_back(text);
    s.notes.push_back({kStart, text, text});
  }
  s.feeds = {text, text + "2"};
  std::vector<ports::Claim> facts(30, claim);
  for (ports::Claim& c : facts) c.alert.kind = AlertKind::session_high_risk;
  facts[0].alert.kind = AlertKind::session_opened;
  ports::Claim alone = claim;
  alone.session.reset();
  alone.alert.data = R"({"x":")" + std::string(100'000, 'x') + "\"}";
  alone.alert.kind = AlertKind::undecodable;
  for (const SlackText& m :
       {session_message(sample_message(facts), look()), thread_message(sample_message(facts), look()),
        thread_message(sample_message(facts), look(), true), alert_message(sample_message({alone}), look())}) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(m.blocks));
    EXPECT_LE(doc.root().size(), 50u);
    EXPECT_LT(slack_length(m.text), 4000u);
    std::size_t total = 0;
    const auto check = [&](json::Value v, std::size_t limit) {
      const std::size_t length = slack_length(v["text"].text());
      EXPECT_LE(length, limit);
      EXPECT_GT(length, 0u);
      total += length;
    };
    for (json::Value b = doc.root().first_child(); !b.is_missing(); b = b.next_sibling()) {
      EXPECT_LE(b["block_id"].text().size(), 255u);
      if (b["text"].is_object()) check(b["text"], b["type"].text() == "header" ? 150 : 3000);
      EXPECT_LE(b["fields"].size(), 10u);
      for (json::Value f = b["fields"].first_child(); !f.is_missing(); f = f.next_sibling()) check(f, 2000);
      for (json::Value f = b["elements"].first_child(); !f.is_missing(); f = f.next_sibling()) check(f, 3000);
    }
    EXPECT_LT(total, 12'000u);
  }
}

TEST(SlackMessage, WhatAPhoneShowsOfAPostIsWhatMattersMost) {
  const ports::Message message =
      sample_message({sample_claim(AlertKind::session_digest, "1"), sample_claim(AlertKind::session_new_address, "2"),
                      sample_claim(AlertKind::session_escalated, "1")});
  EXPECT_TRUE(thread_message(message, look()).text.starts_with("Escalated: ")) << thread_message(message, look()).text;
}

// Whoever is called in place of another learns that the other one is broken; an edit shows the session alone.
TEST(SlackMessage, WhoIsToldInsteadHearsOfWhomOnceInWhatIsPosted) {
  ports::Message message = sample_message({sample_claim(AlertKind::session_escalated, "1")});
  message.facts[0].notification.rerouted_from = "*pager*";
  const std::string note = "told here because *pager* did not take it";
  EXPECT_NE(session_message(message, look()).blocks.find(note), std::string::npos);
  EXPECT_NE(thread_message(message, look()).blocks.find(note), std::string::npos);
  message.is_first = false;
  EXPECT_EQ(session_message(message, look()).blocks.find(note), std::string::npos);
  const std::uint64_t shown = session_shown(message, look());
  message.facts[0].notification.rerouted_from.clear();
  EXPECT_EQ(session_shown(message, look()), shown);
}

TEST(SlackMessage, ButtonsStandBelowASessionUntilAnIndependentPersonHasAnswered) {
  SlackLook with = look();
  ports::Message message = sample_message({sample_claim(AlertKind::session_opened)});
  EXPECT_EQ(session_message(message, with).blocks.find("\"actions\""), std::string::npos);
  with.buttons = true;
  const auto ids = [&] {
    std::vector<std::string> out;
    json::Doc doc;
    const std::string blocks = session_message(message, with).blocks;
    EXPECT_TRUE(doc.parse(blocks));
    for (json::Value b = doc.root().first_child(); !b.is_missing(); b = b.next_sibling()) {
      if (b["type"].text() != "actions") continue;
      EXPECT_EQ(b["block_id"].text(), "gw_actions:" + kSessionId);
      for (json::Value e = b["elements"].first_child(); !e.is_missing(); e = e.next_sibling()) {
        EXPECT_EQ(e["value"].text(), kSessionId);
        out.emplace_back(e["action_id"].text());
      }
    }
    return out;
  };
  using Ids = std::vector<std::string>;
  const Ids all{"gw_acknowledge", "gw_handling", "gw_false_alarm", "gw_reason"};
  EXPECT_EQ(ids(), all);
  const std::uint64_t before = session_shown(message, with);
  message.facts[0].session->acknowledged = model::Acknowledgement{kStart, "slack:U9", "slack", "", false};
  EXPECT_EQ(ids(), all);
  message.facts[0].session->acknowledged = model::Acknowledgement{kStart, "bob", "slack", "", true};
  EXPECT_EQ(ids(), Ids{"gw_reason"});
  EXPECT_NE(session_shown(message, with), before);
}

}  // namespace
}  // namespace gw::receivers

// The receivers of this project against the suite, and what is particular to each.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json/doc.h"
#include "base/sha256.h"
#include "edge/receivers/net_post.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/webhook.h"
#include "tests/conformance/receiver_suite.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::SendResult;
using ports::SendVerdict;
using receivers::sample_claim;
using receivers::sample_message;
using std::chrono::milliseconds;

constexpr milliseconds kPlenty{20'000};
const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

receivers::HttpPost loopback_post() {
  net::ClientOptions options;
  options.allow_private = true;
  return receivers::make_http_post(options);
}

receivers::SecretText always(std::string text) {
  return [text = std::move(text)]() -> Result<std::string> { return text; };
}

std::shared_ptr<ports::Receiver> make(receivers::Config config) {
  config.name = "oncall";
  auto made = receivers::make_receiver(std::move(config), loopback_post());
  if (!made) std::abort();
  return *made;
}

receivers::Config app_config(const StandIn& stand_in) {
  receivers::Config config;
  config.type = "slack";
  config.token = always("xoxb-secret-token");
  config.channel = "C0123";
  config.api_url = stand_in.url() + "/api/";
  config.mention = "subteam:S0123";
  return config;
}

StandIn::Script always_ok() {
  return [](const StandInRequest&) { return reply(200, "ok"); };
}

Subject slack_app() {
  return {"slack_app", [](const StandIn& s) { return make(app_config(s)); }, slack_that_works, {"xoxb-secret-token"}};
}
Subject slack_webhook() {
  return {"slack_webhook",
          [](const StandIn& s) {
            receivers::Config config;
            config.type = "slack";
            config.webhook_url = always(s.url() + "/services/T0/B0/secretpath");
            return make(config);
          },
          always_ok,
          {"secretpath"}};
}
Subject webhook() {
  return {"webhook",
          [](const StandIn& s) {
            receivers::Config config;
            config.type = "webhook";
            config.url = always(s.url() + "/hook?key=secretquery");
            config.secret = always(kSecret);
            return make(config);
          },
          always_ok,
          {"secretquery", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}};
}

INSTANTIATE_TEST_SUITE_P(Receivers, ReceiverSuite, ::testing::Values(slack_app(), slack_webhook(), webhook()), name_of);

struct SlackAppTest : ::testing::Test {
  StandIn slack{slack_that_works()};
  std::shared_ptr<ports::Receiver> receiver = make(app_config(slack));
  ports::Claim told(AlertKind kind, const SendResult& before, std::string fact = {}) {
    ports::Claim claim = sample_claim(kind, std::move(fact));
    claim.thread = before.thread;
    return claim;
  }
  SendResult open() { return receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty); }
  std::vector<std::string> paths() {
    std::vector<std::string> out;
    for (const StandInRequest& r : slack.requests()) out.push_back(r.path);
    return out;
  }
};
using Paths = std::vector<std::string>;

TEST_F(SlackAppTest, OneMessageASessionIsEditedAndHasAThread) {
  const SendResult first = open();
  ports::Claim next = told(AlertKind::session_digest, first, "1");
  next.session->calls = 50;
  const SendResult second = receiver->send(sample_message({next}), kPlenty);
  EXPECT_EQ(paths(), (Paths{"/api/chat.postMessage", "/api/chat.update", "/api/chat.postMessage"}));
  const auto requests = slack.requests();
  EXPECT_EQ(requests[0].headers.at("authorization"), "Bearer xoxb-secret-token");
  EXPECT_EQ(requests[0].headers.at("content-type"), "application/json; charset=utf-8");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(requests[0].body));
  EXPECT_EQ(doc.root()["channel"].text(), "C0123");
  EXPECT_EQ(doc.root()["unfurl_links"].boolean(), false);
  EXPECT_EQ(doc.root()["unfurl_media"].boolean(), false);
  EXPECT_NE(requests[0].body.find("<!subteam^S0123>"), std::string::npos);
  ASSERT_TRUE(doc.parse(requests[1].body));
  EXPECT_EQ(doc.root()["ts"].text(), first.thread->ts);
  EXPECT_EQ(requests[1].body.find("subteam"), std::string::npos);  // mentioned once
  ASSERT_TRUE(doc.parse(requests[2].body));
  EXPECT_EQ(doc.root()["thread_ts"].text(), first.thread->ts);
  EXPECT_EQ(requests[2].body.find("subteam"), std::string::npos);
  EXPECT_EQ(second.thread->ts, first.thread->ts);
  EXPECT_NE(second.thread->shown, first.thread->shown);
}

TEST_F(SlackAppTest, AnEditThatWouldChangeNothingIsSpared) {
  const SendResult first = open();
  receiver->send(sample_message({told(AlertKind::session_high_risk, first, "iam:CreateUser")}), kPlenty);
  EXPECT_EQ(paths(), (Paths{"/api/chat.postMessage", "/api/chat.postMessage"}));
}

TEST_F(SlackAppTest, AnAcknowledgementOnlyEdits) {
  const SendResult first = open();
  ports::Claim ack = told(AlertKind::session_acknowledged, first);
  ack.session->acknowledged = model::Acknowledgement{receivers::kStart, "carol", "api", "", true};
  const SendResult second = receiver->send(sample_message({ack}), kPlenty);
  EXPECT_EQ(second.verdict, SendVerdict::accepted);
  EXPECT_EQ(paths(), (Paths{"/api/chat.postMessage", "/api/chat.update"}));
  EXPECT_EQ(second.thread->posted_at, first.thread->posted_at);
}

TEST_F(SlackAppTest, AMessageThatSomebodyDeletedIsPostedAgain) {
  const SendResult first = open();
  slack.answer([inner = slack_that_works()](const StandInRequest& r) {
    return r.path == "/api/chat.update" ? reply(200, R"({"ok":false,"error":"message_not_found"})") : inner(r);
  });
  ports::Claim next = told(AlertKind::session_digest, first, "1");
  next.session->calls = 50;
  const SendResult second = receiver->send(sample_message({next}), kPlenty);
  EXPECT_EQ(second.verdict, SendVerdict::accepted);
  EXPECT_EQ(paths(), (Paths{"/api/chat.postMessage", "/api/chat.update", "/api/chat.postMessage"}));
  EXPECT_EQ(slack.requests()[2].body.find("thread_ts"), std::string::npos);
}

TEST_F(SlackAppTest, MergedSessionsPointAtEachOther) {
  const SendResult first = open();
  ports::Claim merged = told(AlertKind::session_merged, first, "0198-other");
  merged.alert.data = R"({"merged":"0198-other"})";
  merged.alias_threads = {{"oncall", "0198-other", "C0123", "99.1", receivers::kStart, 5},
                          {"oncall", "0198-older", "C0123", "98.1", receivers::kStart, 5}};
  receiver->send(sample_message({merged}), kPlenty);
  EXPECT_EQ(paths(), (Paths{"/api/chat.postMessage", "/api/chat.postMessage", "/api/chat.update"}));
  const auto requests = slack.requests();
  EXPECT_NE(requests[1].body.find("0198-other"), std::string::npos);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(requests[2].body));
  EXPECT_EQ(doc.root()["ts"].text(), "99.1");
  EXPECT_NE(requests[2].body.find(receivers::kSessionId), std::string::npos);
}

TEST_F(SlackAppTest, OkFalseOnHttp200IsAFailure) {
  const auto verdict = [&](const std::string& error) {
    slack.answer([error](const StandInRequest&) {
      return reply(200, R"({"ok":false,"error":")" + error + "\"}", {{"Retry-After", "7"}});
    });
    return open();
  };
  for (const char* error : {"ratelimited", "internal_error", "fatal_error", "request_timeout", "service_unavailable",
                            "team_added_to_org", "org_login_required", "external_channel_migrating"}) {
    const SendResult result = verdict(error);
    EXPECT_EQ(result.verdict, SendVerdict::retry) << error;
    EXPECT_EQ(result.retry_after, std::chrono::seconds(7)) << error;
    EXPECT_EQ(result.reason, std::string("chat.postMessage: ok:false ") + error);
  }
  for (const char* error :
       {"invalid_auth", "token_revoked", "account_inactive", "missing_scope", "not_in_channel", "channel_not_found",
        "is_archived", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "no_text", "something_new"})
    EXPECT_EQ(verdict(error).verdict, SendVerdict::refused) << error;
  EXPECT_EQ(verdict("<!channel> xoxb").reason, "chat.postMessage: ok:false an unknown error");
  slack.answer([](const StandInRequest&) { return reply(200, "<html>sign in</html>"); });
  EXPECT_EQ(open().verdict, SendVerdict::retry);
}

TEST_F(SlackAppTest, WhenTheEditHasToWaitNothingIsPosted) {
  const SendResult first = open();
  slack.forget();
  slack.answer([](const StandInRequest&) { return reply(429, "", {{"Retry-After", "3"}}); });
  ports::Claim next = told(AlertKind::session_digest, first, "1");
  next.session->calls = 50;
  const SendResult result = receiver->send(sample_message({next}), kPlenty);
  EXPECT_EQ(result.verdict, SendVerdict::retry);
  EXPECT_EQ(result.retry_after, std::chrono::seconds(3));
  EXPECT_EQ(paths(), Paths{"/api/chat.update"});
}

TEST(SlackWebhookTest, LaterPostsSayWhoAndHowToAcknowledge) {
  StandIn slack(always_ok());
  const auto receiver = slack_webhook().make(slack);
  EXPECT_TRUE(receiver->traits().digests_only);
  ports::Claim digest = sample_claim(AlertKind::session_digest, "1");
  digest.thread = model::Thread{"oncall", receivers::kSessionId, "", "", receivers::kStart, 0};
  receiver->send(sample_message({digest}), kPlenty);
  const std::string body = slack.requests().at(0).body;
  EXPECT_NE(body.find("glasswatch ack " + receivers::kSessionId), std::string::npos);
  EXPECT_NE(body.find("alice@example.com → prod-payments"), std::string::npos);
  EXPECT_EQ(body.find("\"channel\""), std::string::npos);
}

TEST(SlackWebhookTest, AWebPageIsNoAnswerOfSlacks) {
  StandIn slack([](const StandInRequest&) { return reply(200, "<!doctype html>Please sign in"); });
  const SendResult result =
      slack_webhook().make(slack)->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty);
  EXPECT_EQ(result.verdict, SendVerdict::retry);
  EXPECT_EQ(result.reason, "HTTP 200: a web page, which is not the service's answer");
  slack.answer([](const StandInRequest&) { return reply(200, "ok", {{"Content-Type", "text/html"}}); });
  EXPECT_EQ(
      slack_webhook().make(slack)->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty).verdict,
      SendVerdict::accepted);
}

// Who has said 2xx has it, and would have it again and again; who has said no has said it.
TEST(WebhookTest, AStatusIsAnAnswerWhateverBecomesOfTheRest) {
  StandIn hook([](const StandInRequest&) { return stall(200); });
  const auto receiver = webhook().make(hook);
  const auto verdict = [&] {
    return receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), std::chrono::milliseconds(500))
        .verdict;
  };
  EXPECT_EQ(verdict(), SendVerdict::accepted);
  hook.answer([](const StandInRequest&) { return stall(404); });
  EXPECT_EQ(verdict(), SendVerdict::refused);
  hook.answer([](const StandInRequest&) { return stall(100); });
  EXPECT_EQ(verdict(), SendVerdict::retry);
}

// A receiver that drops what it has seen must not take the second of these for the first.
TEST(WebhookTest, AMessageWithMoreInItHasAnotherId) {
  StandIn hook(always_ok());
  const auto receiver = webhook().make(hook);
  const ports::Claim one = receivers::sample_change(AlertKind::storm);
  ports::Claim two = one;
  two.notification.id = "0198633e-cccc-7cde-8f01-23456789abcd";
  for (const auto& facts : {std::vector{one}, std::vector{one, two}, std::vector{one, two}})
    receiver->send(sample_message(facts), kPlenty);
  std::vector<std::string> ids;
  for (const StandInRequest& r : hook.requests()) ids.push_back(r.headers.at("webhook-id"));
  EXPECT_EQ(ids.at(0), one.notification.id);
  EXPECT_NE(ids.at(1), ids.at(0));
  EXPECT_EQ(ids.at(2), ids.at(1));
}

TEST(WebhookTest, IsSignedAsStandardWebhooksAndKeepsItsIdOverRetries) {
  StandIn hook(always_ok());
  const auto receiver = webhook().make(hook);
  ports::Message message = sample_message({sample_claim(AlertKind::session_opened)});
  receiver->send(message, kPlenty);
  message.now = receivers::plus_seconds(message.now, 300);
  receiver->send(message, kPlenty);
  const auto requests = hook.requests();
  ASSERT_EQ(requests.size(), 2u);
  for (const StandInRequest& r : requests) {
    const std::string id = r.headers.at("webhook-id");
    EXPECT_EQ(id, message.facts[0].notification.id);
    const std::string signed_text = id + "." + r.headers.at("webhook-timestamp") + "." + r.body;
    const std::string key = *decode_base64(std::string_view(kSecret).substr(6));
    EXPECT_EQ(r.headers.at("webhook-signature"), "v1," + encode_base64(hmac_sha256(key, signed_text)));
  }
  EXPECT_NE(requests[0].headers.at("webhook-timestamp"), requests[1].headers.at("webhook-timestamp"));
  json::Doc doc;
  ASSERT_TRUE(doc.parse(requests[0].body));
  EXPECT_EQ(doc.root()["type"].text(), "session.opened");
  EXPECT_EQ(doc.root()["data"]["session_id"].text(), receivers::kSessionId);
  EXPECT_EQ(doc.root()["data"]["session"]["schema"].text(), "glasswatch.session.v1");
  EXPECT_EQ(doc.root()["data"]["alert"]["reason"].text(), "watch prod matched");
}

// The vector of the Standard Webhooks libraries.
TEST(WebhookTest, SignsAsTheSpecificationsExample) {
  EXPECT_EQ(
      *receivers::webhook_signature(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  for (const char* bad : {"", "secret", "whsec_", "whsec_!!"})
    EXPECT_FALSE(receivers::webhook_signature(bad, "", "", "").has_value()) << bad;
}

TEST(WebhookTest, ReadsItsSecretsAtEverySend) {
  StandIn hook(always_ok());
  receivers::Config config;
  config.type = "webhook";
  auto url = std::make_shared<std::string>(hook.url() + "/one");
  bool readable = true;
  config.url = [url, &readable]() -> Result<std::string> {
    if (!readable) return Error{Errc::unavailable, "file is gone"};
    return *url;
  };
  const auto receiver = make(config);
  const ports::Message message = sample_message({sample_claim(AlertKind::session_opened)});
  receiver->send(message, kPlenty);
  *url = hook.url() + "/two";
  receiver->send(message, kPlenty);
  readable = false;
  EXPECT_EQ(receiver->send(message, kPlenty).verdict, SendVerdict::retry);
  const auto requests = hook.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].path, "/two");
  EXPECT_FALSE(requests[0].headers.contains("webhook-signature"));
}

TEST(MakeReceiver, SaysWhatIsMissing) {
  const auto why = [](receivers::Config config) {
    config.name = "x";
    const auto made = receivers::make_receiver(std::move(config), loopback_post());
    return made ? std::string() : made.error().message;
  };
  receivers::Config c;
  c.type = "pigeon";
  EXPECT_EQ(why(c), "receiver x: type pigeon is not known");
  c.type = "slack";
  EXPECT_EQ(why(c), "receiver x: token or webhook_url is missing");
  c.token = always("t");
  EXPECT_EQ(why(c), "receiver x: channel is missing");
  c.channel = "C1";
  EXPECT_EQ(why(c), "");
  c.mention = "@oncall";
  EXPECT_EQ(why(c), "receiver x: mention is subteam:S…, user:U…, here or channel");
  c.mention.clear();
  c.webhook_url = always("u");
  EXPECT_EQ(why(c), "receiver x: token or webhook_url, not both");
  c.type = "webhook";
  EXPECT_EQ(why(c), "receiver x: url is missing");
  c.type = "file";
  EXPECT_EQ(why(c), "receiver x: path is missing");
}

}  // namespace
}  // namespace gw::test

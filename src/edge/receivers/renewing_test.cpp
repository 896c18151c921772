#include "edge/receivers/renewing.h"

#include <gtest/gtest.h>

#include "edge/receivers/receivers.h"
#include "edge/receivers/samples.h"

namespace gw::receivers {
namespace {

using ports::SendVerdict;
using std::chrono::milliseconds;

// What is kept, what the receiver uses, and a post that answers by the secret it gets.
struct World {
  std::string kept = "old";
  std::string used = "old";
  int rereads = 0;
  int posts = 0;
  std::optional<Error> failure;
  Reply refusal;

  std::shared_ptr<ports::Receiver> make(const std::string& type) {
    Config config;
    config.name = "r";
    config.type = type;
    const SecretText text = [this] { return Result<std::string>("https://hooks.example.com/" + used); };
    if (type == "webhook") config.url = text;
    if (type == "slack") config.token = text;
    if (type == "slack") config.channel = "C0123";
    if (type == "slack-webhook") config.webhook_url = text;
    if (type == "slack-webhook") config.type = "slack";
    config.reread = [this]() -> Result<bool> {
      ++rereads;
      if (failure) return *failure;
      const bool changed = kept != used;
      used = kept;
      return changed;
    };
    return make_receiver(std::move(config),
                         [this](const std::string& url, const Headers& headers, const auto&, auto) {
                           ++posts;
                           std::string seen = url;
                           for (const auto& [name, value] : headers) seen += value;
                           if (seen.find("new") == std::string::npos) return Result<Reply>(refusal);
                           return Result<Reply>(Reply{200, {}, R"({"ok":true,"ts":"1.2","channel":"C0123"})"});
                         })
        .value();
  }
};

struct Refusal {
  const char* type;
  int status;
  const char* body;
  bool about_secret;
};
const Refusal kRefusals[] = {
    {"slack", 200, R"({"ok":false,"error":"invalid_auth"})", true},
    {"slack", 200, R"({"ok":false,"error":"token_revoked"})", true},
    {"slack", 200, R"({"ok":false,"error":"token_expired"})", true},
    {"slack", 200, R"({"ok":false,"error":"not_authed"})", true},
    {"slack", 200, R"({"ok":false,"error":"account_inactive"})", true},
    {"slack", 200, R"({"ok":false,"error":"channel_not_found"})", false},
    {"slack", 200, R"({"ok":false,"error":"ratelimited"})", false},
    {"slack-webhook", 403, "invalid_token", true},
    {"slack-webhook", 404, "no_service", true},
    {"slack-webhook", 400, "invalid_payload", false},
    {"slack-webhook", 500, "", false},
    {"webhook", 401, "", true},
    {"webhook", 403, "", true},
    {"webhook", 404, "", true},
    {"webhook", 400, "", false},
    {"webhook", 429, "", false},
};

TEST(Renewing, SendsOnceMoreWhenTheSecretHasChangedAndOnlyThen) {
  for (const Refusal& refusal : kRefusals) {
    SCOPED_TRACE(std::string(refusal.type) + " " + std::to_string(refusal.status) + " " + refusal.body);
    World world;
    world.refusal = {refusal.status, {}, refusal.body};
    const auto receiver = world.make(refusal.type);
    const ports::Message message = sample_message({sample_claim(model::AlertKind::session_opened)});

    const auto same = receiver->send(message, milliseconds(1000));
    EXPECT_NE(same.verdict, SendVerdict::accepted);
    EXPECT_EQ(world.rereads, refusal.about_secret ? 1 : 0);
    EXPECT_EQ(world.posts, 1);

    world.kept = "new";
    const auto changed = receiver->send(message, milliseconds(1000));
    EXPECT_EQ(changed.verdict == SendVerdict::accepted, refusal.about_secret);
    EXPECT_EQ(world.posts, refusal.about_secret ? 3 : 2);
  }
}

TEST(Renewing, RefusesForGoodOnlyWhenTheSecretCouldBeReadAgain) {
  World world;
  world.refusal = {401, {}, ""};
  const auto receiver = world.make("webhook");
  world.failure = Error{Errc::throttled, "the secret ssm:/a: slow down"};
  auto result = receiver->send(sample_message({sample_claim(model::AlertKind::session_opened)}), milliseconds(1000));
  EXPECT_EQ(result.verdict, SendVerdict::retry);
  EXPECT_NE(result.reason.find("ssm:/a"), std::string::npos) << result.reason;
  world.failure = Error{Errc::denied, "the secret ssm:/a: AccessDenied"};
  EXPECT_EQ(
      receiver->send(sample_message({sample_claim(model::AlertKind::session_opened)}), milliseconds(1000)).verdict,
      SendVerdict::refused);
}

TEST(Renewing, ChecksWithTheNewSecretToo) {
  World world;
  world.kept = "new";
  world.refusal = {200, {}, R"({"ok":false,"error":"invalid_auth"})"};
  EXPECT_EQ(world.make("slack")->check(milliseconds(1000)).verdict, SendVerdict::accepted);
}

}  // namespace
}  // namespace gw::receivers

#include "edge/receivers/receivers.h"

#include "edge/receivers/lines.h"
#include "edge/receivers/pagerduty.h"
#include "edge/receivers/renewing.h"
#include "edge/receivers/slack.h"
#include "edge/receivers/teams.h"
#include "edge/receivers/webhook.h"

namespace gw::receivers {
namespace {

using Made = Result<std::shared_ptr<ports::Receiver>>;

Error missing(const Config& config, std::string_view what) {
  return {Errc::invalid_input, "receiver " + config.name + ": " + std::string(what)};
}

Made made(std::shared_ptr<ports::Receiver> receiver) { return receiver; }

Made make_slack(Config config, HttpPost post) {
  if (!config.mention.empty() && mention_markup(config.mention).empty())
    return missing(config, "mention is subteam:S…, user:U…, here or channel");
  if (config.webhook_url) {
    if (config.token) return missing(config, "token or webhook_url, not both");
    return made(std::make_shared<SlackWebhook>(std::move(config), std::move(post)));
  }
  if (!config.token) return missing(config, "token or webhook_url is missing");
  if (config.channel.empty()) return missing(config, "channel is missing");
  return made(std::make_shared<SlackApp>(std::move(config), std::move(post)));
}

Made make_one(Config config, HttpPost post) {
  const bool needs_post =
      config.type == "slack" || config.type == "webhook" || config.type == "pagerduty" || config.type == "teams";
  if (needs_post && !post) return missing(config, "nothing to post with");
  if (config.type == "slack") return make_slack(std::move(config), std::move(post));
  if (config.type == "pagerduty") {
    if (!config.routing_key) return missing(config, "routing_key is missing");
    return made(std::make_shared<PagerDuty>(std::move(config), std::move(post)));
  }
  if (config.type == "teams") {
    if (!config.webhook_url) return missing(config, "webhook_url is missing");
    return made(std::make_shared<Teams>(std::move(config), std::move(post)));
  }
  if (config.type == "webhook") {
    if (!config.url) return missing(config, "url is missing");
    return made(std::make_shared<Webhook>(std::move(config), std::move(post)));
  }
  if (config.type == "stdout") return made(std::make_shared<DescriptorLines>(config.descriptor));
  if (config.type == "file") {
    if (config.path.empty()) return missing(config, "path is missing");
    return made(std::make_shared<FileLines>(std::move(config.path)));
  }
  return missing(config, "type " + config.type + " is not known");
}

}  // namespace

Made make_receiver(Config config, HttpPost post) {
  auto reread = config.reread;
  Made receiver = make_one(std::move(config), std::move(post));
  if (!receiver || !reread) return receiver;
  return made(std::make_shared<Renewing>(std::move(*receiver), std::move(reread)));
}

}  // namespace gw::receivers

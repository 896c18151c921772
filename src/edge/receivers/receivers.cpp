#include "edge/receivers/receivers.h"

#include "edge/receivers/email.h"
#include "edge/receivers/lines.h"
#include "edge/receivers/ocsf_bucket.h"
#include "edge/receivers/pagerduty.h"
#include "edge/receivers/renewing.h"
#include "edge/receivers/slack.h"
#include "edge/receivers/sns.h"
#include "edge/receivers/syslog.h"
#include "edge/receivers/teams.h"
#include "edge/receivers/webhook.h"

namespace gw::receivers {
namespace {

using Made = Result<std::shared_ptr<ports::Receiver>>;

Error missing(const Config& config, std::string_view what) {
  return {Errc::invalid_input, "receiver " + config.name + ": " + std::string(what)};
}

Made made(std::shared_ptr<ports::Receiver> receiver) { return receiver; }

Made make_email(Config config) {
  if (config.smtp.host.empty()) return missing(config, "smtp.host is missing");
  if (!net::is_mail_address(config.from)) return missing(config, "from is no address");
  if (config.to.empty() || config.to.size() > 50) return missing(config, "to takes 1 to 50 addresses");
  for (const std::string& address : config.to) {
    if (!net::is_mail_address(address)) return missing(config, "to: an address is none");
  }
  if (config.smtp.username.empty() != !config.smtp_password)
    return missing(config, "smtp takes both username and password, or neither");
  if (!config.smtp.username.empty() && config.smtp.security == net::SmtpSecurity::none)
    return missing(config, "smtp: no login without TLS");
  return made(std::make_shared<Email>(std::move(config)));
}

Made make_syslog(Config config) {
  auto server = parse_syslog_address(config.address);
  if (!server) return missing(config, server.error().message);
  if (!server->tls && !config.stream.allow_private) return missing(config, "address: tcp:// needs allow_private");
  if (config.stream.certificate.empty() && !config.stream.key.empty())
    return missing(config, "tls.key without tls.certificate");
  const std::optional<int> facility = syslog_facility(config.facility);
  if (!facility) return missing(config, "facility is not known");
  if (config.max_bytes < kSyslogLeast || config.max_bytes > 65'536)
    return missing(config, "max_bytes is 2048 to 65536");
  net::StreamServer stream = config.stream;
  stream.host = server->host;
  stream.port = server->port;
  stream.tls = server->tls;
  return made(std::make_shared<Syslog>(std::move(config), std::move(stream), *facility));
}

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
  if (config.type == "email") return make_email(std::move(config));
  if (config.type == "sns") {
    if (region_of_topic(config.topic_arn).empty()) return missing(config, "topic_arn is no ARN of a topic");
    if (!config.publish) return missing(config, "nothing to publish with");
    return made(std::make_shared<Sns>(std::move(config)));
  }
  if (config.type == "syslog") return make_syslog(std::move(config));
  if (config.type == "teams") {
    if (!config.webhook_url) return missing(config, "webhook_url is missing");
    return made(std::make_shared<Teams>(std::move(config), std::move(post)));
  }
  if (config.type == "webhook") {
    if (!config.url) return missing(config, "url is missing");
    return made(std::make_shared<Webhook>(std::move(config), std::move(post)));
  }
  if (config.type == "ocsf") {
    if (config.path.empty() == !config.url) return missing(config, "ocsf takes a path or a url");
    if (config.path.starts_with("s3://")) {
      if (const auto place = parse_bucket_place(config.path); !place) return missing(config, place.error().message);
      if (!config.put) return missing(config, "nothing to write objects with");
      return made(std::make_shared<OcsfBucket>(std::move(config)));
    }
    if (!config.url) return made(std::make_shared<FileLines>(std::move(config.path), fact_ocsf));
    if (!post) return missing(config, "nothing to post with");
    return made(std::make_shared<Webhook>(std::move(config), std::move(post), fact_ocsf, "application/json"));
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

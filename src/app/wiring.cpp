#include "app/wiring.h"

#include <algorithm>
#include <utility>

#include "app/aws_context.h"
#include "app/config_place.h"
#include "app/receiver_secrets.h"
#include "app/secrets.h"
#include "app/slack_doors.h"
#include "base/uuid.h"
#include "edge/aws/s3.h"
#include "edge/aws/sns.h"
#include "edge/receivers/net_post.h"
#include "edge/receivers/receivers.h"
#include "edge/receivers/sns.h"

namespace gw::app {
namespace {

// Tokens that AWS keeps are fetched again after this, so that a new one counts and an old one stops without a restart.
constexpr std::chrono::seconds kTokenAge{300};

std::vector<ReceiverConfig> receivers_or_stdout(const AppConfig& config) {
  if (!config.daemon.receivers.empty()) return config.daemon.receivers;
  ReceiverConfig standard_output;
  standard_output.name = "stdout";
  standard_output.type = "stdout";
  return {standard_output};
}

// `@here` and `@channel` as people write them. Another name behind an `@` calls nobody in Slack, which knows groups and users by
// id only; a configuration is not refused for it, but told (doubts.h).
std::string mention_of(const std::string& text) {
  if (!text.starts_with('@')) return text;
  const std::string name = text.substr(1);
  return name == "here" || name == "channel" ? name : std::string();
}

void set_mail(receivers::Config& config, const ReceiverConfig& r) {
  config.from = r.from;
  config.to = r.to;
  config.smtp.host = r.smtp_host;
  config.smtp.port = r.smtp_port;
  config.smtp.username = r.smtp_username;
  config.smtp.allow_private = r.allow_private;
  if (r.smtp_security == "tls") config.smtp.security = net::SmtpSecurity::tls;
  if (r.smtp_security == "none") config.smtp.security = net::SmtpSecurity::none;
}

void set_syslog(receivers::Config& config, const ReceiverConfig& r) {
  config.address = r.address;
  if (!r.facility.empty()) config.facility = r.facility;
  if (r.max_bytes != 0) config.max_bytes = r.max_bytes;
  config.stream.allow_private = r.allow_private;
  config.stream.ca_file = r.tls_ca;
  config.stream.certificate = r.tls_certificate;
  config.stream.key = r.tls_key;
}

receivers::SnsPublish sns_publish(const Io& io) {
  return [aws = aws_of(io), now = io.now](const receivers::Publication& p,
                                          std::chrono::milliseconds deadline) -> Result<std::string> {
    auto sns = aws->client(aws::Service::sns, receivers::region_of_topic(p.topic_arn));
    if (!sns) return std::move(sns).error();
    const Time give_up_at{now().micros + deadline.count() * 1000};
    return aws::publish(**sns, {p.topic_arn, p.message, p.subject, p.group_id, p.deduplication_id, give_up_at});
  };
}

receivers::ObjectPut object_put(const Io& io) {
  // The region of the bucket, once it has said that it is in another than ours.
  return [aws = aws_of(io), now = io.now, region = std::string()](
             const receivers::StoredObject& object, std::chrono::milliseconds deadline) mutable -> Status {
    const Time give_up_at{now().micros + deadline.count() * 1000};
    const auto put = [&](std::string* elsewhere) -> Status {
      auto s3 = aws->client(aws::Service::s3, region);
      if (!s3) return std::move(s3).error();
      aws::PutOptions options;
      options.content_type = object.content_type;
      options.give_up_at = give_up_at;
      options.bucket_region = elsewhere;
      const auto stored = aws::put_object(**s3, {object.bucket, object.key, {}, {}}, object.body, options);
      if (!stored) return stored.error();
      return ok();
    };
    std::string elsewhere;
    Status stored = put(&elsewhere);
    if (stored || elsewhere.empty() || elsewhere == region) return stored;
    region = elsewhere;
    return put(nullptr);
  };
}

Result<std::shared_ptr<ports::Receiver>> make_one(const ReceiverConfig& r, const Io& io) {
  receivers::Config config;
  config.name = r.name;
  config.type = r.type;
  config.channel = r.channel;
  config.buttons = takes_presses(r);
  config.mention = mention_of(r.mention);
  config.path = r.path;
  config.descriptor = io.out;
  if (!r.api_url.empty()) (r.type == "pagerduty" ? config.events_url : config.api_url) = r.api_url;
  set_mail(config, r);
  set_syslog(config, r);
  config.topic_arn = r.topic_arn;
  if (r.type == "sns") config.publish = sns_publish(io);
  if (r.type == "ocsf" && r.path.starts_with("s3://")) config.put = object_put(io);
  ReceiverSecrets secrets(io);
  for (const Status& taken :
       {secrets.take(r.token, config.token), secrets.take(r.webhook_url, config.webhook_url),
        secrets.take_url(r.url, config.url), secrets.take(r.secret, config.secret),
        secrets.take(r.routing_key, config.routing_key), secrets.take(r.smtp_password, config.smtp_password),
        secrets.take(r.type == "slack" ? r.app_token : std::string(), config.app_token)}) {
    if (!taken) return taken.error();
  }
  config.reread = secrets.reread();
  net::ClientOptions options;
  options.allow_private = r.allow_private;
  net::fill_from_environment(options);
  config.smtp.ca_file = options.ca_file;
  if (config.stream.ca_file.empty()) config.stream.ca_file = options.ca_file;
  return receivers::make_receiver(std::move(config), receivers::make_http_post(std::move(options)));
}

}  // namespace

notify::Routes make_routes(const AppConfig& config) {
  notify::Routes routes;
  for (const ReceiverConfig& r : receivers_or_stdout(config)) routes.receivers.push_back({r.name, r.type});
  routes.defaults = config.watch.default_receivers;
  routes.shadow = config.mode == "shadow";
  return routes;
}

Result<notify::Notifier::Receivers> make_receivers(const AppConfig& config, const Io& io) {
  notify::Notifier::Receivers out;
  for (const ReceiverConfig& r : receivers_or_stdout(config)) {
    auto made = make_one(r, io);
    if (!made) return std::move(made).error().in("receiver " + r.name);
    out.emplace(r.name, std::move(*made));
  }
  return out;
}

notify::Setup make_setup(const AppConfig& config) {
  notify::Setup setup;
  setup.routes = make_routes(config);
  setup.telling.local_zone = config.daemon.timezone;
  setup.telling.api_base = config.daemon.http.public_url;
  setup.telling.mode = config.mode;
  setup.telling.version = GW_VERSION;
  for (const watch::Watch& w : config.watch.watches) setup.watches[w.name] = {w.runbook, w.owner};
  return setup;
}

Result<pipeline::SettingsPtr> make_settings(const AppConfig& config, const Io& io,
                                            const std::shared_ptr<const watch::Directory>& directory) {
  watch::Config watch_config = config.watch;
  watch_config.directory = directory;
  auto watches = watch::WatchSet::compile(std::move(watch_config));
  if (!watches) return std::move(watches).error();
  pipeline::Settings settings{std::move(*watches), {}, config_hash(config), {}, {}, false};
  settings.rules.durations = config.daemon.session_durations;
  settings.rules.high_risk = config.daemon.high_risk;
  settings.people = config.watch.people;
  for (const EscalationConfig& step : config.daemon.escalation)
    settings.escalation.push_back({step.after_micros, step.to, step.least});
  settings.expected_accounts = {config.daemon.expected_accounts.begin(), config.daemon.expected_accounts.end()};
  if (directory != nullptr) {
    settings.rules.permission_sets = directory->permission_sets;
    if (settings.expected_accounts.empty()) settings.expected_accounts = directory->active_accounts();
  }
  std::map<std::string, notify::Storm> storms;
  for (const auto& [watch, storm] : config.daemon.storms) {
    storms[watch] = {static_cast<std::size_t>(storm.opened), storm.within_micros};
    settings.openings_micros = std::max(settings.openings_micros, storm.within_micros);
  }
  settings.route = [routes = make_routes(config), storms = std::move(storms), now = io.now](
                       std::vector<model::Alert>& alerts, const ports::Loaded& loaded,
                       std::vector<model::Notification>& notifications) {
    // Watches have storm caps of their own, so the alerts of each are routed by themselves.
    std::map<std::string, std::vector<model::Alert>> by_watch;
    for (model::Alert& alert : alerts) by_watch[alert.watch].push_back(std::move(alert));
    alerts.clear();
    for (auto& [watch, some] : by_watch) {
      const auto storm = storms.find(watch);
      notify::Made made =
          notify::make_notifications(some, routes, storm == storms.end() ? notify::Storm{} : storm->second,
                                     loaded.openings, now(), [](Time at) { return random_uuid7(at); });
      for (model::Alert& alert : some) alerts.push_back(std::move(alert));
      for (model::Alert& alert : made.alerts) alerts.push_back(std::move(alert));
      for (model::Notification& n : made.notifications) notifications.push_back(std::move(n));
    }
  };
  return std::make_shared<const pipeline::Settings>(std::move(settings));
}

Result<web::Config> make_web(const AppConfig& config, const Io& io) {
  web::Config out;
  out.open_metrics = config.daemon.http.metrics_open;
  for (const TokenConfig& t : config.daemon.http.tokens) {
    web::Token token;
    token.name = t.name;
    token.person = t.person;
    token.accounts = t.accounts;
    for (const web::Role role :
         {web::Role::viewer, web::Role::reviewer, web::Role::operator_, web::Role::admin, web::Role::ingest}) {
      if (web::to_string(role) == t.role) token.role = role;
    }
    auto secret = resolve_secret(t.token, io, kTokenAge);
    if (!secret) return std::move(secret).error().in("token " + t.name);
    token.hash = web::token_hash(secret->reveal());
    out.tokens.push_back(std::move(token));
  }
  auto doors = make_slack_doors(config, io);
  if (!doors) return std::move(doors).error();
  out.slack = std::move(*doors);
  return out;
}

std::optional<AppConfig> load_daemon_config(const std::string& file, const Io& io) {
  return load_daemon_config(file, io, [&](const std::string& problem) { complain(io, problem); });
}

std::optional<AppConfig> load_daemon_config(const std::string& file, const Io& io,
                                            const std::function<void(const std::string&)>& complain) {
  std::string path = file;
  if (path.empty()) path = default_config(io);
  Loaded loaded;
  if (!path.empty()) loaded = load_config(path, io);
  apply_environment(loaded, io.environment);
  check_whole(loaded);
  if (loaded.problems.empty()) return std::move(loaded.config);
  for (const Problem& problem : loaded.problems) complain(problem.to_string());
  return std::nullopt;
}

}  // namespace gw::app

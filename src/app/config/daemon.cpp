// The daemon's part of the file. It was validated: what does not fit is left at its default.
#include "app/config/daemon.h"

#include <charconv>

#include "app/config/nodes.h"
#include "app/config/read_daemon.h"
#include "base/time.h"

namespace gw::app {
namespace {

void take_text(const YAML::Node& parent, const char* key, std::string& value) {
  if (std::string text = text_of(parent, key); !text.empty()) value = std::move(text);
}

void take_duration(const YAML::Node& parent, const char* key, std::int64_t& micros) {
  if (const auto value = parse_duration_micros(text_of(parent, key))) micros = *value;
}

void read_http(const YAML::Node& node, HttpConfig& http) {
  if (!node || !node.IsMap()) return;
  take_text(node, "listen", http.listen);
  take_text(node, "public_url", http.public_url);
  http.metrics_open = text_of(node, "metrics") == "open";
  if (const YAML::Node tls = node["tls"]; tls && tls.IsMap()) {
    http.certificate = text_of(tls, "certificate");
    http.key = text_of(tls, "key");
  }
  each(node, "tokens", [&](const YAML::Node& token) {
    TokenConfig t{text_of(token, "name"), text_of(token, "role"), text_of(token, "person"), text_of(token, "token"),
                  texts_of(token, "accounts")};
    if (t.accounts == std::vector<std::string>{"*"}) t.accounts.clear();
    http.tokens.push_back(std::move(t));
  });
}

ReceiverConfig read_receiver(const YAML::Node& node) {
  ReceiverConfig r;
  r.name = text_of(node, "name");
  r.type = text_of(node, "type");
  r.token = text_of(node, "token");
  r.channel = text_of(node, "channel");
  r.webhook_url = text_of(node, "webhook_url");
  r.signing_secret = text_of(node, "signing_secret");
  r.app_token = text_of(node, "app_token");
  r.team = text_of(node, "team");
  r.app = text_of(node, "app");
  r.api_url = text_of(node, "api_url");
  r.mention = text_of(node, "mention");
  r.routing_key = text_of(node, "routing_key");
  r.url = text_of(node, "url");
  r.secret = text_of(node, "secret");
  r.path = text_of(node, "path");
  r.to = texts_of(node, "to");
  r.from = text_of(node, "from");
  if (const YAML::Node smtp = node["smtp"]; smtp && smtp.IsMap()) {
    r.smtp_host = text_of(smtp, "host");
    const std::string port = text_of(smtp, "port");
    std::from_chars(port.data(), port.data() + port.size(), r.smtp_port);
    r.smtp_security = text_of(smtp, "security");
    r.smtp_username = text_of(smtp, "username");
    r.smtp_password = text_of(smtp, "password");
  }
  r.topic_arn = text_of(node, "topic_arn");
  r.address = text_of(node, "address");
  r.facility = text_of(node, "facility");
  const std::string most = text_of(node, "max_bytes");
  std::from_chars(most.data(), most.data() + most.size(), r.max_bytes);
  if (const YAML::Node tls = node["tls"]; tls && tls.IsMap()) {
    r.tls_ca = text_of(tls, "ca");
    r.tls_certificate = text_of(tls, "certificate");
    r.tls_key = text_of(tls, "key");
  }
  r.allow_private = text_of(node, "allow_private") == "true";
  return r;
}

DirectoryPlace read_place(const YAML::Node& node, const char* id) {
  if (!node || !node.IsMap()) return {};
  return {true, text_of(node, "role_arn"), text_of(node, id), text_of(node, "region")};
}

void read_directory(const YAML::Node& node, DirectoryConfig& d) {
  if (!node || !node.IsMap()) return;
  d.organizations = read_place(node["organizations"], "id");
  d.identity_store = read_place(node["identity_store"], "id");
  d.sso_admin = read_place(node["sso_admin"], "instance_arn");
  take_text(node, "cache", d.cache);
  take_duration(node, "every", d.every_micros);
}

}  // namespace

void read_daemon(const YAML::Node& root, DaemonConfig& d) {
  take_text(root, "store", d.store);
  take_text(root, "timezone", d.timezone);
  read_http(root["http"], d.http);
  each(root, "sources", [&](const YAML::Node& node) {
    d.sources.push_back({text_of(node, "type"), text_of(node, "path"), text_of(node, "queue_url"),
                         texts_of(node, "buckets"), text_of(node, "bucket_owner"), text_of(node, "role_arn"),
                         text_of(node, "region")});
  });
  read_directory(root["directory"], d.directory);
  each(root, "receivers", [&](const YAML::Node& node) { d.receivers.push_back(read_receiver(node)); });
  if (const YAML::Node durations = root["session_durations"]; durations && durations.IsMap()) {
    for (const auto& member : durations) {
      if (!member.first.IsScalar() || !member.second.IsScalar()) continue;
      if (const auto micros = parse_duration_micros(member.second.Scalar()))
        d.session_durations.emplace_back(member.first.Scalar(), *micros);
    }
  }
  d.high_risk = texts_of(root, "high_risk");
  each(root, "watches", [&](const YAML::Node& node) {
    const YAML::Node storm = node["storm"];
    if (!storm || !storm.IsMap()) return;
    StormConfig config;
    const std::string opened = text_of(storm, "opened");
    (void)std::from_chars(opened.data(), opened.data() + opened.size(), config.opened);
    take_duration(storm, "within", config.within_micros);
    d.storms.emplace_back(text_of(node, "name"), config);
  });
  d.expected_accounts = texts_of(root, "expected_accounts");  // none when it is `auto`
  if (const YAML::Node heartbeat = root["heartbeat"]; heartbeat && heartbeat.IsMap()) {
    d.heartbeat.url = text_of(heartbeat, "url");
    take_duration(heartbeat, "every", d.heartbeat.every_micros);
    d.heartbeat.allow_private = text_of(heartbeat, "allow_private") == "true";
  }
  each(root, "escalation", [&](const YAML::Node& node) {
    EscalationConfig step;
    take_duration(node, "after", step.after_micros);
    step.to = texts_of(node, "to");
    step.least = model::parse_severity(text_of(node, "severity")).value_or(model::Severity::info);
    d.escalation.push_back(std::move(step));
  });
  if (const YAML::Node handover = root["handover"]; handover && handover.IsMap()) {
    const std::string at = text_of(handover, "at");
    int hour = 0;
    int minute = 0;
    if (at.size() == 5) {
      (void)std::from_chars(at.data(), at.data() + 2, hour);
      (void)std::from_chars(at.data() + 3, at.data() + 5, minute);
    }
    d.handover = {hour * 60 + minute, text_of(handover, "timezone"), texts_of(handover, "to")};
  }
  if (const YAML::Node retention = root["retention"]; retention && retention.IsMap()) {
    take_duration(retention, "sessions", d.keep_sessions_micros);
    take_duration(retention, "activity", d.keep_activity_micros);
  }
}

}  // namespace gw::app

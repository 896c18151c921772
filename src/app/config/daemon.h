// What `serve` is configured with beside the watches. Plain data; secrets are references (`env:…`, `file:…`), not secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/model/severity.h"

namespace gw::app {

struct TokenConfig {
  std::string name;
  std::string role;                   // viewer, operator, reviewer, ingest, admin
  std::string person;                 // empty: a shared token
  std::string token;                  // reference
  std::vector<std::string> accounts;  // globs; empty: any
};

struct HttpConfig {
  std::string listen = "127.0.0.1:8080";
  bool metrics_open = false;
  std::string certificate;  // empty: no TLS
  std::string key;
  std::string public_url;  // of this server, for links in messages; empty: no links
  std::vector<TokenConfig> tokens;
};

struct SourceConfig {
  std::string type;  // directory, s3_sqs, stdin
  std::string path;
  std::string queue_url;
  std::vector<std::string> buckets;  // that may be fetched; empty: any
  std::string bucket_owner;          // account that must own them; empty: any
  std::string role_arn;              // read objects as this role; empty: as ourselves
  std::string region;                // of the queue; empty: by its URL, else the usual one
};

struct ReceiverConfig {
  std::string name;
  std::string type;
  std::string token;  // reference
  std::string channel;
  std::string webhook_url;     // reference
  std::string signing_secret;  // reference
  std::string app_token;       // reference; of Slack, for Socket Mode
  std::string team;            // of Slack, whose presses are taken; empty: any that is signed
  std::string app;
  std::string api_url;  // of Slack; empty: its own
  std::string mention;
  std::string routing_key;  // reference
  std::string url;          // address or reference
  std::string secret;       // reference
  std::string path;
  std::vector<std::string> to;  // email, as all that follows
  std::string from;
  std::string smtp_host;
  int smtp_port = 0;
  std::string smtp_security;
  std::string smtp_username;
  std::string smtp_password;  // reference
  std::string topic_arn;
  std::string address;  // syslog, as all that follows
  std::string facility;
  std::uint64_t max_bytes = 0;  // 0: the default
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  bool allow_private = false;
};

struct StormConfig {
  std::uint64_t opened = 30;
  std::int64_t within_micros = std::int64_t{10} * 60 * 1'000'000;
};

struct HeartbeatConfig {
  std::string url;  // address or reference; empty: none
  std::int64_t every_micros = std::int64_t{60} * 1'000'000;
  bool allow_private = false;
};

struct HandoverConfig {
  std::int64_t minute = 0;      // of the day, local time
  std::string timezone;         // empty: that of the messages
  std::vector<std::string> to;  // empty: no digest
};

struct EscalationConfig {
  std::int64_t after_micros = 0;
  std::vector<std::string> to;
  model::Severity least = model::Severity::info;
};

// One place where names are looked up.
struct DirectoryPlace {
  bool is_on = false;
  std::string role_arn;  // role to assume; empty: as ourselves
  std::string id;        // d-… of the Identity Store; the ARN of the instance of Identity Center, empty: by the store
  std::string region;    // empty: the usual one
};
struct DirectoryConfig {
  DirectoryPlace organizations;
  DirectoryPlace identity_store;
  DirectoryPlace sso_admin;
  std::string cache;  // file; empty: beside the store
  std::int64_t every_micros = std::int64_t{6} * 3600 * 1'000'000;
  [[nodiscard]] bool is_on() const { return organizations.is_on || identity_store.is_on || sso_admin.is_on; }
};

struct DaemonConfig {
  std::string store = "sqlite:var/glasswatch.db";
  HttpConfig http;
  std::vector<SourceConfig> sources;
  std::vector<ReceiverConfig> receivers;
  std::vector<std::pair<std::string, std::int64_t>> session_durations;  // role globs → microseconds, in file order
  std::vector<std::string> high_risk;
  std::vector<std::string> expected_accounts;  // empty: the directory's, else those that are heard
  DirectoryConfig directory;
  HeartbeatConfig heartbeat;
  HandoverConfig handover;
  std::vector<EscalationConfig> escalation;
  std::vector<std::pair<std::string, StormConfig>> storms;  // by watch; others have the default
  std::string timezone = "UTC";                             // for local times in messages
  std::int64_t keep_sessions_micros = std::int64_t{400} * 86'400 * 1'000'000;
  std::int64_t keep_activity_micros = std::int64_t{400} * 86'400 * 1'000'000;
};

}  // namespace gw::app

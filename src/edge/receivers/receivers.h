// Receivers by configuration: slack, pagerduty, teams, email, sns, syslog, webhook, ocsf, stdout, file.
//
// What an outside system is told, and how its answers are read, stands in docs/delivery.md, docs/slack.md and docs/receivers.md. The objects keep
// ports::Receiver's promises; none of them throws.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "edge/net/smtp_client.h"
#include "edge/net/stream_client.h"
#include "edge/receivers/http_post.h"
#include "edge/receivers/links.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

// The secret as it is now: asked for at every send, so that a file that changed counts at once. Empty function: none.
using SecretText = std::function<Result<std::string>()>;

// One message to a topic of SNS, and the id that it was given. Errors as HttpPost's. `group_id` and `deduplication_id` are for FIFO
// topics.
struct Publication {
  std::string topic_arn;
  std::string subject;
  std::string message;
  std::string group_id;
  std::string deduplication_id;
};
using SnsPublish =
    std::function<Result<std::string>(const Publication& publication, std::chrono::milliseconds deadline)>;

// One object of S3, whole; one of the same key is replaced. Errors as HttpPost's.
struct StoredObject {
  std::string bucket;
  std::string key;
  std::string body;
  std::string content_type;
};
using ObjectPut = std::function<Status(const StoredObject& object, std::chrono::milliseconds deadline)>;

struct Config {
  std::string name;
  std::string type;  // as above

  // slack, as an app: token and channel. As an incoming webhook: webhook_url alone.
  SecretText token;
  SecretText webhook_url;
  std::string channel;
  std::string api_url = "https://slack.com/api/";
  std::string mention;  // subteam:S…, user:U…, here, channel; empty: nobody
  LinkTemplates links;
  bool buttons = false;  // as an app: presses have somewhere to go
  SecretText app_token;  // by Socket Mode; only check() tries it

  // teams: webhook_url

  // pagerduty
  SecretText routing_key;
  std::string events_url = "https://events.pagerduty.com/";

  // email
  net::SmtpServer smtp;  // without its password
  SecretText smtp_password;
  std::string from;
  std::vector<std::string> to;

  // sns
  std::string topic_arn;
  SnsPublish publish;

  // syslog
  std::string address;  // host:port, tls://…, tcp://…
  std::string facility = "auth";
  std::string hostname;          // of this machine; empty: as it calls itself
  std::size_t max_bytes = 8192;  // of a message
  net::StreamServer stream;      // certificates, and whether it may be private

  // webhook
  SecretText url;
  SecretText secret;  // whsec_<base64>; none: not signed

  // Reads the secrets above again where they are kept; true: one has changed, and is what the functions answer now. Called when
  // the receiver is refused for them. Empty: what they answer is always the newest.
  std::function<Result<bool>()> reread;

  std::string path;    // file; ocsf: this (also s3://bucket/prefix) or url
  ObjectPut put;       // ocsf into S3
  int descriptor = 1;  // stdout; not closed
};

// invalid_input: says what is missing. `post` is needed by all that speak HTTP, and called by one thread at a time.
[[nodiscard]] Result<std::shared_ptr<ports::Receiver>> make_receiver(Config config, HttpPost post);

}  // namespace gw::receivers

#include "app/clockwork.h"

#include <utility>

#include "app/handover.h"
#include "app/secrets.h"
#include "edge/net/http_client.h"

namespace gw::app {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLookEvery = 55 * kSecond;                 // a sweep comes every minute, more or less
constexpr std::int64_t kLate = std::int64_t{2} * 3600 * kSecond;  // a digest that is older is nobody's any more

}  // namespace

Clockwork::Clockwork(ports::Store& store, ports::Committer& committer, const Io& io)
    : store_(store), committer_(committer), io_(io), silence_(committer, store) {}
Clockwork::~Clockwork() = default;

void Clockwork::configure(const DaemonConfig& config) {
  const std::lock_guard lock(mutex_);
  heartbeat_ = config.heartbeat;
  handover_ = config.handover;
  timezone_ = config.timezone;
}

web::Metric Clockwork::metric() const {
  return {"glasswatch_coverage_silent_places",
          false,
          "Feeds, accounts and regions that have fallen silent.",
          {},
          static_cast<double>(silence_.silent_count())};
}

Status Clockwork::tick(const pipeline::Settings& settings, Time now) {
  HandoverConfig handover;
  std::string timezone;
  {
    const std::lock_guard lock(mutex_);
    handover = handover_;
    timezone = timezone_;
  }
  Status first = ok();
  const auto note = [&first](Status status, const char* what) {
    if (first && !status) first = std::move(status).error().in(what);
  };
  if (now.micros - looked_at_.micros >= kLookEvery) {
    Status looked = silence_.look(settings, now);
    has_looked_ = looked.has_value();
    if (has_looked_) looked_at_ = now;
    note(std::move(looked), "silence");
  }
  if (handover.to.empty()) return first;
  const Time due = handover_due(handover, timezone, now);
  if (due != handed_over_ && now.micros - due.micros < kLate) {
    Status handed = hand_over(store_, committer_, settings, handover, due, now);
    if (handed) handed_over_ = due;
    note(std::move(handed), "hand-over");
  }
  return first;
}

Status Clockwork::beat(Time now, bool works) {
  HeartbeatConfig config;
  {
    const std::lock_guard lock(mutex_);
    config = heartbeat_;
  }
  if (config.url.empty() || !works || !has_looked_ || silence_.is_everything_silent()) return ok();
  if (now.micros - beaten_at_.micros < config.every_micros) return ok();
  std::string url = config.url;
  if (url.find("://") == std::string::npos || url.starts_with("ssm:") || url.starts_with("secretsmanager:")) {
    const auto secret = resolve_secret(url, io_, std::chrono::seconds(300));
    if (!secret) return Error(secret.error()).in("heartbeat");
    url = secret->reveal();
  }
  net::ClientOptions options;
  options.allow_private = config.allow_private;
  options.deadline = kPing;
  net::fill_from_environment(options);
  net::HttpClient client(options);
  net::ClientRequest request;
  request.method = "GET";
  request.url = url;
  const auto answer = client.send(request);
  if (!answer) return Error(answer.error()).in("heartbeat");
  if (answer->status < 200 || answer->status > 299)
    return Error{Errc::unavailable, "heartbeat: HTTP " + std::to_string(answer->status)};
  beaten_at_ = now;
  return ok();
}

}  // namespace gw::app

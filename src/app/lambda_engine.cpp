// Senders live for one invocation: their threads would be frozen with the sandbox
// in the middle of a request.
#include "app/lambda_engine.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "app/aws_context.h"
#include "app/daemon_parts.h"
#include "app/directory_file.h"
#include "app/wiring.h"
#include "engine/pipeline/operate.h"
#include "engine/pipeline/sweeper.h"

namespace gw::app {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::int64_t kGrantsLive = std::int64_t{30} * 1'000'000;

double random_fraction() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

// Tells at once what a thread would gather for a minute: nobody may be there to tell it then.
class Immediate final : public ports::Receiver {
 public:
  explicit Immediate(std::shared_ptr<ports::Receiver> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] Traits traits() const override {
    Traits traits = inner_->traits();
    traits.thread_pause = std::chrono::seconds(0);
    return traits;
  }
  ports::SendResult send(const ports::Message& message, milliseconds deadline) override {
    return inner_->send(message, deadline);
  }
  ports::SendResult check(milliseconds deadline) override { return inner_->check(deadline); }

 private:
  std::shared_ptr<ports::Receiver> inner_;
};

pipeline::Config small_pipeline() {
  pipeline::Config config;
  config.workers = 1;
  // Larger objects lie in files and go through a window; payloads of CloudWatch Logs are read whole.
  config.buffers = {kMiB / 4, 32 * kMiB, false, 4 * kMiB};
  config.max_in_flight_bytes = 12 * kMiB;
  config.part_weight = kMiB / 4;
  config.max_ready_bytes = kMiB / 2;
  config.max_group_bytes = kMiB;
  return config;
}

// Nothing here takes presses.
AppConfig without_buttons(AppConfig config) {
  for (ReceiverConfig& r : config.daemon.receivers) {
    r.signing_secret.clear();
    r.app_token.clear();
  }
  return config;
}

}  // namespace

LambdaEngine::LambdaEngine(AppConfig config, Io io, const Log& log, OpenStore open_store, bool durable)
    : config_(without_buttons(std::move(config))),
      io_(std::move(io)),
      log_(log),
      open_store_(std::move(open_store)),
      durable_(durable),
      horizon_(2 * kMiB) {}

LambdaEngine::~LambdaEngine() = default;

Status LambdaEngine::start() {
  if (pipeline_ == nullptr) {
    // Nothing is asked from here: a function that waits for a directory would hold alerts back. A file may come in its bundle.
    const bool has_file = !config_.daemon.directory.cache.empty();
    auto settings = make_settings(config_, io_, has_file ? kept_directory(config_.daemon) : nullptr);
    if (!settings) return std::move(settings).error();
    auto receivers = make_receivers(config_, io_);
    if (!receivers) return std::move(receivers).error();
    auto store = open_store_();
    if (!store) return std::move(store).error().in("the store");
    settings_ = std::move(*settings);
    receivers_ = std::move(*receivers);
    setup_ = make_setup(config_);
    if (!durable_) {
      for (auto& [name, receiver] : receivers_) receiver = std::make_shared<Immediate>(std::move(receiver));
    }
    store_ = std::move(*store);
    if (const std::string& place = config_.lambda.evidence; !place.empty()) {
      evidence_ = std::make_unique<Evidence>(
          place, [aws = aws_of(io_)] { return aws->client(aws::Service::s3); }, io_.now);
    }
    counting_ = std::make_unique<CountingStore>(*store_, false, evidence_.get());
    clockwork_ = std::make_unique<Clockwork>(*store_, *counting_, io_);
    clockwork_->configure(config_.daemon);
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        small_pipeline(), *counting_, [this] { return settings_; }, io_.now, &horizon_);
  }
  // Sessions that other sandboxes have opened hand out keys, too.
  const Time now = io_.now();
  if (durable_ && now.micros - grants_at_.micros > kGrantsLive) {
    fill_grants(*store_, horizon_);
    grants_at_ = now;
  }
  return ok();
}

Status LambdaEngine::sweep() {
  const auto next = pipeline::sweep(*counting_, *store_, *settings_, io_.now());
  if (!next) return next.error();
  // Without a table every sandbox has a past of its own: nothing is learnt of silence, and no digest is true.
  // It may not keep alerts from being told.
  if (durable_) note(clockwork_->tick(*settings_, io_.now()));
  return ok();
}

void LambdaEngine::beat() {
  if (durable_) note(clockwork_->beat(io_.now(), tells_));
}

void LambdaEngine::note(const Status& clockwork) const {
  if (!clockwork)
    log_.write(Log::Level::warning, io_.now(), "what the clock causes could not be done",
               {{"reason", clockwork.error().message}});
}

// Without a table: what was refused or put off before gets another chance, as AWS gives one to the invocation that it came with.
void LambdaEngine::make_all_due() {
  for (const char* state : {"trying", "parked"}) {
    ports::ListQuery query;
    query.filters["state"] = state;
    query.limit = 1000;
    const auto page = store_->alerts(query);
    if (!page) return;
    for (const ports::AlertView& view : page->items) (void)store_->retry(view.alert.id, io_.now());
  }
}

Status LambdaEngine::tell(milliseconds grace, bool only_new) {
  const bool is_new = counting_->take_new();
  if (only_new && !is_new && told_all_) return ok();
  if (!durable_ && !told_all_) make_all_due();
  notify::Notifier notifier(*counting_, *store_, io_.now, random_fraction);
  notifier.start(receivers_, setup_);
  const std::map<std::string, notify::SenderHealth> health = notifier.stop(grace);
  for (const auto& [name, now] : health) {
    if (now.last_failure.empty()) continue;
    log_.write(Log::Level::warning, io_.now(), "a receiver did not accept a message",
               {{"receiver", name}, {"reason", now.last_failure}});
  }
  tells_ = std::none_of(health.begin(), health.end(), [](const auto& one) { return one.second.failing > 0; });
  if (durable_) return ok();
  Status status = untold(health);
  told_all_ = status.has_value();
  return status;
}

Status LambdaEngine::untold(const std::map<std::string, notify::SenderHealth>& health) {
  for (const auto& [name, now] : health) {
    if (now.refused > 0)
      return Error{Errc::unavailable, "receiver " + name + " refused a message: " + now.last_failure};
  }
  const auto waiting = store_->receivers();
  if (!waiting) return waiting.error();
  if (waiting->empty()) return ok();
  const auto at = health.find(waiting->front());
  std::string why = "receiver " + waiting->front() + " was not told of everything";
  if (at != health.end() && !at->second.last_failure.empty()) why += ": " + at->second.last_failure;
  return Error{Errc::unavailable, why};
}

Result<LambdaEngine::TestOutcome> LambdaEngine::alert_test(const std::string& receiver, milliseconds grace) {
  if (!receivers_.contains(receiver))
    return Error{Errc::not_found, "there is no receiver of that name; there are: " + [&] {
                   std::string names;
                   for (const auto& [name, r] : receivers_) names += (names.empty() ? "" : ", ") + name;
                   return names;
                 }()};
  auto id = pipeline::alert_test(*counting_, *settings_, receiver, "lambda", io_.now());
  if (!id) return std::move(id).error();
  (void)tell(grace, false);
  TestOutcome outcome{*id, "trying", {}};
  ports::ListQuery query;
  query.filters["kind"] = "alert_test";
  query.limit = 50;
  const auto page = store_->alerts(query);
  if (!page) return page.error();
  for (const ports::AlertView& view : page->items) {
    if (view.alert.id != *id) continue;
    for (const model::Notification& n : view.notifications) {
      if (n.receiver != receiver) continue;
      outcome.state = model::to_string(n.state);
      outcome.reason = n.reason;
    }
  }
  return outcome;
}

LambdaBooks LambdaEngine::take_books() { return counting_ == nullptr ? LambdaBooks() : counting_->take(); }

}  // namespace gw::app

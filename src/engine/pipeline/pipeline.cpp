// Two queues: deliveries (bounded by the budget of what is in flight) and decoded batches (bounded by their weight). A large
// delivery comes as several batches; its ticket settles it after the last one, as well as all of them went.
//
// When a commit fails and the store is there, some delivery of it must be the reason: each is then committed by itself, and one
// that fails alone is quarantined as a whole, so that it stops neither the others nor itself from being settled.
#include "engine/pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "base/uuid.h"
#include "engine/pipeline/decode.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

// What a delivery takes beside its bytes.
constexpr std::size_t kOverhead = 4096;

// A delivery that was taken and is not settled yet.
struct Ticket {
  ports::Delivery delivery;
  bool given_up = false;  // a part of it could not be committed
};

struct Ready {
  std::shared_ptr<Ticket> ticket;
  Work work;
  bool is_last = false;
};

std::size_t cost(const ports::Delivery& delivery) { return delivery.bytes.size() + kOverhead; }

// Instead of what the store did not take: the delivery, in quarantine.
Batch set_aside(const ports::Delivery& delivery, const Batch& batch, const Error& error) {
  Batch out;
  out.records.decoded = batch.records.decoded;
  out.records.quarantined = batch.records.decoded;
  out.delivery = batch.delivery;
  if (out.delivery.settled > 0) out.delivery = {1, 0, 1};
  ports::QuarantineItem item;
  item.id = random_uuid7(delivery.received_at);
  item.key = sha256_hex(delivery.source + "\nnot stored\n" + sha256(delivery.bytes));
  item.feed = delivery.feed;
  item.source = delivery.source;
  item.reason = "it could not be stored: " + error.message;
  item.payload = delivery.bytes.substr(0, kMaxPayload);
  item.size = delivery.bytes.size();
  item.at = delivery.received_at;
  out.quarantine.push_back(std::move(item));
  return out;
}

bool is_store_away(Errc code) { return retryable(code) || code == Errc::conflict; }

}  // namespace

class Pipeline::Impl {
 public:
  Impl(const Config& config, ports::Committer& store, Provider settings, std::function<Time()> clock, Horizon* horizon)
      : config_(config), settings_(std::move(settings)), clock_(std::move(clock)), writer_(store, horizon) {
    config_.workers = std::max(config_.workers, 1u);
    deciding_ = config_.workers;
    for (unsigned i = 0; i < config_.workers; ++i) workers_.emplace_back([this] { work(); });
    committing_ = std::jthread([this] { write(); });
  }
  ~Impl() { stop(); }

  bool has_room(std::size_t bytes) const {
    const std::lock_guard lock(mutex_);
    return is_open() && fits(bytes + kOverhead);
  }

  bool try_submit(ports::Delivery& delivery) {
    const std::lock_guard lock(mutex_);
    if (!is_open() || !fits(cost(delivery))) return false;
    take(delivery);
    return true;
  }

  bool submit(ports::Delivery& delivery, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const std::size_t bytes = cost(delivery);
    if (!room_.wait(lock, stop, [&] { return !is_open() || fits(bytes); }) || !is_open()) return false;
    take(delivery);
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    taken_.notify_all();
    pause_.request_stop();
    for (std::jthread& worker : workers_) {
      if (worker.joinable()) worker.join();
    }
    ready_cv_.notify_all();
    if (committing_.joinable()) committing_.join();
  }

  const LagBook& lags() const { return lags_; }

  Gauges gauges() const {
    const std::lock_guard lock(mutex_);
    return gauges_;
  }

  Status health() const {
    const std::lock_guard lock(mutex_);
    return health_;
  }

 private:
  bool is_open() const { return !closed_ && !broken_; }
  bool fits(std::size_t bytes) const {
    return gauges_.in_flight == 0 || gauges_.in_flight_bytes + bytes <= config_.max_in_flight_bytes;
  }

  void take(ports::Delivery& delivery) {
    ++gauges_.received;
    ++gauges_.in_flight;
    gauges_.in_flight_bytes += cost(delivery);
    auto ticket = std::make_shared<Ticket>();
    ticket->delivery = std::move(delivery);
    deliveries_.push_back(std::move(ticket));
    taken_.notify_one();
  }

  // --- workers

  void work() {
    Decoder decoder(config_.buffers, config_.part_weight);
    while (const std::shared_ptr<Ticket> ticket = next_delivery()) {
      const SettingsPtr settings = settings_();
      const auto part = [&](Batch batch) { hand_over({ticket, {settings, std::move(batch), {}, {}}, false}); };
      Batch last = decoder.decode(ticket->delivery, settings, part);
      hand_over({ticket, {settings, std::move(last), {}, ticket->delivery.cursors}, true});
    }
    const std::lock_guard lock(mutex_);
    --deciding_;
    ready_cv_.notify_all();
  }

  std::shared_ptr<Ticket> next_delivery() {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [&] { return closed_ || !deliveries_.empty(); });
    if (deliveries_.empty()) return nullptr;
    std::shared_ptr<Ticket> ticket = std::move(deliveries_.front());
    deliveries_.pop_front();
    return ticket;
  }

  void hand_over(Ready ready) {
    ready.work.feed = ready.ticket->delivery.feed;
    const std::size_t weight = ready.work.batch.weight;
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [&] { return ready_.empty() || ready_bytes_ + weight <= config_.max_ready_bytes; });
    ready_bytes_ += weight;
    ready_.push_back(std::move(ready));
    ready_cv_.notify_one();
  }

  // --- the writer

  void write() {
    for (;;) {
      std::vector<Ready> group = next_group();
      if (group.empty()) return;
      commit(group);
    }
  }

  // Everything that is ready, as far as one commit may go.
  std::vector<Ready> next_group() {
    std::vector<Ready> group;
    std::unique_lock lock(mutex_);
    ready_cv_.wait(lock, [&] { return deciding_ == 0 || !ready_.empty(); });
    std::size_t entries = 0;
    std::size_t bytes = 0;
    while (!ready_.empty()) {
      const Work& next = ready_.front().work;
      entries += next.batch.entries.size();
      bytes += next.batch.weight;
      const bool too_much = entries > config_.max_group_entries || bytes > config_.max_group_bytes;
      if (!group.empty() && (too_much || next.settings != group.front().work.settings)) break;
      ready_bytes_ -= next.batch.weight;
      group.push_back(std::move(ready_.front()));
      ready_.pop_front();
    }
    drained_.notify_all();
    return group;
  }

  void commit(std::vector<Ready>& group) {
    std::vector<Work*> works;
    works.reserve(group.size());
    for (Ready& ready : group) works.push_back(&ready.work);
    const Status status = persist(works);
    if (status || is_store_away(status.error().code) || status.error().code == Errc::corrupt) {
      for (Ready& ready : group) settle(ready, status.has_value());
      return;
    }
    for (Ready& ready : group) settle(ready, commit_alone(ready));
  }

  bool commit_alone(Ready& ready) {
    const Status status = persist({&ready.work});
    if (status) return true;
    if (is_store_away(status.error().code) || status.error().code == Errc::corrupt) return false;
    Work instead{ready.work.settings, set_aside(ready.ticket->delivery, ready.work.batch, status.error()),
                 ready.work.feed, ready.work.cursors};
    return persist({&instead}).has_value();
  }

  // Commits, again and again while the store is away.
  Status persist(const std::vector<Work*>& works) {
    std::chrono::milliseconds pause = config_.first_pause;
    for (unsigned attempt = 1;; ++attempt) {
      {
        const std::lock_guard lock(mutex_);
        if (broken_) return health_;
      }
      Status status = writer_.commit(works, clock_());
      note(status);
      if (status) note_lags(works);
      if (status || !is_store_away(status.error().code) || attempt >= config_.attempts) return status;
      std::unique_lock lock(mutex_);
      (void)paused_.wait_for(lock, pause_.get_token(), pause, [] { return false; });
      pause = std::min(pause * 2, config_.longest_pause);
    }
  }

  void note_lags(const std::vector<Work*>& works) {
    for (const Work* work : works)
      if (!work->settings->backfill) lags_.note(work->batch, clock_());
  }

  void note(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (status) {
      ++gauges_.commits;
      health_ = ok();
      return;
    }
    health_ = status.error();
    if (is_store_away(status.error().code)) health_ = Error{Errc::unavailable, status.error().message};
    if (status.error().code == Errc::corrupt) {
      health_ = status.error();
      broken_ = true;
      room_.notify_all();
    }
  }

  void settle(Ready& ready, bool committed) {
    Ticket& ticket = *ready.ticket;
    ticket.given_up = ticket.given_up || !committed;
    if (!ready.is_last) return;
    {
      const std::lock_guard lock(mutex_);
      ++(ticket.given_up ? gauges_.retrying : gauges_.settled);
      --gauges_.in_flight;
      gauges_.in_flight_bytes -= cost(ticket.delivery);
    }
    room_.notify_all();
    if (ticket.delivery.settle)
      ticket.delivery.settle(ticket.given_up ? ports::Settled::unavailable : ports::Settled::durable);
  }

  Config config_;
  const Provider settings_;
  const std::function<Time()> clock_;
  Writer writer_;

  mutable std::mutex mutex_;
  std::condition_variable_any room_;      // something was settled
  std::condition_variable_any taken_;     // a delivery waits for a worker
  std::condition_variable_any ready_cv_;  // a batch waits for the writer
  std::condition_variable_any drained_;   // the writer took batches
  std::condition_variable_any paused_;
  std::stop_source pause_;  // no pauses any more
  std::deque<std::shared_ptr<Ticket>> deliveries_;
  std::deque<Ready> ready_;
  std::size_t ready_bytes_ = 0;
  unsigned deciding_ = 0;  // workers that may still hand something over
  bool closed_ = false;
  bool broken_ = false;
  Gauges gauges_;
  Status health_ = ok();
  LagBook lags_;

  std::vector<std::jthread> workers_;
  std::jthread committing_;
};

Pipeline::Pipeline(const Config& config, ports::Committer& store, Provider settings, std::function<Time()> clock,
                   Horizon* horizon)
    : impl_(std::make_unique<Impl>(config, store, std::move(settings), std::move(clock), horizon)) {}
Pipeline::~Pipeline() = default;

bool Pipeline::has_room(std::size_t bytes) const { return impl_->has_room(bytes); }
bool Pipeline::try_submit(ports::Delivery& delivery) { return impl_->try_submit(delivery); }
bool Pipeline::submit(ports::Delivery& delivery, const std::stop_token& stop) { return impl_->submit(delivery, stop); }
void Pipeline::stop() { impl_->stop(); }
Pipeline::Gauges Pipeline::gauges() const { return impl_->gauges(); }
Status Pipeline::health() const { return impl_->health(); }
const LagBook& Pipeline::lags() const { return impl_->lags(); }

}  // namespace gw::pipeline

// Threads: one that polls, one that tells the queue what is done and renews leases, and some that fetch. A fetch waits for room
// behind `submit`, so that what lies in memory is bounded by their number.
#include "edge/sources/s3_sqs.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace gw::sources {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoRoomPause{200};
constexpr milliseconds kFirstPause{1'000};
constexpr milliseconds kLongestPause{30'000};
constexpr std::int64_t kLately = std::int64_t{3} * 60 * 1'000'000;

}  // namespace

class S3Sqs::Impl {
 public:
  Impl(S3SqsConfig config, SqsClient sqs, std::unique_ptr<ObjectFetcher> fetcher, Submit submit, Room room,
       std::function<Time()> clock, Notice notice)
      : config_(std::move(config)),
        sqs_(std::move(sqs)),
        fetcher_(std::move(fetcher)),
        room_(std::move(room)),
        clock_(std::move(clock)),
        desk_(std::make_shared<QueueDesk>(config_.queue)),
        hands_(desk_, *fetcher_, std::move(submit), clock_, std::move(notice)) {
    polled_at_ = clock_();
    for (unsigned i = 0; i < std::max(config_.fetchers, 1u); ++i)
      fetchers_.emplace_back([this](const std::stop_token& stop) { fetch(stop); });
    keeper_ = std::jthread([this](const std::stop_token& stop) { tend(stop); });
    poller_ = std::jthread([this](const std::stop_token& stop) { poll(stop); });
  }

  ~Impl() {
    // Before anything is given back: a poll that is being ended would still be handed it, and it would lie there leased.
    poller_.request_stop();
    if (poller_.joinable()) poller_.join();
    for (std::jthread& fetcher : fetchers_) fetcher.request_stop();
    for (std::jthread& fetcher : fetchers_) fetcher.join();
    (void)desk_->wait_for_calm(config_.last_wait);
    keeper_.request_stop();
    keeper_.join();
    desk_->give_back_all();
    if (const auto client = sqs_()) {
      for (int i = 0; i < 3 && !desk_->is_empty(); ++i) desk_->tend(**client, clock_());
    }
  }

  void finish() {
    is_ending_ = true;
    if (poller_.joinable()) poller_.join();
    std::unique_lock lock(mutex_);
    while (!desk_->is_empty()) (void)pause_.wait_for(lock, config_.tend / 5);
  }

  Status health() const {
    {
      const std::lock_guard lock(mutex_);
      if (!problem_.empty()) return Error{Errc::unavailable, "the queue: " + problem_};
      if (clock_().micros - polled_at_.micros > kLately && desk_->has_room() && room_())
        return Error{Errc::unavailable, "the queue was not polled lately"};
    }
    if (std::string problem = hands_.problem(); !problem.empty())
      return Error{Errc::unavailable, "objects cannot be fetched: " + problem};
    return ok();
  }
  [[nodiscard]] const QueueDesk& desk() const { return *desk_; }
  [[nodiscard]] const S3Hands& hands() const { return hands_; }

 private:
  void poll(const std::stop_token& stop) {
    milliseconds pause = kFirstPause;
    while (!stop.stop_requested()) {
      if (!desk_->has_room() || !room_()) {
        wait(stop, kNoRoomPause);
        continue;
      }
      const bool is_ending = is_ending_;
      const auto got = receive(is_ending ? std::chrono::seconds(1) : config_.queue.wait, stop);
      if (stop.stop_requested()) return;
      note(got);
      if (!got) {
        if (is_ending) return;
        wait(stop, pause);
        pause = std::min(pause * 2, kLongestPause);
        continue;
      }
      pause = kFirstPause;
      if (is_ending && *got == 0) return;
    }
  }

  Result<std::size_t> receive(std::chrono::seconds wait, const std::stop_token& stop) {
    const auto client = sqs_();
    if (!client) return client.error();
    return desk_->receive(**client, wait, clock_, stop);
  }

  void note(const Result<std::size_t>& got) {
    const std::lock_guard lock(mutex_);
    problem_ = got ? std::string() : got.error().message;
    if (got) polled_at_ = clock_();
  }

  void fetch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (const auto job = desk_->take(clock_())) {
        hands_.work(*job, stop);
      } else {
        desk_->wait_for_work(stop, config_.tend);
      }
    }
  }

  void tend(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (const auto client = sqs_()) desk_->tend(**client, clock_());
      desk_->wait_to_tend(stop, config_.tend);
    }
  }

  void wait(const std::stop_token& stop, milliseconds time) {
    std::unique_lock lock(mutex_);
    (void)pause_.wait_for(lock, stop, time, [] { return false; });
  }

  const S3SqsConfig config_;
  const SqsClient sqs_;
  const std::unique_ptr<ObjectFetcher> fetcher_;
  const Room room_;
  const std::function<Time()> clock_;
  const std::shared_ptr<QueueDesk> desk_;
  S3Hands hands_;
  std::atomic<bool> is_ending_ = false;
  mutable std::mutex mutex_;
  std::condition_variable_any pause_;
  std::string problem_;
  Time polled_at_;
  std::vector<std::jthread> fetchers_;
  std::jthread keeper_;
  std::jthread poller_;
};

S3Sqs::S3Sqs(S3SqsConfig config, SqsClient sqs, std::unique_ptr<ObjectFetcher> fetcher, Submit submit, Room room,
             std::function<Time()> clock, Notice notice)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(sqs), std::move(fetcher), std::move(submit),
                                   std::move(room), std::move(clock), std::move(notice))) {}
S3Sqs::~S3Sqs() = default;
void S3Sqs::finish() { impl_->finish(); }
Status S3Sqs::health() const { return impl_->health(); }
QueueCounts S3Sqs::queue_counts() const { return impl_->desk().counts(); }
S3Hands::Counts S3Sqs::object_counts() const { return impl_->hands().counts(); }

}  // namespace gw::sources

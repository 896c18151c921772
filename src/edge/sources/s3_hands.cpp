#include "edge/sources/s3_hands.h"

#include <algorithm>
#include <utility>

namespace gw::sources {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kGiveUp = 10 * kMinute;  // of one object
// While S3 is away a message is held so long; the last time nearly as long as SQS lets anybody ("Amazon SQS visibility
// timeout": 12 hours), because then it is quarantined.
constexpr std::int64_t kHold = 10 * kMinute;
constexpr std::int64_t kHoldLast = 11 * 60 * kMinute;
constexpr std::int64_t kStorePause = 5 * kSecond;

// 10 s, 20 s, 40 s, …: an object may be told of before it can be read.
unsigned missing_pause(unsigned receive_count) { return 10u << std::min(std::max(receive_count, 1u) - 1, 8u); }
// 1 min, 4 min, 16 min, …: somebody has to mend permissions.
unsigned denied_pause(unsigned receive_count) { return 60u << 2 * std::min(std::max(receive_count, 1u) - 1, 4u); }
// 1 s to a minute.
std::int64_t away_pause(std::int64_t since) { return std::clamp(since / 2, kSecond, kMinute); }

std::string source_of(const QueueDesk& desk, const Job& job) {
  const std::string& url = desk.config().url;
  return "sqs:" + url.substr(url.rfind('/') + 1) + '/' + job.message_id;
}

}  // namespace

void S3Hands::work(const Job& job, const std::stop_token& stop) {
  switch (job.kind) {
    case Job::Kind::object: return object(job, stop);
    case Job::Kind::body: {
      ports::Delivery delivery;
      delivery.source = source_of(*desk_, job);
      delivery.bytes = job.body;
      return deliver(job, std::move(delivery), stop);
    }
    case Job::Kind::problem:
      if (!desk_->is_last(job)) return desk_->give_back(job, missing_pause(job.receive_count));
      notice_("a message cannot be read: it is quarantined", source_of(*desk_, job), "undecodable");
      return quarantine(job, source_of(*desk_, job), job.problem, false, stop);
  }
}

void S3Hands::object(const Job& job, const std::stop_token& stop) {
  const Time now = clock_();
  Fetched fetched = fetcher_.fetch(job.object, now, Time{now.micros + kGiveUp}, stop);
  if (stop.stop_requested() && fetched.what == Fetch::failed) return desk_->give_back(job, 0);
  note(job, fetched);
  const std::string source = "s3://" + job.object.bucket + '/' + job.object.key;
  switch (fetched.what) {
    case Fetch::ready: return deliver(job, std::move(fetched.delivery), stop);
    case Fetch::non_record: {
      ports::Delivery nothing;
      nothing.source = source;
      return deliver(job, std::move(nothing), stop);
    }
    case Fetch::refused: {
      // Anybody who may write to the queue can name a foreign bucket; what S3 withholds in ours, people are told of.
      const bool is_ours = !fetched.is_final || fetched.reason == "too_large";
      if (!fetched.is_final && !desk_->is_last(job)) return desk_->give_back(job, denied_pause(job.receive_count));
      return quarantine(job, source, "fetch_refused: " + fetched.reason, is_ours, stop);
    }
    case Fetch::missing:
      if (!desk_->is_last(job)) return desk_->give_back(job, missing_pause(job.receive_count));
      return quarantine(job, source, "object_missing", true, stop);
    case Fetch::failed: {
      const bool is_last = desk_->is_last(job);
      const Time then = clock_();
      const std::int64_t since = then.micros - job.taken_at.micros;
      if (since < (is_last ? kHoldLast : kHold)) return desk_->again(job, Time{then.micros + away_pause(since)});
      if (!is_last) return desk_->give_back(job, 0);
      return quarantine(job, source, "fetch_failed: " + fetched.reason, true, stop);
    }
  }
}

void S3Hands::note(const Job& job, const Fetched& fetched) {
  {
    const std::lock_guard lock(mutex_);
    if (fetched.what == Fetch::ready) ++counts_.fetched;
    if (fetched.what == Fetch::refused) ++counts_.refused[fetched.reason];
    if (fetched.what == Fetch::missing) ++counts_.missing;
    if (fetched.what == Fetch::failed) ++counts_.failed;
    if (fetched.what == Fetch::failed) {
      problem_ = fetched.detail;
    } else if (!fetched.is_final) {  // S3 was asked, and has answered
      problem_.clear();
    }
  }
  if (fetched.what == Fetch::refused) notice_("an object is not read", fetched.detail, fetched.reason);
  if (fetched.what == Fetch::missing && desk_->is_last(job))
    notice_("an object is missing", fetched.detail, fetched.reason);
}

void S3Hands::deliver(const Job& job, ports::Delivery delivery, const std::stop_token& stop) {
  delivery.feed = "s3";
  if (delivery.received_at == Time{}) delivery.received_at = clock_();
  delivery.settle = [desk = desk_, job, clock = clock_, inner = std::move(delivery.settle)](ports::Settled how) {
    if (inner) inner(how);
    if (how == ports::Settled::durable) return desk->done(job);
    desk->again(job, Time{clock().micros + kStorePause});
  };
  if (!submit_(delivery, stop)) delivery.settle(ports::Settled::unavailable);
}

void S3Hands::quarantine(const Job& job, std::string source, std::string problem, bool tell,
                         const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.quarantined;
  }
  ports::Delivery delivery;
  delivery.source = std::move(source);
  delivery.bytes = job.body;  // what is known of it
  delivery.problem = std::move(problem);
  delivery.tell_problem = tell;
  deliver(job, std::move(delivery), stop);
}

S3Hands::Counts S3Hands::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::string S3Hands::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace gw::sources

// The books of one queue: which messages are held, what is still to be done for each, and what the queue is to be told.
//
// A message is held until each of its objects is settled for good; then it is deleted. Until then its lease (its invisibility
// to others) is renewed at half-life. Whatever cannot be done goes back with a pause that grows with the times it was
// received; what was done already is remembered, so that a message of many objects gets ahead. At the limit of receipts the
// rest of it is quarantined by whoever works, before the queue's own limit hides it among the dead letters.
//
// Knows no threads and no clock: `now` is passed in. Safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/cloudtrail/message.h"
#include "edge/aws/sqs.h"

namespace gw::sources {

struct QueueConfig {
  std::string url;
  unsigned receive_limit = 5;        // less where the queue's dead-letter policy says so
  std::chrono::seconds lease{60};    // of a message, renewed at half of it
  std::chrono::seconds wait{20};     // how long an empty queue is listened to
  std::size_t max_held = 40;         // messages
  std::size_t remembered = 100'000;  // objects that are settled
};

// One thing to do for a message.
struct Job {
  enum class Kind : std::uint8_t { object, body, problem };
  std::uint64_t message = 0;
  std::size_t part = 0;
  Kind kind = Kind::object;
  cloudtrail::ObjectName object;
  std::string problem;
  std::string body;  // of the message
  std::string message_id;
  unsigned receive_count = 1;
  Time taken_at;
};

struct QueueCounts {
  std::uint64_t received = 0;  // messages, as all of these
  std::uint64_t deleted = 0;
  std::uint64_t given_back = 0;
  std::uint64_t lost = 0;  // leases that could not be renewed, deletions that failed: they come again
  std::size_t held = 0;    // now
};

class QueueDesk : public std::enable_shared_from_this<QueueDesk> {
 public:
  explicit QueueDesk(QueueConfig config) : config_(std::move(config)), limit_(config_.receive_limit) {}

  // --- taking. Whether another receipt may be asked for.
  [[nodiscard]] bool has_room() const;
  // One receipt; `ok(n)`: so many messages came. Reads the queue's own limit of receipts the first time.
  [[nodiscard]] Result<std::size_t> receive(aws::Client& sqs, std::chrono::seconds wait,
                                            const std::function<Time()>& clock, const std::stop_token& stop);

  // --- working
  [[nodiscard]] std::optional<Job> take(Time now);
  // Waits for something to take, at most so long.
  void wait_for_work(const std::stop_token& stop, std::chrono::milliseconds limit);
  void done(const Job& job);                         // settled for good
  void again(const Job& job, Time not_before);       // by us, soon
  void give_back(const Job& job, unsigned seconds);  // by whoever receives it next, in so many seconds
  // Whether it is the last time that the message comes to somebody.
  [[nodiscard]] bool is_last(const Job& job) const;

  // --- telling the queue: leases that are due, messages that are done or given back.
  void tend(aws::Client& sqs, Time now);
  void wait_to_tend(const std::stop_token& stop, std::chrono::milliseconds limit);
  // At the end: what is not done goes back at once.
  void give_back_all();
  // Waits until nothing is with the pipeline or a worker, at most so long.
  [[nodiscard]] bool wait_for_calm(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] QueueCounts counts() const;
  [[nodiscard]] const QueueConfig& config() const { return config_; }

 private:
  enum class Doing : std::uint8_t { waiting, working, done };
  struct Part {
    Job::Kind kind = Job::Kind::object;
    cloudtrail::ObjectName object;
    std::string problem;
    Doing doing = Doing::waiting;
  };
  struct Held {
    aws::SqsMessage message;
    Time taken_at;
    Time lease_until;
    bool is_lost = false;  // the lease
    std::vector<Part> parts;
    std::size_t open = 0;
    std::optional<unsigned> again_in;  // seconds
  };
  struct Farewell {
    std::string handle;
    std::optional<unsigned> visible_in;  // nullopt: deleted
    unsigned tries = 0;
  };
  using Ref = std::pair<std::uint64_t, std::size_t>;

  void add(aws::SqsMessage message, Time now);
  Part* find(const Job& job);
  void close(std::uint64_t id);
  void close_part(const Job& job, Part& part);
  void remember(std::string key);
  void learn_limit(aws::Client& sqs);
  void renew(aws::Client& sqs, Time now);
  void part_with(aws::Client& sqs, std::vector<Farewell> batch, bool deletes);

  const QueueConfig config_;
  mutable std::mutex mutex_;
  std::condition_variable_any work_;
  std::condition_variable_any tend_;
  std::condition_variable_any calm_;
  cloudtrail::MessageReader reader_;
  unsigned limit_;
  bool knows_limit_ = false;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Held> held_;
  std::deque<Ref> todo_;
  std::multimap<Time, Ref> later_;
  std::size_t working_ = 0;
  std::deque<Farewell> farewells_;
  QueueCounts counts_;
  // Settled objects by message, the oldest first.
  std::list<std::string> settled_order_;
  std::unordered_map<std::string, std::list<std::string>::iterator> settled_;
};

}  // namespace gw::sources

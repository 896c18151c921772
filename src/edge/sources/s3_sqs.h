// Log objects as an SQS queue names them: polls, fetches, delivers, and deletes a message when all that it names is stored.
// See queue_desk.h and s3_hands.h for what becomes of a message.
//
// Nothing is unbounded: a queue is polled only while few messages are held and there is room behind `submit`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "edge/sources/queue_desk.h"
#include "edge/sources/s3_hands.h"
#include "edge/sources/s3_object.h"
#include "edge/sources/submit.h"

namespace gw::sources {

struct S3SqsConfig {
  QueueConfig queue;
  unsigned fetchers = 4;                       // objects at a time
  std::chrono::milliseconds tend{500};         // at the latest the queue is told of what is done
  std::chrono::milliseconds last_wait{8'000};  // at the end, for what the pipeline has
};

class S3Sqs {
 public:
  using SqsClient = std::function<Result<aws::Client*>()>;  // lives as long as this; called from any thread
  using Room = std::function<bool()>;                       // whether it makes sense to take more

  // Starts its threads. What the functions refer to outlives it; its deliveries may outlive it.
  S3Sqs(S3SqsConfig config, SqsClient sqs, std::unique_ptr<ObjectFetcher> fetcher, Submit submit, Room room,
        std::function<Time()> clock, Notice notice);
  // Takes no more, waits a moment for what was submitted, and gives the rest back to the queue.
  ~S3Sqs();
  S3Sqs(const S3Sqs&) = delete;
  S3Sqs& operator=(const S3Sqs&) = delete;

  // Ends when the queue has nothing visible any more and nothing is held: waits for that.
  void finish();

  // Not ok while the queue or S3 does not answer, or when it was not polled lately.
  [[nodiscard]] Status health() const;
  [[nodiscard]] QueueCounts queue_counts() const;
  [[nodiscard]] S3Hands::Counts object_counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::sources

// What one invocation of the Lambda carries, item by item, and how it is answered.
//
// Recognised by content: CloudWatch Logs subscriptions (`awslogs`), Kinesis, SQS, SNS, Firehose transformations, S3
// notifications, EventBridge events, the scheduled sweep, `{"alert_test":{"receiver":"NAME"}}`; anything else is one item
// that the pipeline judges. Sources: "Using Lambda with SQS; handling errors for an SQS event source", "Using Lambda with
// Kinesis", "Asynchronous invocation, error handling", "Data transformation and status model" (Firehose).
//
// The event is parsed at most once, and a CloudWatch Logs event not at all. It must outlive the Invocation. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json/doc.h"

namespace gw::lambda {

enum class Purpose : std::uint8_t {
  batch,
  sweep,       // EventBridge's scheduled event
  alert_test,  // see receiver()
  unreadable,  // see problem(); the whole event is the only item
};

enum class Sender : std::uint8_t { other, cloudwatch_logs, kinesis, sqs, sns, firehose };

struct Item {
  std::size_t number = 0;           // from 0, in the order of the event: what answer() is told
  std::string_view id;              // messageId, sequenceNumber, recordId; empty: none, or none that can be used
  std::uint64_t receive_count = 0;  // SQS: how often it was delivered; 0: not said
  // The feed of records within the text itself (objects that it names are of feed s3).
  std::string_view feed;
  std::string_view source;  // ARN of the queue, stream or topic; empty where none is said
  // What MessageReader or the pipeline reads; the raw element when it is not readable. Lives until the next next().
  std::string_view text;
  bool readable = true;
  std::string_view problem;  // what is wrong with the item (a constant); an item without an id is readable all the same
};

struct Answer {
  bool failed = false;  // the invocation ends in an error, so that AWS delivers all of it again
  std::string body;     // else: JSON
};

class Invocation {
 public:
  explicit Invocation(std::string_view event);

  [[nodiscard]] Purpose purpose() const { return purpose_; }
  [[nodiscard]] Sender sender() const { return sender_; }
  [[nodiscard]] std::string_view problem() const { return problem_; }    // unreadable: why, a constant
  [[nodiscard]] std::string_view receiver() const { return receiver_; }  // alert_test

  // The next item; none at the end, and for sweep and alert_test.
  [[nodiscard]] std::optional<Item> next();

  // The answer when the items with these numbers must be delivered again. What next() was not asked for counts as failed: a
  // handler that runs out of time may stop anywhere. SQS: the ids, of a FIFO queue from the first failure on; Kinesis: the
  // lowest sequence number; Firehose: all records, unchanged; other senders take no partial answer. A failed item without
  // an id fails all. SQS and Kinesis obey only when the event source mapping has ReportBatchItemFailures.
  [[nodiscard]] Answer answer(std::span<const std::size_t> failed) const;

 private:
  void classify();
  void unreadable(std::string_view why);
  [[nodiscard]] Item read(json::Value element);
  [[nodiscard]] std::string_view id_of(json::Value element) const;

  std::string_view event_;
  json::Doc doc_;
  Purpose purpose_ = Purpose::batch;
  Sender sender_ = Sender::other;
  std::string_view problem_;
  std::string_view receiver_;
  std::string_view feed_ = "file";
  std::string_view source_;
  json::Value first_;  // element of the list; missing: the whole event is the item
  json::Value current_;
  std::size_t given_ = 0;
  bool done_ = false;
  std::string decoded_;
};

}  // namespace gw::lambda

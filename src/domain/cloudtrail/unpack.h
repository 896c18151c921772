// One delivered document → CloudTrail records: takes off every envelope that CloudTrail records travel in.
//
// Recognised by content, in this order: CloudWatch Logs subscription payloads (base64 gzip or decoded), Kinesis, SNS, SQS,
// S3 notifications (inside SQS or SNS too, raw or wrapped), S3 through EventBridge, CloudTrail's own SNS note, EventBridge
// events, Firehose requests, `lookup-events` output, digest files, lists of records, bare records. Sources: "Log group-level
// subscription filters", "Event message structure", "SNS message and JSON formats", "Configuring Amazon SNS notifications
// for CloudTrail", "AWS service events delivered via CloudTrail", "Understand HTTP endpoint delivery request and response
// specifications".
//
// Pure. Everything in an envelope may be hostile: nesting, inflated sizes and the number of values are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "domain/cloudtrail/object_name.h"

namespace gw::cloudtrail {

// What CloudTrail sends when a topic is configured ("Configuring Amazon SNS notifications for CloudTrail"); no JSON.
inline constexpr std::string_view kValidationMessage = "CloudTrail validation message";

// The envelope that a record came out of: which feed it was.
enum class Envelope : std::uint8_t {
  records_file,
  record,
  eventbridge,
  cloudwatch_logs,
  firehose,
  kinesis,
  sqs,
  sns,
  s3_notification,
  lookup_events,
  digest,
};
[[nodiscard]] std::string_view to_string(Envelope envelope);

class UnpackHandler {
 public:
  virtual ~UnpackHandler() = default;
  // The JSON text of something that claims to be a record. Lives during the call. A message of a log group that begins like a
  // record is handed over unparsed: of `cloudwatch_logs` it may be damaged.
  virtual void record(std::string_view text, Envelope envelope) = 0;
  // The EventBridge event that the next record() comes out of, whole.
  virtual void event(std::string_view text) { (void)text; }
  // As record(), for many in one piece: `list` is their texts, a comma between two and a bracket behind the last; the n-th ends
  // before ends[n]. Who can read a list takes as many from its begin as are records and answers their number; the others
  // come by record().
  virtual std::size_t records(std::string_view list, const std::vector<std::uint32_t>& ends, Envelope envelope) {
    (void)list;
    (void)ends;
    (void)envelope;
    return 0;
  }
  // The delivery names an S3 object that holds the records. The key is decoded as its envelope demands.
  virtual void need_object(ObjectName object) = 0;
  // Nothing to read here, and rightly so: a digest, a control message, a subscription confirmation, an empty list.
  virtual void ignored(std::string_view why) = 0;
  // A part that cannot be read; the other parts are told all the same. `why` is a constant.
  virtual void quarantine(std::string_view why) = 0;
};

class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;

  // Reads one JSON document. False when it is not JSON: damage() says why (and nothing was told to the handler).
  [[nodiscard]] bool unpack(std::string_view document, UnpackHandler& handler);
  [[nodiscard]] const json::Damage& damage() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::cloudtrail

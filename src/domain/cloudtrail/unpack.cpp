// Each envelope is one function; which one applies is decided by the members that only it has. Strings that hold JSON again
// (SQS bodies, SNS messages, log messages) go through the same door one level deeper, with a Doc of their own a level, so
// that views into the outer levels stay valid. A message of a log group must be a record: text that is no JSON is
// quarantined by itself and its neighbours are read.
#include "domain/cloudtrail/unpack.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/utf8.h"
#include "domain/cloudtrail/unpack_state.h"

namespace gw::cloudtrail {
namespace {

// CloudWatch Logs hands a function up to 1 MB of base64, which repetitive records fill with some twenty times as much. More
// would not fit what a scan may take in memory (engine/scan/scan.h).
constexpr std::size_t kMaxInflated = std::size_t{24} << 20;

bool looks_like_record(Value v) {
  return v.is_object() &&
         ((!v["eventVersion"].is_missing() && (!v["eventName"].is_missing() || !v["userIdentity"].is_missing())) ||
          (!v["eventSource"].is_missing() && !v["eventName"].is_missing()) || !v["insightDetails"].is_missing() ||
          v["eventType"].text() == "AwsAggregatedEvent");
}

}  // namespace

std::string_view to_string(Envelope envelope) {
  constexpr std::array<std::string_view, 11> kNames = {
      "records_file", "record", "eventbridge",     "cloudwatch_logs", "firehose", "kinesis",
      "sqs",          "sns",    "s3_notification", "lookup_events",   "digest"};
  return kNames[static_cast<std::size_t>(envelope)];
}

Unpacker::Unpacker() : state_(std::make_unique<State>()) {}
Unpacker::~Unpacker() = default;
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;

const json::Damage& Unpacker::damage() const { return state_->damage; }

bool Unpacker::unpack(std::string_view document, UnpackHandler& handler) {
  State& s = *state_;
  s.handler = &handler;
  s.clear_payloads();
  s.inflated = 0;
  return s.document(document, 0, Envelope::record);
}

bool Unpacker::State::document(std::string_view text, std::size_t depth, Envelope outer) {
  json::Doc& doc = docs[depth];
  if (!doc.parse(text, kLimits)) {
    damage = doc.damage();
    return false;
  }
  value(doc.root(), depth, outer);
  return true;
}

// JSON within a string.
void Unpacker::State::text(std::string_view json, std::size_t depth, Envelope outer) {
  if (json.starts_with(kValidationMessage)) return handler->ignored("CloudTrail validation message");
  if (depth + 1 >= kMaxNesting) return handler->quarantine("envelopes nested too deeply");
  if (!document(json, depth + 1, outer)) handler->quarantine("the text in the envelope is not JSON");
}

void Unpacker::State::sns_message(Value message, std::size_t depth) {
  if (!message.is_string()) return handler->quarantine("an SNS notification has no message");
  text(message.text(), depth, Envelope::sns);
}

// One or more documents, as Firehose and Kinesis concatenate them; mostly one.
void Unpacker::State::documents(std::string_view bytes, std::size_t depth, Envelope outer) {
  if (depth + 1 >= kMaxNesting) return handler->quarantine("envelopes nested too deeply");
  if (document(bytes, depth + 1, outer)) return;
  bool any = false;
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view line = bytes.substr(0, newline);
    bytes.remove_prefix(newline == std::string_view::npos ? bytes.size() : newline + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (!document(line, depth + 1, outer)) handler->quarantine("the data in the envelope is not JSON");
    any = true;
  }
  if (!any) handler->quarantine("the data in the envelope is empty");
}

std::unique_ptr<Payload> Unpacker::State::new_payload() {
  return spare != nullptr ? std::move(spare) : std::make_unique<Payload>();
}

void Unpacker::State::clear_payloads() {
  for (std::unique_ptr<Payload>& payload : payloads) {
    if (payload->capacity() <= kKept && (spare == nullptr || spare->capacity() < payload->capacity()))
      spare = std::move(payload);
  }
  payloads.clear();
}

// base64, then gzip if it is, then documents.
void Unpacker::State::payload(std::string_view base64, std::size_t depth, Envelope outer) {
  const std::optional<std::string> bytes = decode_base64(base64);
  if (!bytes) return handler->quarantine("the data in the envelope is not base64");
  std::unique_ptr<Payload> out = new_payload();
  if (looks_like_gzip(*bytes)) {
    InflateResult result;
    const std::size_t allowed = kMaxInflated - inflated;
    for (std::size_t capacity = std::min(allowed, bytes->size() * 12 + 4096);;
         capacity = std::min(allowed, capacity * 4)) {
      result = inflater.inflate(*bytes, out->reserve(capacity), capacity);
      if (result.state != InflateResult::State::full || capacity == allowed) break;
    }
    if (result.state == InflateResult::State::full)
      return handler->quarantine("the data in the envelope inflates too far");
    if (result.state == InflateResult::State::damaged)
      return handler->quarantine("the data in the envelope is damaged gzip");
    out->resize(result.size);
    inflated += result.size;
  } else {
    bytes->copy(out->reserve(bytes->size()), bytes->size());
    out->resize(bytes->size());
  }
  payloads.push_back(std::move(out));
  if (log_messages(payloads.back()->text(), depth)) return;
  documents(payloads.back()->text(), depth, outer);
}

// Names that S3 cannot have are refused here: a bucket becomes part of a host's name.
void Unpacker::State::object(std::string_view bucket, std::string key, Value version, Value size) {
  const bool plain = std::all_of(bucket.begin(), bucket.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
  if (bucket.size() < 3 || bucket.size() > 255 || !plain)
    return handler->quarantine("a notification names no possible bucket");
  if (key.empty() || key.size() > 1024) return handler->quarantine("a notification names no possible key");
  for (std::size_t i = 0; i < key.size();) {
    const Utf8Char c = next_utf8(key, i);
    if (!c.valid) return handler->quarantine("the key in a notification is not UTF-8");
    i += c.length;
  }
  ObjectName name{std::string(bucket), std::move(key), std::string(version.text()), 0};
  if (size.type() == json::Type::number) {
    const std::string_view digits = size.raw();
    if (std::from_chars(digits.data(), digits.data() + digits.size(), name.size).ec != std::errc()) name.size = 0;
  }
  handler->need_object(std::move(name));
}

void Unpacker::State::s3_record(Value v) {
  std::string_view name = v["eventName"].text();
  if (name.starts_with("s3:")) name.remove_prefix(3);  // as other stores than S3 write it
  const Value bucket = v["s3"]["bucket"]["name"];
  const Value object_value = v["s3"]["object"];
  const Value key = object_value["key"];
  if (!bucket.is_string() || !key.is_string()) return handler->quarantine("an S3 notification names no bucket or key");
  if (name.empty()) return handler->quarantine("an S3 notification does not say what happened");
  if (name.starts_with("ObjectRemoved:")) return handler->ignored("an object was removed from S3");
  if (!name.starts_with("ObjectCreated:"))
    return handler->ignored("S3 notification of another kind than ObjectCreated");
  object(bucket.text(), decode_form(key.text()), object_value["versionId"], object_value["size"]);
}

void Unpacker::State::eventbridge(Value v) {
  const Value detail = v["detail"];
  const std::string_view kind = v["detail-type"].text();
  if (v["source"].text() == "aws.s3" && !detail["object"].is_missing()) {
    const Value bucket = detail["bucket"]["name"];
    const Value object_value = detail["object"];
    const Value key = object_value["key"];
    if (!bucket.is_string() || !key.is_string()) return handler->quarantine("an S3 event names no bucket or key");
    if (kind.empty()) return handler->quarantine("an S3 event does not say what happened");
    if (kind == "Object Deleted") return handler->ignored("an object was removed from S3");
    if (kind != "Object Created") return handler->ignored("S3 event of another kind than Object Created");
    return object(bucket.text(), std::string(key.text()), object_value["version-id"], object_value["size"]);
  }
  // What calls itself so and holds a record is read.
  if (kind == "Scheduled Event" && !looks_like_record(detail)) return handler->ignored("scheduled event");
  if (!detail.is_object()) return handler->quarantine("an EventBridge event has no detail");
  handler->event(v.raw());
  handler->record(detail.raw(), Envelope::eventbridge);
}

void Unpacker::State::cloudtrail_note(Value v) {
  const Value bucket = v["s3Bucket"];
  const Value keys = v["s3ObjectKey"];
  if (!bucket.is_string() || !keys.is_array()) return handler->quarantine("CloudTrail's note names no bucket or keys");
  if (keys.first_child().is_missing()) return handler->ignored("empty list of keys");
  for (Value key = keys.first_child(); !key.is_missing(); key = key.next_sibling()) {
    if (key.is_string()) {
      object(bucket.text(), std::string(key.text()), {}, {});
    } else {
      handler->quarantine("a key in CloudTrail's note is not a string");
    }
  }
}

void Unpacker::State::lookup_events(Value list, std::size_t depth) {
  if (list.first_child().is_missing()) return handler->ignored("empty list of events");
  for (Value event = list.first_child(); !event.is_missing(); event = event.next_sibling()) {
    const Value record = event["CloudTrailEvent"];
    if (record.is_object()) {
      handler->record(record.raw(), Envelope::lookup_events);
    } else if (record.is_string()) {
      text(record.text(), depth, Envelope::lookup_events);
    } else {
      handler->quarantine("an event has no CloudTrailEvent");
    }
  }
}

// `Records`, or a plain list: of log-file records, of what Lambda hands over, or of any documents.
void Unpacker::State::records(Value list, std::size_t depth, Envelope outer) {
  if (list.first_child().is_missing()) return handler->ignored("empty list of records");
  for (Value v = list.first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (!v.is_object()) {
      handler->quarantine("an element of the list is not an object");
    } else if (!v["kinesis"].is_missing()) {
      if (v["kinesis"]["data"].is_string()) {
        payload(v["kinesis"]["data"].text(), depth, Envelope::kinesis);
      } else {
        handler->quarantine("a Kinesis record has no data");
      }
    } else if (v["Sns"].is_object()) {
      sns_message(v["Sns"]["Message"], depth);
    } else if (v["eventSource"].text() == "aws:sqs") {
      text(v["body"].text(), depth, Envelope::sqs);
    } else if (v["s3"].is_object() && !looks_like_record(v["s3"]) && v["userIdentity"]["type"].is_missing()) {
      s3_record(v);
    } else if (!looks_like_record(v) && !v.first_child().is_missing()) {
      value(v, depth, outer);
    } else {
      handler->record(v.raw(), outer == Envelope::record ? Envelope::records_file : outer);
    }
  }
}

void Unpacker::State::value(Value v, std::size_t depth, Envelope outer) {
  if (v.is_array()) return records(v, depth, outer);
  if (!v.is_object()) return handler->quarantine("neither an object nor a list");
  if (v.first_child().is_missing()) return handler->ignored("empty object");
  // What begins as CloudTrail's writers begin a record is one, whatever else it holds.
  if (v.first_child().key() == "eventVersion" && !v["Records"].is_array()) return handler->record(v.raw(), outer);
  if (v["awslogs"].is_object()) {
    if (!v["awslogs"]["data"].is_string()) return handler->quarantine("awslogs has no data");
    return payload(v["awslogs"]["data"].text(), depth, Envelope::cloudwatch_logs);
  }
  if (!v["messageType"].is_missing() && !v["logEvents"].is_missing()) return log_events(v, depth);
  if (v["Records"].is_array()) return records(v["Records"], depth, outer);
  if (!v["Records"].is_missing()) return handler->quarantine("Records is not a list");
  if (!v["detail-type"].is_missing()) return eventbridge(v);
  const std::string_view type = v["Type"].text();
  if (type == "Notification" && (!v["TopicArn"].is_missing() || !v["Message"].is_missing()))
    return sns_message(v["Message"], depth);
  if (type == "SubscriptionConfirmation" || type == "UnsubscribeConfirmation") {
    return handler->ignored("SNS subscription message (its URL is never fetched)");
  }
  if (!v["s3ObjectKey"].is_missing()) return cloudtrail_note(v);
  if (v["Event"].text() == "s3:TestEvent") return handler->ignored("S3 test message");
  if (!v["requestId"].is_missing() && v["records"].is_array()) {
    const Value list = v["records"];
    if (list.first_child().is_missing()) return handler->ignored("empty list of records");
    for (Value record = list.first_child(); !record.is_missing(); record = record.next_sibling()) {
      if (record["data"].is_string()) {
        payload(record["data"].text(), depth, Envelope::firehose);
      } else {
        handler->quarantine("a Firehose record has no data");
      }
    }
    return;
  }
  if (!v["digestPublicKeyFingerprint"].is_missing() || !v["digestS3Object"].is_missing())
    return handler->ignored("digest file");
  if (looks_like_record(v)) return handler->record(v.raw(), outer);
  if (v["Events"].is_array()) return lookup_events(v["Events"], depth);
  if (v["CloudTrailEvent"].is_string()) return text(v["CloudTrailEvent"].text(), depth, Envelope::lookup_events);
  if (v["detail"].is_object() && looks_like_record(v["detail"])) {
    handler->event(v.raw());
    return handler->record(v["detail"].raw(), Envelope::eventbridge);
  }
  handler->quarantine("not a CloudTrail record, nor anything that carries one");
}

}  // namespace gw::cloudtrail

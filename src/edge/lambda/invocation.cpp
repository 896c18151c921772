// A list of SQS, Kinesis, SNS or Firehose elements is yielded element by element; everything else is one item, the event as it
// came, because the pipeline takes off those envelopes itself. Elements are read when they are asked for.
#include "edge/lambda/invocation.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/encoding.h"
#include "base/gzip.h"
#include "base/json/object.h"
#include "domain/cloudtrail/message.h"

namespace gw::lambda {
namespace {

using json::Value;

constexpr std::string_view kTwice = "a member occurs twice";

Sender sender_of(Value element) {
  if (!element["kinesis"].is_missing()) return Sender::kinesis;
  if (!element["Sns"].is_missing()) return Sender::sns;
  if (element["eventSource"].text() == "aws:sqs") return Sender::sqs;
  return Sender::other;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of decimal numbers of any length.
bool is_lower(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// EventBridge's rules and EventBridge Scheduler; their detail is empty.
bool is_sweep(Value root) {
  const std::string_view source = root["source"].text();
  const Value detail = root["detail"];
  const bool empty = detail.is_nothing() || (detail.is_object() && detail.first_child().is_missing()) ||
                     (detail.is_string() && detail.text() == "{}");
  return (source == "aws.events" || source == "aws.scheduler") && root["detail-type"].text() == "Scheduled Event" &&
         empty;
}

}  // namespace

Invocation::Invocation(std::string_view event) : event_(event) { classify(); }

void Invocation::unreadable(std::string_view why) {
  purpose_ = Purpose::unreadable;
  sender_ = Sender::other;
  problem_ = why;
  first_ = current_ = Value();
}

void Invocation::classify() {
  if (cloudtrail::begins_as_awslogs(event_)) {
    sender_ = Sender::cloudwatch_logs;
    feed_ = "cloudwatch_logs";
    return;
  }
  if (looks_like_gzip(event_)) return;
  const auto values = static_cast<std::uint32_t>(std::clamp<std::size_t>(event_.size() / 2 + 16, 64, 1'000'000));
  if (!doc_.parse(event_, {.max_depth = 256, .max_values = values})) {
    // Lines, or a log file of very many values: the pipeline cuts it.
    const std::string_view reason = doc_.damage().reason;
    if (reason != "text after the value" && reason != "too many values") unreadable(reason);
    return;
  }
  const Value root = doc_.root();
  if (!root.is_object()) {
    if (!root.is_array()) unreadable("neither an object nor a list");
    return;
  }
  if (const Value test = root["alert_test"]; !test.is_missing()) {
    if (root.size() != 1 || test.has_duplicate_keys()) return unreadable("alert_test stands beside other members");
    receiver_ = test["receiver"].text();
    if (receiver_.empty()) return unreadable("alert_test names no receiver");
    purpose_ = Purpose::alert_test;
    done_ = true;
    return;
  }
  if (!root["awslogs"].is_missing()) {
    feed_ = "cloudwatch_logs";
  } else if (!root["detail-type"].is_missing()) {
    feed_ = root["source"].text() == "aws.s3" ? "s3" : "eventbridge";
    if (is_sweep(root) && !root.has_duplicate_keys()) {
      purpose_ = Purpose::sweep;
      done_ = true;
    }
    return;
  }
  if (root.first_child().key() == "eventVersion") {
    feed_ = "eventbridge";  // a rule's target may be given the bare record
    return;
  }
  Value list = root["Records"];
  if (list.is_array()) {
    sender_ = sender_of(list.first_child());
    if (list.first_child()["s3"].is_object()) feed_ = "s3";
  } else if (root["records"].is_array() && root["invocationId"].is_string()) {
    list = root["records"];
    sender_ = Sender::firehose;
  }
  if (sender_ == Sender::other) return;
  if (root.has_duplicate_keys()) return unreadable(kTwice);
  first_ = current_ = list.first_child();
  done_ = first_.is_missing();
  if (sender_ == Sender::firehose) source_ = root["deliveryStreamArn"].text();
  feed_ = sender_ == Sender::kinesis || sender_ == Sender::firehose ? "cloudwatch_logs" : "eventbridge";
}

std::string_view Invocation::id_of(Value element) const {
  if (element.has_duplicate_keys()) return {};
  if (sender_ == Sender::sqs) return element["messageId"].text();
  if (sender_ == Sender::firehose) return element["recordId"].text();
  if (sender_ != Sender::kinesis || element["kinesis"].has_duplicate_keys()) return {};
  const std::string_view number = element["kinesis"]["sequenceNumber"].text();
  return is_number(number) ? number : std::string_view{};
}

Item Invocation::read(Value element) {
  Item item;
  item.feed = feed_;
  item.id = id_of(element);
  item.text = element.raw();
  item.readable = false;
  const auto with = [&](std::string_view problem) {
    item.problem = problem;
    return item;
  };
  if (!element.is_object()) return with("an element of the list is not an object");
  if (sender_ != Sender::firehose && sender_of(element) != sender_)
    return with("an element of another kind in the list");
  const Value inner = element[sender_ == Sender::kinesis ? "kinesis" : "Sns"];
  if (element.has_duplicate_keys() || inner.has_duplicate_keys()) return with(kTwice);
  Value payload;
  switch (sender_) {
    case Sender::sqs: {
      item.source = element["eventSourceARN"].text();
      const std::string_view count = element["attributes"]["ApproximateReceiveCount"].text();
      if (is_number(count)) {
        (void)std::from_chars(count.data(), count.data() + count.size(), item.receive_count);
      }
      payload = element["body"];
      if (!payload.is_string()) return with("an SQS message has no body");
      break;
    }
    case Sender::sns:
      item.source = inner["TopicArn"].text();
      payload = inner["Message"];
      if (!payload.is_string()) return with("an SNS notification has no message");
      break;
    default:
      item.source = sender_ == Sender::kinesis ? element["eventSourceARN"].text() : source_;
      payload = sender_ == Sender::kinesis ? inner["data"] : element["data"];
      if (!payload.is_string()) return with("a record has no data");
      if (auto bytes = decode_base64(payload.text())) {
        decoded_ = std::move(*bytes);
      } else {
        return with("the data of a record is not base64");
      }
      item.text = decoded_;
      item.readable = true;
  }
  if (!item.readable) {
    item.text = payload.text();
    item.readable = true;
  }
  if (item.text.empty()) {
    item.text = element.raw();
    item.readable = false;
    return with("it is empty");
  }
  if (item.id.empty() && sender_ != Sender::sns) item.problem = "it has no id";
  return item;
}

std::optional<Item> Invocation::next() {
  if (done_) return std::nullopt;
  Item item;
  if (current_.is_missing()) {
    done_ = true;
    item.feed = feed_;
    item.text = event_;
    item.problem = problem_;
    item.readable = problem_.empty();
  } else {
    item = read(current_);
    current_ = current_.next_sibling();
    done_ = current_.is_missing();
  }
  item.number = given_++;
  return item;
}

Answer Invocation::answer(std::span<const std::size_t> failed) const {
  const bool any = !done_ || std::any_of(failed.begin(), failed.end(), [&](std::size_t n) { return n < given_; });
  if (first_.is_missing()) return {any, any ? "" : "{}"};
  if (sender_ == Sender::sns) return {any, any ? "" : "{}"};
  std::vector<bool> again(given_, false);
  for (const std::size_t number : failed) {
    if (number < given_) again[number] = true;
  }
  const bool in_order = sender_ == Sender::sqs && first_["eventSourceARN"].text().ends_with(".fifo");
  const bool is_firehose = sender_ == Sender::firehose;
  std::string list;
  std::string_view lowest;
  bool broken = false;
  std::size_t number = 0;
  for (Value v = first_; !v.is_missing(); v = v.next_sibling(), ++number) {
    bool fails = number >= given_ || again[number] || (in_order && broken);
    if (!fails && !is_firehose) continue;
    broken = broken || fails;
    const std::string_view id = id_of(v);
    if (id.empty()) return {true, {}};
    if (sender_ == Sender::kinesis) {
      if (lowest.empty() || is_lower(id, lowest)) lowest = id;
      continue;
    }
    if (!list.empty()) list.push_back(',');
    json::Object object(list);
    if (is_firehose) {
      fails = fails || !v["data"].is_string();
      object.text("recordId", id);
      object.text("result", fails ? "ProcessingFailed" : "Ok");
      object.key("data") += v["data"].is_string() ? v["data"].raw() : std::string_view("\"\"");
    } else {
      object.text("itemIdentifier", id);
    }
  }
  if (!lowest.empty()) json::Object(list).text("itemIdentifier", lowest);
  return {false, (is_firehose ? "{\"records\":[" : "{\"batchItemFailures\":[") + list + "]}"};
}

}  // namespace gw::lambda

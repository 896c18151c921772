#include "edge/aws/sqs.h"

#include <charconv>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "edge/aws/json_call.h"

namespace gw::aws {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string begin_body(const std::string& queue_url) {
  std::string body = "{\"QueueUrl\":";
  json::append_string(body, queue_url);
  return body;
}

struct Answer {
  std::string body;
  json::Doc doc;  // of `body`, which does not move
};

Result<std::unique_ptr<Answer>> ask(Client& sqs, const JsonOperation& operation, const std::string& body) {
  auto response = sqs.succeed(json_call(operation, body));
  if (!response) return std::move(response).error();
  auto answer = std::make_unique<Answer>();
  answer->body = std::move(response->body);
  json::Limits limits;
  limits.max_values = 1U << 20;
  if (!answer->doc.parse(answer->body, limits) || !answer->doc.root().is_object()) {
    return Error{Errc::corrupt, "sqs " + std::string(operation.name) + ": the answer is no JSON object"};
  }
  return answer;
}

JsonOperation operation(std::string_view name) { return {"sqs", "AmazonSQS", name, JsonVersion::v1_0, {}, {}}; }

Result<std::vector<EntryResult>> batch(Client& sqs, std::string_view name, const std::string& queue_url,
                                       const std::vector<std::string>& entries) {
  if (entries.empty()) return std::vector<EntryResult>();
  if (entries.size() > kSqsBatch) return Error{Errc::invalid_input, "sqs: a batch has at most ten entries"};
  std::string body = begin_body(queue_url) + ",\"Entries\":[";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) body += ',';
    body += "{\"Id\":\"" + std::to_string(i) + "\"," + entries[i] + '}';
  }
  body += "]}";
  JsonOperation op = operation(name);
  op.timeout = std::chrono::milliseconds(15'000);
  auto answer = ask(sqs, op, body);
  if (!answer) return std::move(answer).error();
  std::vector<EntryResult> out(entries.size(), EntryResult{false, "Missing", false});
  const json::Value root = (*answer)->doc.root();
  for (json::Value at = root["Successful"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    const auto index = number<std::size_t>(at["Id"].text());
    if (index && *index < out.size()) out[*index] = EntryResult{true, {}, false};
  }
  for (json::Value at = root["Failed"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    const auto index = number<std::size_t>(at["Id"].text());
    if (!index || *index >= out.size()) continue;
    out[*index] = EntryResult{false, std::string(at["Code"].text()), at["SenderFault"].boolean().value_or(false)};
  }
  return out;
}

std::string handle_entry(const std::string& receipt_handle) {
  std::string entry = "\"ReceiptHandle\":";
  json::append_string(entry, receipt_handle);
  return entry;
}

}  // namespace

Result<std::vector<SqsMessage>> receive_messages(Client& sqs, const ReceiveRequest& request) {
  std::string body = begin_body(request.queue_url);
  body += ",\"MaxNumberOfMessages\":" + std::to_string(request.max_messages);
  body += ",\"WaitTimeSeconds\":" + std::to_string(request.wait_seconds);
  if (request.visibility_seconds) body += ",\"VisibilityTimeout\":" + std::to_string(*request.visibility_seconds);
  // The old name too: some stand-ins know no other.
  constexpr std::string_view kNames = "[\"ApproximateReceiveCount\",\"SentTimestamp\"]";
  body += ",\"MessageSystemAttributeNames\":";
  body += kNames;
  body += ",\"AttributeNames\":";
  body += kNames;
  body += '}';
  JsonOperation op = operation("ReceiveMessage");
  op.timeout = std::chrono::seconds(request.wait_seconds) + std::chrono::seconds(10);
  op.give_up_at = request.give_up_at;
  op.stop = request.stop;
  auto answer = ask(sqs, op, body);
  if (!answer) return std::move(answer).error();
  std::vector<SqsMessage> out;
  const json::Value messages = (*answer)->doc.root()["Messages"];  // missing when the queue is empty
  for (json::Value at = messages.first_child(); !at.is_missing(); at = at.next_sibling()) {
    SqsMessage message = {std::string(at["MessageId"].text()), std::string(at["ReceiptHandle"].text()),
                          std::string(at["Body"].text()), 1, std::nullopt};
    if (message.receipt_handle.empty() || !at["Body"].is_string()) {
      return Error{Errc::corrupt, "sqs ReceiveMessage: a message without handle or body"};
    }
    const json::Value attributes = at["Attributes"];
    message.receive_count = number<unsigned>(attributes["ApproximateReceiveCount"].text()).value_or(1);
    if (const auto sent = number<std::int64_t>(attributes["SentTimestamp"].text());
        sent && *sent >= 0 && *sent < 253'402'300'800'000) {
      message.sent = Time{*sent * 1000};
    }
    out.push_back(std::move(message));
  }
  return out;
}

Result<std::vector<EntryResult>> delete_messages(Client& sqs, const std::string& queue_url,
                                                 const std::vector<std::string>& receipt_handles) {
  std::vector<std::string> entries;
  entries.reserve(receipt_handles.size());
  for (const std::string& handle : receipt_handles) entries.push_back(handle_entry(handle));
  return batch(sqs, "DeleteMessageBatch", queue_url, entries);
}

Result<std::vector<EntryResult>> change_visibility(Client& sqs, const std::string& queue_url,
                                                   const std::vector<Visibility>& messages) {
  std::vector<std::string> entries;
  entries.reserve(messages.size());
  for (const Visibility& message : messages) {
    entries.push_back(handle_entry(message.receipt_handle) +
                      ",\"VisibilityTimeout\":" + std::to_string(message.seconds));
  }
  return batch(sqs, "ChangeMessageVisibilityBatch", queue_url, entries);
}

Result<std::map<std::string, std::string>> get_queue_attributes(Client& sqs, const std::string& queue_url,
                                                                const std::vector<std::string>& names) {
  std::string body = begin_body(queue_url) + ",\"AttributeNames\":[";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) body += ',';
    json::append_string(body, names[i]);
  }
  body += "]}";
  JsonOperation op = operation("GetQueueAttributes");
  op.timeout = std::chrono::milliseconds(15'000);
  auto answer = ask(sqs, op, body);
  if (!answer) return std::move(answer).error();
  std::map<std::string, std::string> out;
  const json::Value attributes = (*answer)->doc.root()["Attributes"];
  for (json::Value at = attributes.first_child(); !at.is_missing(); at = at.next_sibling()) {
    out.emplace(at.key(), at.text());
  }
  return out;
}

}  // namespace gw::aws

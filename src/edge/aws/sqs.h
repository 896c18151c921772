// SQS, by its JSON protocol.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

// In all calls `sqs` is a Client for Service::sqs in the queue's region (region_of_queue()). Errors as of Client::succeed();
// `corrupt` for an answer that cannot be read.

inline constexpr std::size_t kSqsBatch = 10;

struct SqsMessage {
  std::string id;
  std::string receipt_handle;
  std::string body;
  unsigned receive_count = 1;
  std::optional<Time> sent;
};

struct ReceiveRequest {
  std::string queue_url;
  unsigned max_messages = kSqsBatch;
  unsigned wait_seconds = 20;                  // how long an empty queue is listened to
  std::optional<unsigned> visibility_seconds;  // nullopt: the queue's own
  std::optional<Time> give_up_at;
  std::stop_token stop{};  // ends the wait: `cancelled`; what was being handed out comes again
};

[[nodiscard]] Result<std::vector<SqsMessage>> receive_messages(Client& sqs, const ReceiveRequest& request);

// What became of one entry of a batch.
struct EntryResult {
  bool is_done = false;
  std::string code;  // when not: `ReceiptHandleIsInvalid`; `Missing` when the answer does not mention the entry
  bool is_our_fault = false;  // trying again will not help
};

// One result for each handle, in their order. At most kSqsBatch of them (`invalid_input`).
[[nodiscard]] Result<std::vector<EntryResult>> delete_messages(Client& sqs, const std::string& queue_url,
                                                               const std::vector<std::string>& receipt_handles);

struct Visibility {
  std::string receipt_handle;
  unsigned seconds = 0;  // from now; 0 gives the message back
};
[[nodiscard]] Result<std::vector<EntryResult>> change_visibility(Client& sqs, const std::string& queue_url,
                                                                 const std::vector<Visibility>& messages);

// `VisibilityTimeout`, `RedrivePolicy`, … or `All`.
[[nodiscard]] Result<std::map<std::string, std::string>> get_queue_attributes(Client& sqs, const std::string& queue_url,
                                                                              const std::vector<std::string>& names);

}  // namespace gw::aws

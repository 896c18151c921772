// SNS: a message to a topic.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

struct SnsMessage {
  std::string topic_arn;
  std::string message;           // UTF-8, at most 256 KB
  std::string subject;           // of e-mails: ASCII, at most 100 characters; empty: none
  std::string group_id;          // FIFO topics only
  std::string deduplication_id;  // the same
  std::optional<Time> give_up_at;
};

// The message's id. An attempt whose answer was lost is repeated, so that a message may come twice, except to FIFO topics.
// Errors as of Client::succeed(). `sns` is a Client for Service::sns in the topic's region.
[[nodiscard]] Result<std::string> publish(Client& sns, const SnsMessage& message);

}  // namespace gw::aws

// The protocols `AWS JSON 1.0` and `1.1`: an operation named in a header, JSON there and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

enum class JsonVersion : std::uint8_t { v1_0, v1_1 };

struct JsonOperation {
  std::string_view service;  // for messages: `sqs`
  std::string_view target;   // `AmazonSQS`
  std::string_view name;     // `ReceiveMessage`
  JsonVersion version = JsonVersion::v1_0;
  std::chrono::milliseconds timeout{30'000};
  std::optional<Time> give_up_at;
  std::stop_token stop{};
};

// `body` must outlive the Call.
[[nodiscard]] Call json_call(const JsonOperation& operation, std::string_view body);

}  // namespace gw::aws

// DynamoDB: its JSON, as it is.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

// `operation` is `PutItem`, `Query`, …; `body` its request. A refusal is in Reply::failure, with what else the service said
// (the item of a ConditionalCheckFailedException, the reasons of a TransactionCanceledException) in the response's body. A
// conditional write that was tried again may be refused because of its own first attempt: compare the item. `dynamodb` is a
// Client for Service::dynamodb.
[[nodiscard]] Result<Reply> call_dynamodb(Client& dynamodb, std::string_view operation, std::string_view body,
                                          std::optional<Time> give_up_at = std::nullopt);

}  // namespace gw::aws

#include "edge/aws/dynamodb.h"

#include "edge/aws/json_call.h"

namespace gw::aws {

Result<Reply> call_dynamodb(Client& dynamodb, std::string_view operation, std::string_view body,
                            std::optional<Time> give_up_at) {
  constexpr std::chrono::milliseconds kTimeout{10'000};
  Call call = json_call({"dynamodb", "DynamoDB_20120810", operation, JsonVersion::v1_0, kTimeout, give_up_at}, body);
  call.body_limit = std::size_t{24} << 20;  // a batch may answer 16 MB of items
  return dynamodb.call(call);
}

}  // namespace gw::aws

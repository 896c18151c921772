#include "edge/aws/json_answer.h"

#include "base/json/write.h"

namespace gw::aws {

Result<std::unique_ptr<JsonAnswer>> ask_json(Client& client, const JsonOperation& operation, std::string_view body) {
  auto response = client.succeed(json_call(operation, body));
  if (!response) return std::move(response).error();
  auto answer = std::make_unique<JsonAnswer>();
  answer->body = std::move(response->body);
  json::Limits limits;
  limits.max_depth = 64;
  limits.max_values = 1U << 18;
  if (!answer->doc.parse(answer->body, limits) || !answer->doc.root().is_object()) {
    return Error{Errc::corrupt,
                 std::string(operation.service) + ' ' + std::string(operation.name) + ": the answer is no JSON object"};
  }
  return answer;
}

JsonBody& JsonBody::text(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += text_.empty() ? "{\"" : ",\"";
  text_.append(name).append("\":");
  json::append_string(text_, value);
  return *this;
}

JsonBody& JsonBody::number(std::string_view name, unsigned value) {
  text_ += text_.empty() ? "{\"" : ",\"";
  text_.append(name).append("\":").append(std::to_string(value));
  return *this;
}

}  // namespace gw::aws

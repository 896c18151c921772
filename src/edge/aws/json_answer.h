// The answer of a JSON operation, parsed: what the callers of small services share. Internal to this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/result.h"
#include "edge/aws/client.h"
#include "edge/aws/json_call.h"

namespace gw::aws {

struct JsonAnswer {
  std::string body;
  json::Doc doc;  // of `body`, which does not move
};

// A refusal as an Error, as Client::succeed(); `corrupt` for an answer that is no JSON object.
[[nodiscard]] Result<std::unique_ptr<JsonAnswer>> ask_json(Client& client, const JsonOperation& operation,
                                                           std::string_view body);

// One request's body, member by member; empty texts are left out.
class JsonBody {
 public:
  JsonBody& text(std::string_view name, std::string_view value);
  JsonBody& number(std::string_view name, unsigned value);
  [[nodiscard]] std::string take() { return (text_.empty() ? std::string("{") : std::move(text_)) + '}'; }

 private:
  std::string text_;
};

}  // namespace gw::aws

#include "edge/aws/secrets.h"

#include "base/encoding.h"
#include "base/json/doc.h"
#include "base/json/write.h"
#include "edge/aws/json_call.h"

namespace gw::aws {
namespace {

constexpr std::chrono::milliseconds kTimeout{15'000};

Error no_value(const Call& call) { return Error{Errc::corrupt, call.name + ": the answer holds no value"}; }

}  // namespace

Result<Secret> get_parameter(Client& ssm, const std::string& name, std::optional<Time> give_up_at) {
  std::string body = "{\"Name\":";
  json::append_string(body, name);
  body += ",\"WithDecryption\":true}";
  const Call call = json_call({"ssm", "AmazonSSM", "GetParameter", JsonVersion::v1_1, kTimeout, give_up_at}, body);
  const auto answer = ssm.succeed(call);
  if (!answer) return answer.error();
  json::Doc doc;
  if (!doc.parse(answer->body)) return no_value(call);
  const auto value = doc.root()["Parameter"]["Value"].string();
  if (!value) return no_value(call);
  return Secret(std::string(*value));
}

Result<Secret> get_secret_value(Client& secrets, const std::string& id, std::optional<Time> give_up_at) {
  std::string body = "{\"SecretId\":";
  json::append_string(body, id);
  body += '}';
  const Call call =
      json_call({"secretsmanager", "secretsmanager", "GetSecretValue", JsonVersion::v1_1, kTimeout, give_up_at}, body);
  const auto answer = secrets.succeed(call);
  if (!answer) return answer.error();
  json::Doc doc;
  if (!doc.parse(answer->body)) return no_value(call);
  if (const auto text = doc.root()["SecretString"].string()) return Secret(std::string(*text));
  const auto encoded = doc.root()["SecretBinary"].string();
  auto bytes = encoded ? decode_base64(*encoded) : std::nullopt;
  if (!bytes) return no_value(call);
  return Secret(std::move(*bytes));
}

}  // namespace gw::aws

#include "edge/receivers/webhook.h"

#include "base/encoding.h"
#include "base/sha256.h"

namespace gw::receivers {

using ports::SendResult;

Result<std::string> webhook_signature(const std::string& secret, const std::string& id, const std::string& timestamp,
                                      const std::string& body) {
  constexpr std::string_view kPrefix = "whsec_";
  std::optional<std::string> key;
  if (secret.starts_with(kPrefix)) key = decode_base64(std::string_view(secret).substr(kPrefix.size()));
  if (!key || key->empty()) return Error{Errc::invalid_input, "secret: whsec_ and base64 was expected"};
  return "v1," + encode_base64(hmac_sha256(*key, id + "." + timestamp + "." + body));
}

SendResult Webhook::send(const ports::Message& message, std::chrono::milliseconds deadline) {
  const Result<std::string> url = config_.url();
  if (!url) return retry("url: " + url.error().message);
  const std::string body = text_(message);
  const std::string id = message_id(message);
  const std::string timestamp = std::to_string(message.now.micros / 1'000'000);
  Headers headers = {{"content-type", type_}, {"webhook-id", id}, {"webhook-timestamp", timestamp}};
  if (config_.secret) {
    const Result<std::string> secret = config_.secret();
    if (!secret) return retry("secret: " + secret.error().message);
    const Result<std::string> signature = webhook_signature(*secret, id, timestamp, body);
    if (!signature) return refused(signature.error().message);
    headers.emplace_back("webhook-signature", *signature);
  }
  SendResult result = judge(post_(*url, headers, body, deadline), message.now);
  if (result.verdict == ports::SendVerdict::accepted) result.reference = result.reason;
  return result;
}

SendResult Webhook::check(std::chrono::milliseconds) {
  const Result<std::string> url = config_.url();
  if (!url) return refused("url: " + url.error().message);
  if (!url->starts_with("https://") && !url->starts_with("http://")) return refused("url is no URL");
  if (config_.secret) {
    const Result<std::string> secret = config_.secret();
    if (!secret) return refused("secret: " + secret.error().message);
    if (const auto signature = webhook_signature(*secret, "", "", ""); !signature)
      return refused(signature.error().message);
  }
  SendResult result;
  result.verdict = ports::SendVerdict::accepted;
  result.reason = "a webhook cannot be tried without posting";
  return result;
}

}  // namespace gw::receivers

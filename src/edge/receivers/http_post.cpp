#include "edge/receivers/http_post.h"

#include "base/http_date.h"

namespace gw::receivers {

using ports::SendResult;
using ports::SendVerdict;

SendResult refused(std::string reason) {
  SendResult result;
  result.verdict = SendVerdict::refused;
  result.reason = std::move(reason);
  return result;
}

SendResult retry(std::string reason) {
  SendResult result;
  result.verdict = SendVerdict::retry;
  result.reason = std::move(reason);
  return result;
}

std::optional<std::chrono::seconds> retry_after(const Reply& reply, Time now) {
  const auto header = reply.headers.find("retry-after");
  return header == reply.headers.end() ? std::nullopt : parse_retry_after(header->second, now);
}

SendResult judge(const Result<Reply>& reply, Time now) {
  if (!reply) return retryable(reply.error().code) ? retry(reply.error().message) : refused(reply.error().message);
  const int status = reply->status;
  SendResult result;
  result.reason = "HTTP " + std::to_string(status);
  if (status >= 200 && status < 300) {
    result.verdict = SendVerdict::accepted;
  } else if (status == 408 || status == 425 || status == 429 || status >= 500) {
    result.verdict = SendVerdict::retry;
    result.retry_after = retry_after(*reply, now);
  } else {
    result.verdict = SendVerdict::refused;
    result.about_secret = status == 401 || status == 403 || status == 404 || status == 410;
    if (status == 410) result.reason += ": the endpoint is gone";
    if (status >= 300 && status < 400) result.reason += ": redirects are not followed";
  }
  return result;
}

}  // namespace gw::receivers

#include "edge/receivers/http_post.h"

#include <date/date.h>

#include <charconv>
#include <sstream>

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
  if (header == reply.headers.end() || header->second.empty()) return std::nullopt;
  const std::string& text = header->second;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size())
    return seconds >= 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
  std::istringstream in(text);
  date::sys_seconds at;
  in >> date::parse("%a, %d %b %Y %H:%M:%S GMT", at);  // IMF-fixdate (RFC 9110, 5.6.7)
  if (in.fail()) return std::nullopt;
  const std::int64_t left = at.time_since_epoch().count() - now.micros / 1'000'000;
  return std::chrono::seconds(left > 0 ? left : 0);
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
    if (status == 410) result.reason += ": the endpoint is gone";
    if (status >= 300 && status < 400) result.reason += ": redirects are not followed";
  }
  return result;
}

}  // namespace gw::receivers

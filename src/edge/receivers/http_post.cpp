#include "edge/receivers/http_post.h"

#include <algorithm>
#include <cctype>

#include "base/http_date.h"

namespace gw::receivers {
namespace {

bool begins(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

// By its body: Slack's own `ok` comes as text/html.
bool is_web_page(const Reply& reply) {
  const std::size_t first = reply.body.find_first_not_of(" \t\r\n");
  const std::string_view body =
      first == std::string::npos ? std::string_view() : std::string_view(reply.body).substr(first);
  return begins(body, "<!doctype html") || begins(body, "<html");
}

}  // namespace

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

SendResult judge_service(const Result<Reply>& reply, Time now) {
  SendResult result = judge(reply, now);
  if (result.verdict != SendVerdict::accepted || !is_web_page(*reply)) return result;
  return retry(result.reason + ": a web page, which is not the service's answer");
}

}  // namespace gw::receivers

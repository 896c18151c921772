// What the receivers need of HTTP, and how they read an answer.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};
using Headers = std::vector<std::pair<std::string, std::string>>;

// One POST. Any status is an answer, redirects are not followed. Errors: `unavailable` and `throttled` for what may pass (no
// connection, no answer in time), anything else for what will not (a URL that cannot be used, an address that is refused).
// Blocks for at most `deadline`. Its messages hold no secret.
using HttpPost = std::function<Result<Reply>(const std::string& url, const Headers& headers, const std::string& body,
                                             std::chrono::milliseconds deadline)>;

// `Retry-After`, as seconds or as a date; nullopt when there is none that can be read.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Reply& reply, Time now);

// 2xx accepted; 408, 425, 429 and 5xx later; all else, redirects and 410 among it, refused for good. 401, 403,
// 404 and 410 are told as about the secret: what is kept for a secret may be the token, or the address.
[[nodiscard]] ports::SendResult judge(const Result<Reply>& reply, Time now);

// The same for services that never answer with a web page: a 2xx that brings one is a proxy's, or a portal's, that took the message
// away. Later, then.
[[nodiscard]] ports::SendResult judge_service(const Result<Reply>& reply, Time now);

[[nodiscard]] ports::SendResult refused(std::string reason);
[[nodiscard]] ports::SendResult retry(std::string reason);

}  // namespace gw::receivers

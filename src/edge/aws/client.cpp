#include "edge/aws/client.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/http_date.h"
#include "edge/aws/sigv4.h"

namespace gw::aws {
namespace {

// Services accept five minutes; a signature that does not match for another reason must not set our clock.
constexpr std::int64_t kSuspiciousSkew = std::int64_t{4} * 60 * 1'000'000;

Time now_by_system() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

double random_by_system() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

}  // namespace

Tools system_tools() {
  return {now_by_system, [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }, random_by_system};
}

std::chrono::milliseconds backoff(const RetryOptions& options, unsigned failed, bool throttled, double random) {
  const auto base = throttled ? options.throttled_base : options.base;
  const std::int64_t factor = std::int64_t{1} << std::min(std::max(failed, 1U) - 1, 20U);
  const std::int64_t bound = std::min<std::int64_t>(base.count() * factor, options.cap.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(bound) * random));
}

struct Client::Attempts {
  unsigned made = 0;
  bool has_body_begun = false;
  bool was_clock_set = false;
  bool was_identity_new = false;
  std::int64_t skew = 0;      // that the last one was signed with
  std::string access_key_id;  // the same
};

Client::Client(Transport& transport, CredentialProvider& credentials, Service service, Endpoint endpoint, Tools tools,
               RetryOptions retry)
    : transport_(transport),
      credentials_(credentials),
      service_(service),
      endpoint_(std::move(endpoint)),
      tools_(std::move(tools)),
      retry_(retry) {}

Result<HttpResponse> Client::send_once(const Call& call, Attempts& attempts) {
  const Time now = tools_.now();
  HttpRequest request;
  request.timeout = call.timeout;
  if (call.stop.stop_requested()) return Error{Errc::cancelled, "it was asked to stop"};
  if (call.give_up_at) {
    const auto left = std::chrono::milliseconds((call.give_up_at->micros - now.micros) / 1000);
    if (left.count() <= 0) return Error{Errc::cancelled, "no time is left for it"};
    request.timeout = std::min(request.timeout, left);
  }
  SignedRequest to_sign = {
      call.method, call.host_prefix + endpoint_.host, endpoint_.path + call.path, call.query, call.headers, call.body};
  request.headers = call.headers;
  if (call.is_signed) {
    auto credentials = credentials_.get(now);
    if (!credentials) return std::move(credentials).error();
    attempts.access_key_id = credentials->access_key_id;
    attempts.skew = skew_.load();
    const Scope scope = {endpoint_.region, std::string(signing_name(service_)), Time{now.micros + attempts.skew}};
    for (auto& header : sign(to_sign, *credentials, scope)) request.headers.push_back(std::move(header));
  }
  request.method = call.method;
  request.url = endpoint_.scheme + "://" + to_sign.host + to_sign.path;
  if (!call.query.empty()) request.url += '?' + canonical_query(call.query);
  request.body = call.body;
  request.body_limit = call.body_limit;
  request.stop = call.stop;
  // A call that takes its time, such as a long poll, is silent until it answers.
  request.stall = std::max(request.stall, std::min(request.timeout, std::chrono::milliseconds(60'000)));
  if (call.on_body) {
    request.on_body = [&](std::string_view piece) {
      attempts.has_body_begun = true;
      return call.on_body(piece);
    };
  }
  return transport_.send(request);
}

bool Client::wait(const Call& call, std::chrono::milliseconds time) const {
  if (call.give_up_at && tools_.now().micros + time.count() * 1000 >= call.give_up_at->micros) return false;
  if (time.count() > 0) tools_.wait(time);
  return true;
}

// True when another attempt follows at once because something was put right.
bool Client::may_go_on(const Call& call, const Failure& failure, std::string_view date, Attempts& attempts) {
  if (!call.is_signed) return false;
  if (failure.reaction == Reaction::new_identity && !attempts.was_identity_new) {
    attempts.was_identity_new = true;
    credentials_.refused(attempts.access_key_id);
    return true;
  }
  const auto theirs = parse_http_date(date);
  if (failure.reaction != Reaction::fix_clock || attempts.was_clock_set || !theirs) return false;
  const std::int64_t skew = theirs->micros - tools_.now().micros;
  const bool is_said = failure.name.starts_with("Request");
  if (!is_said && std::llabs(skew - attempts.skew) < kSuspiciousSkew) return false;
  attempts.was_clock_set = true;
  skew_.store(skew);
  return true;
}

Result<Reply> Client::call(const Call& call) {
  Attempts attempts;
  for (;;) {
    auto response = send_once(call, attempts);
    ++attempts.made;
    const bool is_last = attempts.made >= retry_.attempts || attempts.has_body_begun;
    if (!response) {
      const bool passes = retryable(response.error().code);
      if (!passes || is_last || !wait(call, backoff(retry_, attempts.made, false, tools_.random()))) {
        return std::move(response).error().in(call.name);
      }
      continue;
    }
    if (response->status >= 200 && response->status < 300) return Reply{std::move(*response), std::nullopt};
    Failure failure = read_failure(*response);
    if (may_go_on(call, failure, response->header("date"), attempts)) continue;
    const bool throttled = failure.reaction == Reaction::slow_down;
    if ((failure.reaction != Reaction::try_again && !throttled) || is_last) {
      return Reply{std::move(*response), std::move(failure)};
    }
    auto time = backoff(retry_, attempts.made, throttled, tools_.random());
    if (const auto asked = parse_retry_after(response->header("retry-after"), tools_.now())) {
      time = std::max(time, std::min<std::chrono::milliseconds>(*asked, retry_.retry_after_cap));
    }
    if (!wait(call, time)) return Reply{std::move(*response), std::move(failure)};
  }
}

Result<HttpResponse> Client::succeed(const Call& given) {
  auto reply = call(given);
  if (!reply) return std::move(reply).error();
  if (reply->failure) return reply->failure->error(given.name);
  return std::move(reply->response);
}

Result<std::unique_ptr<Client>> make_client(Transport& transport, CredentialProvider& credentials, Service service,
                                            const EndpointOptions& endpoint, Tools tools, RetryOptions retry) {
  auto resolved = resolve_endpoint(service, endpoint);
  if (!resolved) return std::move(resolved).error();
  return std::make_unique<Client>(transport, credentials, service, std::move(*resolved), std::move(tools), retry);
}

}  // namespace gw::aws

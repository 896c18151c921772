// One service of AWS, called: signed, tried again when that may help, and its refusals understood.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "edge/aws/credentials.h"
#include "edge/aws/failure.h"
#include "edge/aws/region.h"
#include "edge/aws/transport.h"

namespace gw::aws {

// The world, passed in.
struct Tools {
  std::function<Time()> now;
  std::function<void(std::chrono::milliseconds)> wait;
  std::function<double()> random;  // 0 <= x < 1
};
[[nodiscard]] Tools system_tools();

struct RetryOptions {
  unsigned attempts = 4;  // in all
  std::chrono::milliseconds base{100};
  std::chrono::milliseconds throttled_base{500};
  std::chrono::milliseconds cap{5'000};
  std::chrono::milliseconds retry_after_cap{20'000};
};

// How long to wait after attempt `failed` (from 1): anything up to a bound that doubles ("full jitter").
[[nodiscard]] std::chrono::milliseconds backoff(const RetryOptions& options, unsigned failed, bool throttled,
                                                double random);
struct Call {
  std::string name;  // `sqs ReceiveMessage`, for messages
  std::string method = "POST";
  std::string host_prefix;  // `bucket.`
  std::string path = "/";   // encoded; behind the endpoint's own
  Query query;
  Headers headers;  // names in lower case
  std::string_view body;
  bool is_signed = true;
  std::chrono::milliseconds timeout{60'000};  // of one attempt
  std::size_t body_limit = std::size_t{8} << 20;
  std::optional<Time> give_up_at;  // no attempt and no wait goes beyond it
  // As HttpRequest::on_body. Once it was called nothing is tried again.
  std::function<bool(std::string_view)> on_body;
  std::stop_token stop{};  // as HttpRequest
};

struct Reply {
  HttpResponse response;
  std::optional<Failure> failure;  // what the service said in the end, when it said no
};

// Safe from any thread. What it refers to must outlive it.
class Client {
 public:
  Client(Transport& transport, CredentialProvider& credentials, Service service, Endpoint endpoint, Tools tools,
         RetryOptions retry = {});

  // A Reply whenever the service answered; Error when it did not, or there were no credentials.
  [[nodiscard]] Result<Reply> call(const Call& call);
  // The same with a refusal as an Error: `throttled`, `denied`, `not_found`, `conflict`, `unavailable` or `invalid_input`.
  [[nodiscard]] Result<HttpResponse> succeed(const Call& call);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Attempts;
  [[nodiscard]] Result<HttpResponse> send_once(const Call& call, Attempts& attempts);
  [[nodiscard]] bool may_go_on(const Call& call, const Failure& failure, std::string_view date, Attempts& attempts);
  [[nodiscard]] bool wait(const Call& call, std::chrono::milliseconds time) const;

  Transport& transport_;
  CredentialProvider& credentials_;
  Service service_;
  Endpoint endpoint_;
  Tools tools_;
  RetryOptions retry_;
  std::atomic<std::int64_t> skew_{0};  // what to add to our clock, in microseconds
};

// A Client where resolve_endpoint() says.
[[nodiscard]] Result<std::unique_ptr<Client>> make_client(Transport& transport, CredentialProvider& credentials,
                                                          Service service, const EndpointOptions& endpoint,
                                                          Tools tools = system_tools(), RetryOptions retry = {});

}  // namespace gw::aws

// AWS as the program's parts need it: one transport, one chain of credentials, and a client for each service and region, all of
// it made when it is first asked for. Until then nothing is opened, read or started, so that it costs a cold start nothing.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>

#include "app/io.h"
#include "base/result.h"
#include "edge/aws/chain.h"
#include "edge/aws/client.h"

namespace gw::app {

class AwsSecrets;

// Safe from any thread.
class AwsContext {
 public:
  struct Options {
    aws::Surroundings surroundings;
    aws::Tools tools;
    std::function<std::unique_ptr<aws::Transport>()> transport;
    aws::RetryOptions retry;
  };
  explicit AwsContext(Options options);
  // By the environment, the files and the clock of `io`, over libcurl.
  explicit AwsContext(const Io& io);
  // The same, but that all its calls, also those for credentials, end soon after `stop`.
  AwsContext(const Io& io, const std::stop_token& stop);
  ~AwsContext();

  // The client of a service in a region; empty: default_region(). It lives as long as this object. `invalid_input` when no
  // region is known, or AWS_ENDPOINT_URL… cannot be used. Does not call AWS, but may read the profile files. `role`: the ARN of
  // a role to sign as, which the chain's credentials assume when they are first needed; empty: themselves.
  [[nodiscard]] Result<aws::Client*> client(aws::Service service, const std::string& region = {},
                                            const std::string& role = {});
  // AWS_REGION, AWS_DEFAULT_REGION, the profile's; empty when there is none.
  [[nodiscard]] std::string default_region();
  // For calls that are made without a Client.
  [[nodiscard]] aws::Transport& transport();
  [[nodiscard]] aws::CredentialProvider& credentials();
  // What was fetched of Systems Manager and Secrets Manager, kept for all.
  [[nodiscard]] AwsSecrets& secrets() { return *secrets_; }

 private:
  void start();  // under the lock
  Result<aws::Client*> client_locked(aws::Service service, const std::string& region, const std::string& role);
  Result<aws::CredentialProvider*> provider(const std::string& role);

  const Options options_;
  std::mutex mutex_;
  std::unique_ptr<aws::Transport> transport_;
  std::unique_ptr<aws::CredentialProvider> credentials_;
  bool has_region_ = false;
  std::string region_;
  std::map<std::string, std::unique_ptr<aws::CredentialProvider>> roles_;  // by ARN; they use clients_
  std::map<std::tuple<aws::Service, std::string, std::string>, std::unique_ptr<aws::Client>> clients_;
  const std::unique_ptr<AwsSecrets> secrets_;
};

// False when `stop` came before the end.
[[nodiscard]] bool interruptible_wait(std::chrono::milliseconds time, const std::stop_token& stop);

// The one of `io`, or a new one by its environment: whoever keeps a client keeps this too.
[[nodiscard]] std::shared_ptr<AwsContext> aws_of(const Io& io);

}  // namespace gw::app

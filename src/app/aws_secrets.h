// Secrets that AWS keeps: `ssm:NAME` (a parameter, decrypted) and `secretsmanager:ID[#KEY]` (a secret, or the text under KEY in
// one that is a JSON object). NAME and ID may be ARNs, which also say the region. Each is fetched when it is first asked for
// and then kept for everybody.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace gw::app {

class AwsContext;

[[nodiscard]] bool is_aws_secret(const std::string& reference);
// `invalid_input` for a reference that can be none. Pure.
[[nodiscard]] Status check_aws_secret(const std::string& reference);

// arn:PARTITION:SERVICE:REGION:…; empty for what is no ARN.
[[nodiscard]] std::string region_of_arn(std::string_view id);

// Safe from any thread; two that ask for the same secret wait for one fetch. Messages name the reference, never the secret.
class AwsSecrets {
 public:
  // How often a secret is fetched again because somebody was refused with it.
  static constexpr std::chrono::seconds kRereadAtMost{60};
  static constexpr std::chrono::seconds kForever{0};

  AwsSecrets(AwsContext& aws, std::function<Time()> now) : aws_(aws), now_(std::move(now)) {}

  // What is kept, when it is not older than `max_age`. When fetching fails what is kept stays in use, and is tried again a minute
  // later; with nothing kept the error is the answer: as of aws/secrets.h, and `invalid_input` for a secret without the key.
  [[nodiscard]] Result<Secret> get(const std::string& reference, std::chrono::seconds max_age = kForever);
  // Somebody was refused with `used`. True: there is another one now, which get() answers. Fetches at most once a minute:
  // `throttled` in between, when nobody knows whether there is one.
  [[nodiscard]] Result<bool> reread(const std::string& reference, const Secret& used);

 private:
  struct Kept;
  std::shared_ptr<Kept> find(const std::string& reference);
  Result<Secret> fetch(const std::string& reference);

  AwsContext& aws_;
  const std::function<Time()> now_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Kept>> kept_;
};

}  // namespace gw::app

#include "app/aws_secrets.h"

#include <optional>
#include <utility>

#include "app/aws_context.h"
#include "base/json/doc.h"
#include "edge/aws/secrets.h"

namespace gw::app {
namespace {

constexpr std::string_view kSsm = "ssm:";
constexpr std::string_view kSecretsManager = "secretsmanager:";
// A message waits for it, whose sender holds a lease.
constexpr std::int64_t kPatience = std::int64_t{5} * 1'000'000;
constexpr std::int64_t kRetry = std::int64_t{60} * 1'000'000;

struct Parts {
  bool is_parameter = false;
  std::string id;
  std::string key;
};

std::optional<Parts> split(std::string_view reference) {
  Parts parts;
  if (reference.starts_with(kSsm)) {
    parts.is_parameter = true;
    parts.id = reference.substr(kSsm.size());
  } else if (reference.starts_with(kSecretsManager)) {
    const std::string_view rest = reference.substr(kSecretsManager.size());
    const std::size_t hash = rest.find('#');  // no part of a secret's name
    parts.id = rest.substr(0, hash);
    if (hash != std::string_view::npos) {
      parts.key = rest.substr(hash + 1);
      if (parts.key.empty()) return std::nullopt;
    }
  }
  if (parts.id.empty()) return std::nullopt;
  return parts;
}

Result<Secret> member(const Secret& secret, const std::string& key) {
  json::Doc doc;
  if (!doc.parse(secret.reveal()) || !doc.root().is_object())
    return Error{Errc::invalid_input, "the secret is no JSON object"};
  const auto text = doc.root()[key].string();
  if (!text) return Error{Errc::invalid_input, "the secret holds no text under that key"};
  return Secret(std::string(*text));
}

}  // namespace

struct AwsSecrets::Kept {
  std::mutex mutex;
  std::optional<Secret> secret;
  Time fetched;
  std::optional<Time> reread;
};

std::string region_of_arn(std::string_view id) {
  if (!id.starts_with("arn:")) return {};
  for (int i = 0; i < 3; ++i) {
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) return {};
    id.remove_prefix(colon + 1);
  }
  return std::string(id.substr(0, id.find(':')));
}

bool is_aws_secret(const std::string& reference) {
  return reference.starts_with(kSsm) || reference.starts_with(kSecretsManager);
}

Status check_aws_secret(const std::string& reference) {
  if (is_aws_secret(reference) && split(reference)) return ok();
  return Error{Errc::invalid_input,
               "the secret " + reference + ": ssm:NAME, or secretsmanager:ID and perhaps #KEY, was expected"};
}

std::shared_ptr<AwsSecrets::Kept> AwsSecrets::find(const std::string& reference) {
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[reference];
  if (kept == nullptr) kept = std::make_shared<Kept>();
  return kept;
}

Result<Secret> AwsSecrets::fetch(const std::string& reference) {
  const auto in = [&](Error error) { return std::move(error).in("the secret " + reference); };
  if (const Status possible = check_aws_secret(reference); !possible) return possible.error();
  const Parts parts = *split(reference);
  auto client =
      aws_.client(parts.is_parameter ? aws::Service::ssm : aws::Service::secrets_manager, region_of_arn(parts.id));
  if (!client) return in(std::move(client).error());
  const Time give_up_at{now_().micros + kPatience};
  auto secret = parts.is_parameter ? aws::get_parameter(**client, parts.id, give_up_at)
                                   : aws::get_secret_value(**client, parts.id, give_up_at);
  if (secret && !parts.key.empty()) secret = member(*secret, parts.key);
  if (!secret) return in(std::move(secret).error());
  std::string text = secret->reveal();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return in({Errc::invalid_input, "it is empty"});
  return Secret(std::move(text));
}

Result<Secret> AwsSecrets::get(const std::string& reference, std::chrono::seconds max_age) {
  const auto kept = find(reference);
  const std::lock_guard lock(kept->mutex);
  const std::int64_t now = now_().micros;
  const std::int64_t age = std::chrono::microseconds(max_age).count();
  if (kept->secret && (age == 0 || now - kept->fetched.micros < age)) return *kept->secret;
  auto secret = fetch(reference);
  if (!secret && !kept->secret) return secret;
  if (secret) kept->secret = std::move(*secret);
  kept->fetched = secret ? Time{now} : Time{now - age + kRetry};
  return *kept->secret;
}

Result<bool> AwsSecrets::reread(const std::string& reference, const Secret& used) {
  const auto kept = find(reference);
  const std::lock_guard lock(kept->mutex);
  if (kept->secret && kept->secret->reveal() != used.reveal()) return true;
  const Time now = now_();
  const std::int64_t pause = std::chrono::microseconds(kRereadAtMost).count();
  if (kept->reread && now.micros - kept->reread->micros < pause)
    return Error{Errc::throttled, "the secret " + reference + " was read again less than a minute ago"};
  kept->reread = now;
  auto secret = fetch(reference);
  if (!secret) return std::move(secret).error();
  kept->fetched = now;
  kept->secret = std::move(*secret);
  return kept->secret->reveal() != used.reveal();
}

}  // namespace gw::app

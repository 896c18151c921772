#include "edge/aws/chain.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>

#include "edge/aws/sts.h"

namespace gw::aws {
namespace {

constexpr std::int64_t kMinute = std::int64_t{60} * 1'000'000;

std::string non_empty(const Surroundings& around, const char* name) {
  return around.variable(name).value_or(std::string());
}

std::string file_named_by(const Surroundings& around, const char* variable, const char* below_home) {
  std::string path = non_empty(around, variable);
  if (path.empty()) {
    const std::string home = non_empty(around, "HOME");
    if (home.empty()) return {};
    path = home + below_home;
  }
  return around.file(path).value_or(std::string());
}

std::string profile_name(const Surroundings& around, const std::string& given) {
  if (!given.empty()) return given;
  const std::string named = non_empty(around, "AWS_PROFILE");
  return named.empty() ? "default" : named;
}

class Walk {
 public:
  Walk(Transport& transport, const ChainOptions& options)
      : transport_(transport), options_(options), around_(options.surroundings) {}

  Result<Credentials> go() {
    const bool has_id = !non_empty(around_, "AWS_ACCESS_KEY_ID").empty();
    if (has_id || !non_empty(around_, "AWS_SECRET_ACCESS_KEY").empty()) return from_environment();

    auto plan = plan_profile(read_profiles(around_), profile_name(around_, options_.profile));
    if (plan) return follow(*plan);
    const bool was_named = !options_.profile.empty() || !non_empty(around_, "AWS_PROFILE").empty();
    if (was_named || plan.error().code != Errc::not_found) return std::move(plan).error();

    if (const std::string file = non_empty(around_, "AWS_WEB_IDENTITY_TOKEN_FILE"); !file.empty()) {
      RoleToAssume role = {non_empty(around_, "AWS_ROLE_ARN"), non_empty(around_, "AWS_ROLE_SESSION_NAME"), {}, 0};
      if (role.role_arn.empty()) {
        return Error{Errc::invalid_input, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not"};
      }
      if (role.session_name.empty()) role.session_name = "glasswatch";
      return from_web_identity(file, role);
    }
    auto url = container_url(around_.variable);
    if (!url) return std::move(url).error();
    if (*url) return container_credentials(transport_, options_.tools, around_, **url);
    auto instance = instance_credentials(transport_, options_.tools, around_.variable);
    if (instance || instance.error().code == Errc::unavailable) return instance;
    return std::move(instance).error().in("no AWS credentials in the environment or the profile files");
  }

 private:
  Result<Credentials> from_environment() const {
    Credentials out = {non_empty(around_, "AWS_ACCESS_KEY_ID"), Secret(non_empty(around_, "AWS_SECRET_ACCESS_KEY")),
                       Secret(non_empty(around_, "AWS_SESSION_TOKEN")), std::nullopt};
    if (out.access_key_id.empty() || out.secret_access_key.empty()) {
      return Error{Errc::invalid_input, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are needed both"};
    }
    return out;
  }

  Result<Endpoint> sts_endpoint() const {
    EndpointOptions endpoint;
    endpoint.region = options_.region.empty() ? find_region(around_, options_.profile) : options_.region;
    endpoint.use_fips = fips_from_environment(around_.variable);
    endpoint.variable = around_.variable;
    return resolve_endpoint(Service::sts, endpoint);
  }

  Result<Credentials> from_web_identity(const std::string& file, const RoleToAssume& role) const {
    // Read each time: it is replaced while we run.
    const auto content = around_.file(file);
    if (!content || content->empty()) {
      return Error{Errc::unavailable, "the web identity token file cannot be read"};
    }
    std::string token = *content;
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    auto endpoint = sts_endpoint();
    if (!endpoint) return std::move(endpoint).error();
    FixedCredentials nobody{Credentials{}};
    Client sts(transport_, nobody, Service::sts, std::move(*endpoint), options_.tools);
    return assume_role_with_web_identity(sts, role, Secret(std::move(token)));
  }

  Result<Credentials> base_of(const Plan& plan) const {
    switch (plan.base) {
      case Plan::Base::keys: return plan.keys;
      case Plan::Base::web_identity: return from_web_identity(plan.token_file, plan.web_role);
      case Plan::Base::environment: return from_environment();
      case Plan::Base::instance: return instance_credentials(transport_, options_.tools, around_.variable);
      case Plan::Base::container: break;
    }
    auto url = container_url(around_.variable);
    if (!url) return std::move(url).error();
    if (!*url) return Error{Errc::invalid_input, "credential_source is EcsContainer, but this is no container of ECS"};
    return container_credentials(transport_, options_.tools, around_, **url);
  }

  Result<Credentials> follow(const Plan& plan) const {
    auto credentials = base_of(plan);
    for (const RoleToAssume& role : plan.roles) {
      if (!credentials) return credentials;
      auto endpoint = sts_endpoint();
      if (!endpoint) return std::move(endpoint).error();
      FixedCredentials source(std::move(*credentials));
      Client sts(transport_, source, Service::sts, std::move(*endpoint), options_.tools);
      credentials = assume_role(sts, role);
    }
    return credentials;
  }

  Transport& transport_;
  const ChainOptions& options_;
  const Surroundings& around_;
};

}  // namespace

struct CachedCredentials::State {
  Fetch fetch;
  std::mutex fetching;  // held while fetch runs; taken before `mutex`
  std::mutex mutex;
  std::optional<Credentials> current;
  Time refresh_at;

  // What can be used without fetching. `is_due`: it may be used, but should be replaced.
  std::optional<Credentials> usable(Time now, bool& is_due) {
    const std::lock_guard lock(mutex);
    is_due = !current || now >= refresh_at;
    if (current && is_due && current->expires && now.micros >= current->expires->micros - kMinute) return std::nullopt;
    return current;
  }
};

CachedCredentials::CachedCredentials(Fetch fetch) : state_(std::make_unique<State>()) {
  state_->fetch = std::move(fetch);
}
CachedCredentials::~CachedCredentials() = default;

Result<Credentials> CachedCredentials::get(Time now) {
  State& state = *state_;
  bool is_due = false;
  auto usable = state.usable(now, is_due);
  if (!is_due) return std::move(*usable);
  std::unique_lock fetching(state.fetching, std::defer_lock);
  if (usable) {
    if (!fetching.try_lock()) return std::move(*usable);  // somebody is at it
  } else {
    fetching.lock();
  }
  usable = state.usable(now, is_due);
  if (!is_due) return std::move(*usable);  // somebody was

  auto fetched = state.fetch(now);
  const std::lock_guard lock(state.mutex);
  if (fetched) {
    state.current = *fetched;
    const std::int64_t next = fetched->expires ? std::max(fetched->expires->micros - 5 * kMinute, now.micros + kMinute)
                                               : std::numeric_limits<std::int64_t>::max();
    state.refresh_at = Time{next};
    return fetched;
  }
  const bool is_kept =
      state.current && state.current->expires && now.micros < state.current->expires->micros + 10 * kMinute;
  if (!is_kept) return fetched;
  state.refresh_at = Time{now.micros + kMinute};
  return *state.current;
}

void CachedCredentials::refused(const std::string& access_key_id) {
  const std::lock_guard lock(state_->mutex);
  if (state_->current && state_->current->access_key_id == access_key_id) state_->current.reset();
}

Profiles read_profiles(const Surroundings& around) {
  return Profiles::parse(file_named_by(around, "AWS_CONFIG_FILE", "/.aws/config"),
                         file_named_by(around, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"));
}

std::string find_region(const Surroundings& around, const std::string& profile) {
  const std::string region = region_from_environment(around.variable);
  return region.empty() ? read_profiles(around).setting(profile_name(around, profile), "region") : region;
}

Result<Credentials> fetch_credentials(Transport& transport, const ChainOptions& options) {
  return Walk(transport, options).go();
}

std::unique_ptr<CredentialProvider> make_credential_chain(Transport& transport, ChainOptions options) {
  return std::make_unique<CachedCredentials>(
      [&transport, options = std::move(options)](Time) { return fetch_credentials(transport, options); });
}

}  // namespace gw::aws

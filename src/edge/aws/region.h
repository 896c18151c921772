// Where a service is reached. Pure; safe from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gw::aws {

using ReadVariable = std::function<std::optional<std::string>(const char* name)>;

struct Partition {
  std::string_view name;        // `aws`, as in ARNs
  std::string_view dns_suffix;  // `amazonaws.com`
};

// By the region's prefix; an unknown one is taken for the commercial partition's.
[[nodiscard]] Partition partition_of(std::string_view region);
[[nodiscard]] bool is_region(std::string_view text);  // lower-case letters, digits and dashes

enum class Service : std::uint8_t {
  sts,
  s3,
  sqs,
  ssm,
  secrets_manager,
  dynamodb,
  sns,
  organizations,  // one endpoint a partition, whatever the region
  identity_store,
  sso_admin,
};
[[nodiscard]] std::string_view signing_name(Service service);  // also the first part of its host

struct Endpoint {
  std::string scheme = "https";
  std::string host;  // with a port, if any
  std::string path;  // before every path; without a slash at its end
  std::string region;
  bool is_custom = false;  // somebody's own: S3 is then called with the bucket in the path
};

struct EndpointOptions {
  std::string region;
  bool use_fips = false;
  // From AWS_ENDPOINT_URL_<SERVICE>, then AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
  ReadVariable variable = [](const char*) { return std::nullopt; };
};

// AWS_REGION, then AWS_DEFAULT_REGION; empty when there is none.
[[nodiscard]] std::string region_from_environment(const ReadVariable& variable);
[[nodiscard]] bool fips_from_environment(const ReadVariable& variable);

// `invalid_input` for no region, one that is none, and an endpoint URL that cannot be used.
[[nodiscard]] Result<Endpoint> resolve_endpoint(Service service, const EndpointOptions& options);

// The region in `https://sqs.eu-west-1.amazonaws.com/…`; nullopt for addresses of other forms.
[[nodiscard]] std::optional<std::string> region_of_queue(std::string_view queue_url);

}  // namespace gw::aws

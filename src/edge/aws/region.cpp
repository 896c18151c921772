#include "edge/aws/region.h"

#include <algorithm>
#include <utility>

namespace gw::aws {
namespace {

struct Known {
  std::string_view prefix;
  Partition partition;
};

constexpr Known kPartitions[] = {
    {"cn-", {"aws-cn", "amazonaws.com.cn"}},       {"us-gov-", {"aws-us-gov", "amazonaws.com"}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov"}},  {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov"}},
    {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk"}}, {"us-iso-", {"aws-iso", "c2s.ic.gov"}},
    {"eusc-", {"aws-eusc", "amazonaws.eu"}},
};

bool is_true(const std::optional<std::string>& value) {
  return value && (*value == "true" || *value == "TRUE" || *value == "True");
}

const char* variable_of(Service service) {
  switch (service) {
    case Service::sts: return "AWS_ENDPOINT_URL_STS";
    case Service::s3: return "AWS_ENDPOINT_URL_S3";
    case Service::sqs: return "AWS_ENDPOINT_URL_SQS";
    case Service::ssm: return "AWS_ENDPOINT_URL_SSM";
    case Service::secrets_manager: return "AWS_ENDPOINT_URL_SECRETS_MANAGER";
    case Service::dynamodb: return "AWS_ENDPOINT_URL_DYNAMODB";
    case Service::sns: return "AWS_ENDPOINT_URL_SNS";
    case Service::organizations: return "AWS_ENDPOINT_URL_ORGANIZATIONS";
    case Service::identity_store: return "AWS_ENDPOINT_URL_IDENTITYSTORE";
    case Service::sso_admin: return "AWS_ENDPOINT_URL_SSO_ADMIN";
  }
  return "AWS_ENDPOINT_URL";
}

// GovCloud's ordinary endpoints of these are validated as they are.
bool has_own_fips_name(Service service, const Partition& partition) {
  return partition.name != "aws-us-gov" || service == Service::s3 || service == Service::secrets_manager;
}

// Organizations is global: it is called, and calls are signed for, where the partition keeps it ("AWS Organizations endpoints and
// quotas").
std::string region_of_organizations(const std::string& region) {
  constexpr std::pair<std::string_view, std::string_view> kHomes[] = {{"aws", "us-east-1"},
                                                                      {"aws-cn", "cn-northwest-1"},
                                                                      {"aws-us-gov", "us-gov-west-1"},
                                                                      {"aws-iso", "us-iso-east-1"},
                                                                      {"aws-iso-b", "us-isob-east-1"}};
  for (const auto& [partition, home] : kHomes) {
    if (partition == partition_of(region).name) return std::string(home);
  }
  return region;
}

Error not_usable(std::string_view name) {
  return Error{Errc::invalid_input, std::string(name) + ": not an http or https URL that can be used"};
}

Result<Endpoint> custom(std::string_view name, std::string_view url, const std::string& region) {
  Endpoint endpoint;
  endpoint.region = region;
  endpoint.is_custom = true;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return not_usable(name);
  endpoint.scheme = url.substr(0, colon);
  if (endpoint.scheme != "http" && endpoint.scheme != "https") return not_usable(name);
  url.remove_prefix(colon + 3);
  const std::size_t slash = std::min(url.find('/'), url.size());
  endpoint.host = url.substr(0, slash);
  endpoint.path = url.substr(slash);
  while (endpoint.path.ends_with('/')) endpoint.path.pop_back();
  const bool is_clean = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
  if (endpoint.host.empty() || !is_clean || url.find_first_of("?#@\\") != std::string_view::npos) {
    return not_usable(name);
  }
  // The Host header leaves out the scheme's own port, and what is signed is that header.
  const std::string_view port = endpoint.scheme == "https" ? ":443" : ":80";
  if (endpoint.host.ends_with(port)) endpoint.host.resize(endpoint.host.size() - port.size());
  return endpoint;
}

}  // namespace

Partition partition_of(std::string_view region) {
  for (const Known& known : kPartitions) {
    if (region.starts_with(known.prefix)) return known.partition;
  }
  return {"aws", "amazonaws.com"};
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string_view signing_name(Service service) {
  switch (service) {
    case Service::sts: return "sts";
    case Service::s3: return "s3";
    case Service::sqs: return "sqs";
    case Service::ssm: return "ssm";
    case Service::secrets_manager: return "secretsmanager";
    case Service::dynamodb: return "dynamodb";
    case Service::sns: return "sns";
    case Service::organizations: return "organizations";
    case Service::identity_store: return "identitystore";
    case Service::sso_admin: return "sso";
  }
  return "";
}

std::string region_from_environment(const ReadVariable& variable) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto value = variable(name); value && !value->empty()) return *value;
  }
  return {};
}

bool fips_from_environment(const ReadVariable& variable) { return is_true(variable("AWS_USE_FIPS_ENDPOINT")); }

Result<Endpoint> resolve_endpoint(Service service, const EndpointOptions& options) {
  if (options.region.empty()) {
    return Error{Errc::invalid_input, "no AWS region is known: set AWS_REGION, or `region` in the profile"};
  }
  if (!is_region(options.region)) return Error{Errc::invalid_input, "the AWS region is none"};
  const std::string region =
      service == Service::organizations ? region_of_organizations(options.region) : options.region;
  if (!is_true(options.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))) {
    for (const char* name : {variable_of(service), "AWS_ENDPOINT_URL"}) {
      if (auto url = options.variable(name); url && !url->empty()) return custom(name, *url, region);
    }
  }
  const Partition partition = partition_of(region);
  Endpoint endpoint;
  endpoint.region = region;
  endpoint.host = signing_name(service);
  if (options.use_fips && has_own_fips_name(service, partition)) endpoint.host += "-fips";
  endpoint.host += '.' + region + '.';
  endpoint.host += partition.dns_suffix;
  return endpoint;
}

std::optional<std::string> region_of_queue(std::string_view queue_url) {
  for (const std::string_view start : {"https://sqs.", "https://sqs-fips."}) {
    if (!queue_url.starts_with(start)) continue;
    queue_url.remove_prefix(start.size());
    const std::string_view region = queue_url.substr(0, queue_url.find('.'));
    if (!is_region(region)) return std::nullopt;
    const std::string_view rest = queue_url.substr(region.size());
    const std::string_view suffix = partition_of(region).dns_suffix;
    const bool is_aws =
        rest.size() > suffix.size() + 1 && rest.substr(1, suffix.size()) == suffix && rest[suffix.size() + 1] == '/';
    return is_aws ? std::optional(std::string(region)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace gw::aws

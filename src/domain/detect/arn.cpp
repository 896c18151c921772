#include "domain/detect/arn.h"

#include <algorithm>

namespace gw::detect {
namespace {

constexpr std::string_view kReservedPrefix = "AWSReservedSSO_";
constexpr std::size_t kSuffixDigits = 16;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  text.remove_prefix(4);
  Arn arn;
  for (std::string_view* part : {&arn.partition, &arn.service, &arn.region, &arn.account}) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    *part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  arn.resource = text;
  return arn;
}

RoleRef role_of(std::string_view text) {
  const std::optional<Arn> arn = parse_arn(text);
  if (!arn) return {};
  std::string_view resource = arn->resource;
  if (arn->service == "iam" && resource.starts_with("role/")) return {arn->account, last_segment(resource), {}};
  constexpr std::string_view kAssumed = "assumed-role/";
  // Some pipelines rewrite the service of the session's ARN to iam.
  if ((arn->service != "sts" && arn->service != "iam") || !resource.starts_with(kAssumed)) return {};
  resource.remove_prefix(kAssumed.size());
  const std::size_t slash = resource.find('/');
  if (slash == std::string_view::npos) return {arn->account, resource, {}};
  return {arn->account, resource.substr(0, slash), resource.substr(slash + 1)};
}

std::optional<std::string_view> permission_set_of(std::string_view role_name) {
  if (!role_name.starts_with(kReservedPrefix)) return std::nullopt;
  role_name.remove_prefix(kReservedPrefix.size());
  if (role_name.size() > kSuffixDigits + 1) {
    const std::size_t cut = role_name.size() - kSuffixDigits - 1;
    const std::string_view suffix = role_name.substr(cut + 1);
    if (role_name[cut] == '_' && std::all_of(suffix.begin(), suffix.end(), is_lower_hex))
      return role_name.substr(0, cut);
  }
  return role_name;
}

std::string_view plain_role_name(std::string_view role_name) {
  return permission_set_of(role_name).value_or(role_name);
}

bool is_identity_center_provider(std::string_view provider_arn) {
  const std::string_view name = last_segment(provider_arn);
  return name.starts_with("AWSSSO_") && name.ends_with("_DO_NOT_DELETE");
}

std::string_view last_segment(std::string_view text) {
  std::size_t at = text.rfind('/');
  if (at == std::string_view::npos) at = text.rfind(':');
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

}  // namespace gw::detect

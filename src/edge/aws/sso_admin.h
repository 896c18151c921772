// The administration of IAM Identity Center: permission sets and how long their sessions last.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

struct CenterInstance {
  std::string arn;
  std::string identity_store;  // d-…
};
struct InstancePage {
  std::vector<CenterInstance> instances;
  std::string next;  // empty: the last one
};
struct PermissionSetPage {
  std::vector<std::string> arns;
  std::string next;
};
struct PermissionSet {
  std::string name;
  std::int64_t duration_micros = 0;  // an hour where the service names none
};

// `sso_admin` is a Client for Service::sso_admin in the region of Identity Center; `page` is empty or the `next` before. Errors as
// of Client::succeed(); `corrupt` for an answer that cannot be read.
[[nodiscard]] Result<InstancePage> list_instances(Client& sso_admin, const std::string& page, std::stop_token stop);
[[nodiscard]] Result<PermissionSetPage> list_permission_sets(Client& sso_admin, const std::string& instance,
                                                             const std::string& page, std::stop_token stop);
[[nodiscard]] Result<PermissionSet> describe_permission_set(Client& sso_admin, const std::string& instance,
                                                            const std::string& arn, std::stop_token stop);

// `PT4H`, `PT1H30M`, `PT45M10S`: what SessionDuration holds (ISO 8601, no days). In microseconds; nullopt for anything else, for
// none and for more than a day.
[[nodiscard]] std::optional<std::int64_t> parse_session_duration(std::string_view text);

}  // namespace gw::aws

// Security Token Service: credentials of a role.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "edge/aws/client.h"

namespace gw::aws {

struct RoleToAssume {
  std::string role_arn;
  std::string session_name;
  std::string external_id;        // empty: none
  unsigned duration_seconds = 0;  // 0: the service's default, an hour
};

// `sts` is a Client for Service::sts. Errors as of Client::succeed(); `corrupt` for an answer that cannot be read.
[[nodiscard]] Result<Credentials> assume_role(Client& sts, const RoleToAssume& role);
// Not signed: the token is what proves who asks.
[[nodiscard]] Result<Credentials> assume_role_with_web_identity(Client& sts, const RoleToAssume& role,
                                                                const Secret& token);

}  // namespace gw::aws

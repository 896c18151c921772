// Secrets kept by AWS: parameters of Systems Manager, and Secrets Manager.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "edge/aws/client.h"

namespace gw::aws {

// Decrypted. `name` may be an ARN, and end in `:version` or `:label`. Errors as of Client::succeed(); `corrupt` for an answer
// that cannot be read. `ssm` is a Client for Service::ssm.
[[nodiscard]] Result<Secret> get_parameter(Client& ssm, const std::string& name,
                                           std::optional<Time> give_up_at = std::nullopt);

// The current version; a binary secret as its bytes. `id` is a name or an ARN. `secrets` is a Client for
// Service::secrets_manager.
[[nodiscard]] Result<Secret> get_secret_value(Client& secrets, const std::string& id,
                                              std::optional<Time> give_up_at = std::nullopt);

}  // namespace gw::aws

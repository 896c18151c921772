// Credentials that the machine hands out: of an ECS task, an EKS pod, an EC2 instance.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "edge/aws/client.h"
#include "edge/aws/credentials.h"
#include "edge/aws/region.h"
#include "edge/aws/transport.h"

namespace gw::aws {

// The content of a file; nullopt when it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

struct Surroundings {
  ReadVariable variable;
  ReadFile file;
};
[[nodiscard]] Surroundings system_surroundings();

// From AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, then AWS_CONTAINER_CREDENTIALS_FULL_URI. nullopt: neither is set. Over http
// only the addresses of this machine, of ECS and of EKS may be named (`invalid_input`): the answer is a password.
[[nodiscard]] Result<std::optional<std::string>> container_url(const ReadVariable& variable);

[[nodiscard]] Result<Credentials> container_credentials(Transport& transport, const Tools& tools,
                                                        const Surroundings& surroundings, const std::string& url);

// IMDSv2 only. `denied` when AWS_EC2_METADATA_DISABLED is true or the instance has no role.
[[nodiscard]] Result<Credentials> instance_credentials(Transport& transport, const Tools& tools,
                                                       const ReadVariable& variable);

}  // namespace gw::aws

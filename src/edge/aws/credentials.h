// What a request is signed with.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "base/time.h"

namespace gw::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;         // empty for long-lived keys
  std::optional<Time> expires;  // nullopt: never
};

}  // namespace gw::aws

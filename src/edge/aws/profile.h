// The shared files `~/.aws/config` and `~/.aws/credentials`, and what a profile in them asks for. Pure; safe from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edge/aws/credentials.h"
#include "edge/aws/sts.h"

namespace gw::aws {

class Profiles {
 public:
  using Settings = std::map<std::string, std::string>;

  // Lines that are no setting are passed over, nested settings too. What both files say of a profile counts as in the
  // credentials file.
  [[nodiscard]] static Profiles parse(std::string_view config, std::string_view credentials);
  [[nodiscard]] const Settings* find(const std::string& name) const;
  // A setting of a profile; empty when there is none.
  [[nodiscard]] std::string setting(const std::string& profile, const std::string& name) const;

 private:
  std::map<std::string, Settings> profiles_;
};

// Where the first credentials come from, and the roles to assume from there, one after the other.
struct Plan {
  enum class Base : std::uint8_t { keys, web_identity, environment, container, instance };
  Base base = Base::keys;
  Credentials keys;        // Base::keys
  std::string token_file;  // Base::web_identity
  RoleToAssume web_role;   // the same
  std::vector<RoleToAssume> roles;
};

// `not_found` when the profile is not there or holds no credentials at all; `invalid_input` for what cannot be followed:
// loops, halves of settings, and ways that are not supported (credential_process, SSO, MFA).
[[nodiscard]] Result<Plan> plan_profile(const Profiles& profiles, const std::string& name);

}  // namespace gw::aws

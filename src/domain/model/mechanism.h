// The ways in. One word per concept; these spellings are what users filter and alert on (docs/detections.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gw::model {

enum class Mechanism : std::uint8_t {
  identity_center_signin,
  identity_center_console,
  identity_center_cli,
  identity_center_app,
  saml_federation,
  web_identity,
  assume_role,
  switch_role,
  iam_user_console,
  iam_user_api,
  root_console,
  root_api,
  assume_root,
  session_token,
  aws_login,
  password_recovery,
  tamper,
  other,
  account_access,  // only ever in `also`: the role came from Account access manager
};

inline constexpr std::size_t kMechanismCount = 19;

inline constexpr std::array<std::string_view, kMechanismCount> kMechanismNames = {  //
    "identity_center_signin",
    "identity_center_console",
    "identity_center_cli",
    "identity_center_app",
    "saml_federation",
    "web_identity",
    "assume_role",
    "switch_role",
    "iam_user_console",
    "iam_user_api",
    "root_console",
    "root_api",
    "assume_root",
    "session_token",
    "aws_login",
    "password_recovery",
    "tamper",
    "other",
    "account_access"};

[[nodiscard]] constexpr std::string_view to_string(Mechanism m) { return kMechanismNames[static_cast<std::size_t>(m)]; }

[[nodiscard]] constexpr std::optional<Mechanism> parse_mechanism(std::string_view name) {
  for (std::size_t i = 0; i < kMechanismCount; ++i) {
    if (kMechanismNames[i] == name) return static_cast<Mechanism>(i);
  }
  return std::nullopt;
}

class MechanismSet {
 public:
  constexpr MechanismSet() = default;
  template <class... M>
  [[nodiscard]] static constexpr MechanismSet of(M... m) {
    MechanismSet set;
    (set.add(m), ...);
    return set;
  }
  [[nodiscard]] static constexpr MechanismSet all() {
    MechanismSet set;
    set.bits_ = (1u << kMechanismCount) - 1;
    return set;
  }
  constexpr void add(Mechanism m) { bits_ |= bit(m); }
  constexpr void add(MechanismSet other) { bits_ |= other.bits_; }
  constexpr void remove(Mechanism m) { bits_ &= ~bit(m); }
  [[nodiscard]] constexpr bool has(Mechanism m) const { return (bits_ & bit(m)) != 0; }
  [[nodiscard]] constexpr bool intersects(MechanismSet other) const { return (bits_ & other.bits_) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(MechanismSet, MechanismSet) = default;

 private:
  static constexpr std::uint32_t bit(Mechanism m) { return 1u << static_cast<std::uint32_t>(m); }
  std::uint32_t bits_ = 0;
};

}  // namespace gw::model

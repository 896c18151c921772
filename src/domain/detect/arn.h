// Amazon Resource Names, as far as detection needs them, in every partition (aws, aws-cn, aws-us-gov, …).
//
// Views live in the text they were cut from. Pure; safe from any thread.
// Sources: "Identify AWS resources with Amazon Resource Names (ARNs)"; role naming from "Referencing permission sets in
// resource policies, Amazon EKS cluster config maps, and AWS KMS key policies".
#pragma once

#include <optional>
#include <string_view>

namespace gw::detect {

struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;  // everything behind the fifth colon
};

// nullopt unless the text is `arn:` and five more parts; the parts may be empty or redacted text.
[[nodiscard]] std::optional<Arn> parse_arn(std::string_view text);

// The role that an ARN names: `…:role/path/Name` (iam) or `…:assumed-role/Name/session` (sts). Empty `name`: no role.
struct RoleRef {
  std::string_view account;
  std::string_view name;
  std::string_view session;
};
[[nodiscard]] RoleRef role_of(std::string_view arn);

// `AWSReservedSSO_<permission set>_<16 hex>` → the permission set, which may itself hold underscores; without such a suffix
// (redacted samples) all that follows the prefix. nullopt for other names.
[[nodiscard]] std::optional<std::string_view> permission_set_of(std::string_view role_name);
// The permission set's name for a reserved role, else the name itself.
[[nodiscard]] std::string_view plain_role_name(std::string_view role_name);

// `AWSSSO_<hex>_DO_NOT_DELETE`: the SAML provider that Identity Center keeps in every account it serves.
[[nodiscard]] bool is_identity_center_provider(std::string_view provider_arn);

// What follows the last `/` (or the last `:` when there is no `/`).
[[nodiscard]] std::string_view last_segment(std::string_view text);

}  // namespace gw::detect

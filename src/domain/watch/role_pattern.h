// How accounts and roles are written in watches, on the command line and in files alike. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gw::watch {

// 12 digits, a glob of digits, `ou:ou-…` or `ou:r-…`.
[[nodiscard]] bool is_account_pattern(std::string_view text);

// A glob that some role or permission-set name can match: letters, digits and _+=,.@- with * and ? ("CreateRole",
// "CreatePermissionSet" in the API references); `\` escapes. ARNs, paths and [sets] never match anything. `:` and `;` pass,
// because the command line has escapes for them.
[[nodiscard]] bool is_role_pattern(std::string_view text);

// `AWSReservedSSO_X_0123456789abcdef` and `AWSReservedSSO_X_*` mean the permission set X ("Referencing permission sets in
// resource policies"); a note says so. Other patterns come back as they are.
[[nodiscard]] std::string normal_role_pattern(std::string_view pattern, std::vector<std::string>& notes);

}  // namespace gw::watch

// Names from the AWS CLI's own output, as it comes: `aws organizations list-accounts` and `aws identitystore list-users`
// (several pages put together by the CLI, or a bare list). Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/watch/config.h"

namespace gw::app {

// {"Accounts":[{"Id","Name",…}]} → id → name. invalid_input when it is neither that nor a list of such objects.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_accounts(std::string_view json);

// {"Users":[{"UserId","UserName","IdentityStoreId",…}]} → people keyed by userId.
[[nodiscard]] Result<std::vector<watch::Person>> parse_people(std::string_view json);

}  // namespace gw::app

// Names for ids, from what the AWS CLI prints, as it comes: `aws organizations list-accounts` and `aws identitystore
// list-users` ("ListAccounts", "ListUsers" in the API references). Unknown members are passed over; several pages one
// after the other in one file are fine, and so is a bare array of the items.
//
// invalid_input when the text is not JSON or holds no such list; the message has no text of the file but its offset. An
// item without an id or name is skipped. Pure; safe from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/watch/config.h"

namespace gw::app {

// id → name; accounts without a name are left out.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_accounts(std::string_view json);

// The UserName of each user (the DisplayName where it has none) by UserId.
[[nodiscard]] Result<std::vector<watch::Person>> parse_people(std::string_view json);

// Adds them to a configuration; what the configuration names itself stays.
void add_accounts(watch::Config& config, const std::map<std::string, std::string>& names);
void add_people(watch::Config& config, const std::vector<watch::Person>& people);

}  // namespace gw::app

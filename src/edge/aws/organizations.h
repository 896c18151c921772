// AWS Organizations: accounts, and the tree that they hang in. Lists come in pages; a page may hold nothing and name another.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

struct OrganizationAccount {
  std::string id;
  std::string name;
  bool is_active = true;  // not suspended, closed, being closed or not there yet
};

struct AccountPage {
  std::vector<OrganizationAccount> accounts;
  std::string next;  // empty: the last one
};
struct IdPage {
  std::vector<std::string> ids;
  std::string next;
};

// `organizations` is a Client for Service::organizations; `page` is empty or the `next` before. Errors as of Client::succeed();
// `corrupt` for an answer that cannot be read. To be called from the management account or by a delegated administrator.
[[nodiscard]] Result<AccountPage> list_accounts(Client& organizations, const std::string& page, std::stop_token stop);
[[nodiscard]] Result<IdPage> list_roots(Client& organizations, const std::string& page, std::stop_token stop);
// Those right below `parent`, a root or an organizational unit.
[[nodiscard]] Result<IdPage> list_units(Client& organizations, const std::string& parent, const std::string& page,
                                        std::stop_token stop);
[[nodiscard]] Result<IdPage> list_accounts_in(Client& organizations, const std::string& parent, const std::string& page,
                                              std::stop_token stop);

}  // namespace gw::aws

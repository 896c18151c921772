// Identity Store: who the people of IAM Identity Center are.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

struct StoreUser {
  std::string id;
  std::string name;  // UserName; DisplayName where there is none
};
struct UserPage {
  std::vector<StoreUser> users;  // those without any name are left out
  std::string next;              // empty: the last one
};

// `identity_store` is a Client for Service::identity_store in the region of Identity Center; `store` its id, d-…; `page` is empty
// or the `next` before. Errors as of Client::succeed(); `corrupt` for an answer that cannot be read.
[[nodiscard]] Result<UserPage> list_users(Client& identity_store, const std::string& store, const std::string& page,
                                          std::stop_token stop);

}  // namespace gw::aws

#include "edge/aws/identity_store.h"

#include <utility>

#include "edge/aws/json_answer.h"

namespace gw::aws {

Result<UserPage> list_users(Client& identity_store, const std::string& store, const std::string& page,
                            std::stop_token stop) {
  constexpr std::chrono::milliseconds kTimeout{15'000};
  const std::string body =
      JsonBody().text("IdentityStoreId", store).number("MaxResults", 100).text("NextToken", page).take();
  const auto answer = ask_json(
      identity_store,
      {"identitystore", "AWSIdentityStore", "ListUsers", JsonVersion::v1_1, kTimeout, {}, std::move(stop)}, body);
  if (!answer) return answer.error();
  const json::Value root = (*answer)->doc.root();
  const Error not_readable{Errc::corrupt, "identitystore ListUsers: the answer cannot be read"};
  if (!root["Users"].is_array()) return not_readable;
  UserPage out;
  out.next = root["NextToken"].text();
  for (json::Value at = root["Users"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at["UserId"].text().empty()) return not_readable;
    std::string_view name = at["UserName"].text();
    if (name.empty()) name = at["DisplayName"].text();
    if (!name.empty()) out.users.push_back({std::string(at["UserId"].text()), std::string(name)});
  }
  return out;
}

}  // namespace gw::aws

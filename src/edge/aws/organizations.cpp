#include "edge/aws/organizations.h"

#include <utility>

#include "edge/aws/json_answer.h"

namespace gw::aws {
namespace {

JsonOperation operation(std::string_view name, std::stop_token stop) {
  constexpr std::chrono::milliseconds kTimeout{15'000};
  return {"organizations", "AWSOrganizationsV20161128", name, JsonVersion::v1_1, kTimeout, {}, std::move(stop)};
}

Error not_readable(std::string_view name) {
  return Error{Errc::corrupt, "organizations " + std::string(name) + ": the answer cannot be read"};
}

// `State` has come in place of `Status`, which is no longer sent at some time. An account of which neither is known, or a state
// that is new, counts as active: rather one silence told too many.
bool is_active(json::Value account) {
  std::string_view state = account["State"].text();
  if (state.empty()) state = account["Status"].text();
  for (const std::string_view gone : {"SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"}) {
    if (state == gone) return false;
  }
  return true;
}

Result<IdPage> ids(Client& client, std::string_view name, std::string_view member, const std::string& body,
                   std::stop_token stop) {
  const auto answer = ask_json(client, operation(name, std::move(stop)), body);
  if (!answer) return answer.error();
  const json::Value root = (*answer)->doc.root();
  if (!root[member].is_array()) return not_readable(name);
  IdPage out;
  out.next = root["NextToken"].text();
  for (json::Value at = root[member].first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at["Id"].text().empty()) return not_readable(name);
    out.ids.emplace_back(at["Id"].text());
  }
  return out;
}

}  // namespace

Result<AccountPage> list_accounts(Client& organizations, const std::string& page, std::stop_token stop) {
  const std::string body = JsonBody().text("NextToken", page).take();
  const auto answer = ask_json(organizations, operation("ListAccounts", std::move(stop)), body);
  if (!answer) return answer.error();
  const json::Value root = (*answer)->doc.root();
  if (!root["Accounts"].is_array()) return not_readable("ListAccounts");
  AccountPage out;
  out.next = root["NextToken"].text();
  for (json::Value at = root["Accounts"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at["Id"].text().empty()) return not_readable("ListAccounts");
    out.accounts.push_back({std::string(at["Id"].text()), std::string(at["Name"].text()), is_active(at)});
  }
  return out;
}

Result<IdPage> list_roots(Client& organizations, const std::string& page, std::stop_token stop) {
  return ids(organizations, "ListRoots", "Roots", JsonBody().text("NextToken", page).take(), std::move(stop));
}

Result<IdPage> list_units(Client& organizations, const std::string& parent, const std::string& page,
                          std::stop_token stop) {
  return ids(organizations, "ListOrganizationalUnitsForParent", "OrganizationalUnits",
             JsonBody().text("ParentId", parent).text("NextToken", page).take(), std::move(stop));
}

Result<IdPage> list_accounts_in(Client& organizations, const std::string& parent, const std::string& page,
                                std::stop_token stop) {
  return ids(organizations, "ListAccountsForParent", "Accounts",
             JsonBody().text("ParentId", parent).text("NextToken", page).take(), std::move(stop));
}

}  // namespace gw::aws

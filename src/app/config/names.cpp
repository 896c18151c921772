#include "app/config/names.h"

#include <algorithm>

#include "base/json/doc.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxValues = 2'000'000;

// A Doc makes room for as many values as it may hold, and a text cannot hold more values than bytes.
json::Limits limits_for(std::string_view text) {
  json::Limits limits;
  limits.max_depth = 64;
  limits.max_values = static_cast<std::uint32_t>(std::min(text.size() + 1, kMaxValues));
  return limits;
}

Result<json::Value> list_of(json::Doc& doc, std::string_view text, std::string_view member, std::string_view command) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!doc.parse(text, limits_for(text))) {
    return Error{Errc::invalid_input,
                 "not JSON at byte " + std::to_string(doc.damage().offset) + ": " + std::string(doc.damage().reason)};
  }
  const json::Value list = doc.root().is_array() ? doc.root() : doc.root()[member];
  if (!list.is_array()) {
    return Error{Errc::invalid_input,
                 "holds no `" + std::string(member) + "`; expected the output of `aws " + std::string(command) + "`"};
  }
  return list;
}

}  // namespace

Result<std::map<std::string, std::string>> parse_accounts(std::string_view text) {
  json::Doc doc;
  Result<json::Value> list = list_of(doc, text, "Accounts", "organizations list-accounts");
  if (!list) return std::move(list).error();
  std::map<std::string, std::string> names;
  for (json::Value v = list->first_child(); !v.is_missing(); v = v.next_sibling()) {
    const std::string_view id = v["Id"].text();
    const std::string_view name = v["Name"].text();
    if (!id.empty() && !name.empty()) names[std::string(id)] = name;
  }
  return names;
}

Result<std::vector<watch::Person>> parse_people(std::string_view text) {
  json::Doc doc;
  Result<json::Value> list = list_of(doc, text, "Users", "identitystore list-users");
  if (!list) return std::move(list).error();
  std::vector<watch::Person> people;
  for (json::Value v = list->first_child(); !v.is_missing(); v = v.next_sibling()) {
    std::string_view name = v["UserName"].text();
    if (name.empty()) name = v["DisplayName"].text();
    const std::string_view id = v["UserId"].text();
    if (!id.empty() && !name.empty()) people.push_back({std::string(name), std::string(id)});
  }
  return people;
}

}  // namespace gw::app

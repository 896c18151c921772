#include "edge/aws/sso_admin.h"

#include <utility>

#include "edge/aws/json_answer.h"

namespace gw::aws {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

JsonOperation operation(std::string_view name, std::stop_token stop) {
  constexpr std::chrono::milliseconds kTimeout{15'000};
  return {"sso-admin", "SWBExternalService", name, JsonVersion::v1_1, kTimeout, {}, std::move(stop)};
}

Error not_readable(std::string_view name) {
  return Error{Errc::corrupt, "sso-admin " + std::string(name) + ": the answer cannot be read"};
}

}  // namespace

Result<InstancePage> list_instances(Client& sso_admin, const std::string& page, std::stop_token stop) {
  const std::string body = JsonBody().number("MaxResults", 100).text("NextToken", page).take();
  const auto answer = ask_json(sso_admin, operation("ListInstances", std::move(stop)), body);
  if (!answer) return answer.error();
  const json::Value root = (*answer)->doc.root();
  if (!root["Instances"].is_array()) return not_readable("ListInstances");
  InstancePage out;
  out.next = root["NextToken"].text();
  for (json::Value at = root["Instances"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at["InstanceArn"].text().empty()) return not_readable("ListInstances");
    out.instances.push_back({std::string(at["InstanceArn"].text()), std::string(at["IdentityStoreId"].text())});
  }
  return out;
}

Result<PermissionSetPage> list_permission_sets(Client& sso_admin, const std::string& instance, const std::string& page,
                                               std::stop_token stop) {
  const std::string body =
      JsonBody().text("InstanceArn", instance).number("MaxResults", 100).text("NextToken", page).take();
  const auto answer = ask_json(sso_admin, operation("ListPermissionSets", std::move(stop)), body);
  if (!answer) return answer.error();
  const json::Value root = (*answer)->doc.root();
  if (!root["PermissionSets"].is_array()) return not_readable("ListPermissionSets");
  PermissionSetPage out;
  out.next = root["NextToken"].text();
  for (json::Value at = root["PermissionSets"].first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at.text().empty()) return not_readable("ListPermissionSets");
    out.arns.emplace_back(at.text());
  }
  return out;
}

Result<PermissionSet> describe_permission_set(Client& sso_admin, const std::string& instance, const std::string& arn,
                                              std::stop_token stop) {
  const std::string body = JsonBody().text("InstanceArn", instance).text("PermissionSetArn", arn).take();
  const auto answer = ask_json(sso_admin, operation("DescribePermissionSet", std::move(stop)), body);
  if (!answer) return answer.error();
  const json::Value set = (*answer)->doc.root()["PermissionSet"];
  const std::string_view duration = set["SessionDuration"].text();
  const auto micros = duration.empty() ? std::optional(kHour) : parse_session_duration(duration);
  if (set["Name"].text().empty() || !micros) return not_readable("DescribePermissionSet");
  return PermissionSet{std::string(set["Name"].text()), *micros};
}

std::optional<std::int64_t> parse_session_duration(std::string_view text) {
  if (!text.starts_with("PT") || text.size() > 20) return std::nullopt;
  text.remove_prefix(2);
  std::int64_t total = 0;
  std::string_view units = "HMS";
  while (!text.empty()) {
    std::int64_t count = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9')
      count = count * 10 + (text[digits++] - '0');
    if (digits == 0 || digits == text.size()) return std::nullopt;
    const std::size_t unit = units.find(text[digits]);
    if (unit == std::string_view::npos) return std::nullopt;
    total += count * (units[unit] == 'H' ? kHour : units[unit] == 'M' ? 60 * kSecond : kSecond);
    units.remove_prefix(unit + 1);  // each once, in this order
    text.remove_prefix(digits + 1);
  }
  if (total <= 0 || total > 24 * kHour) return std::nullopt;
  return total;
}

}  // namespace gw::aws

// What the user's own watches need of EventBridge: roles by the name of a session's issuer and by the ARN that is taken.
#include "domain/detect/detect.h"
#include "domain/filter/packer.h"

namespace gw::filter {
namespace {

using model::MechanismSet;

Texts event_names(MechanismSet mechanisms, std::string_view source) {
  Texts out;
  for (const detect::KnownEvent& event : detect::known_events()) {
    if (!event.change && event.event_source == source && event.mechanisms.intersects(mechanisms))
      out.push_back(quoted(event.event_name));
  }
  return out;
}

std::string accounts_of(const Own& own) {
  if (own.accounts.empty()) return {};
  Texts out;
  for (const std::string& account : own.accounts) {
    const std::string text = wildcard_of(account);
    out.push_back(text.find('*') == std::string::npos ? quoted(text) : wildcard(text));
  }
  return R"("recipientAccountId":)" + list(out) + ",";
}

// A name: as it is, by its beginning, or by a wildcard.
std::string name_test(const std::string& before, const std::string& name) {
  const std::size_t star = name.find('*');
  if (star == std::string::npos) return quoted(before + name);
  if (star + 1 == name.size()) return test("prefix", before + name.substr(0, star));
  return wildcard(before + name);
}

bool add_roles(Packer& rules, const Own& own, const Needs& needs) {
  Texts issuers;
  Texts taken;
  Texts acting;  // some records of a session have no issuer
  const Texts accounts = own.accounts.empty() ? Texts{""} : own.accounts;
  for (const std::string& glob : own.roles) {
    if (needs.roles && is_emergency_glob(glob)) continue;
    const std::string name = wildcard_of(glob);
    const std::string reserved = name.ends_with('*') ? name : name + "_*";
    issuers.push_back(name_test("", name));
    issuers.push_back(name_test("AWSReservedSSO_", reserved));
    acting.push_back(wildcard("*:assumed-role/" + (name.ends_with('*') ? name : name + "/*")));
    acting.push_back(wildcard("*:assumed-role/AWSReservedSSO_" + reserved));
    for (const std::string& account : accounts) {
      const std::string at = account.empty() ? "*/" : "*:" + wildcard_of(account) + ":role/*";
      taken.push_back(account.empty() && name.find('*') == std::string::npos
                          ? test("suffix", "/" + name)
                          : wildcard(at + (at.ends_with('*') && name.starts_with('*') ? name.substr(1) : name)));
      taken.push_back(wildcard((account.empty() ? "*/AWSReservedSSO_" : at + "AWSReservedSSO_") + reserved));
    }
  }
  if (issuers.empty()) return true;
  return rules.add(accounts_of(own), kIssuer, issuers) && rules.add(accounts_of(own), "userIdentity.arn", acting) &&
         rules.add(kAssume, "requestParameters.roleArn", taken);
}

bool add_principals(Packer& rules, const Own& own) {
  bool good = true;
  for (const std::string& glob : own.principals) {
    const std::string text = wildcard_of(glob);
    if (const std::size_t hash = text.find('#'); hash != std::string::npos) {
      good = rules.add("", "userIdentity.onBehalfOf.userId", {name_test("", text.substr(hash + 1))}) && good;
      continue;
    }
    if (text.find(":role/") == std::string::npos)
      good = rules.add("", "userIdentity.arn", {name_test("", text)}) && good;
    if (text.find("assumed-role/") == std::string::npos)
      good = rules.add("", "userIdentity.sessionContext.sessionIssuer.arn", {name_test("", text)}) && good;
  }
  return good;
}

bool add_accounts(Packer& rules, const Own& own) {
  std::string accounts = accounts_of(own);
  accounts.pop_back();
  Texts taken;
  for (const std::string& account : own.accounts) taken.push_back(wildcard("*:" + wildcard_of(account) + ":role/*"));
  return rules.add("{" + accounts + R"(,"userIdentity":{"type":[{"anything-but":["AWSService"]}]}})") &&
         rules.add(kAssume, "requestParameters.roleArn", taken);
}

bool add_mechanisms(Packer& rules, const Own& own) {
  bool good = true;
  for (const char* source : {"sso.amazonaws.com", "sso-oauth.amazonaws.com", "signin.amazonaws.com",
                             "sts.amazonaws.com", "rolesanywhere.amazonaws.com"}) {
    const Texts names = event_names(own.mechanisms, source);
    if (!names.empty()) good = rules.add(R"("eventSource":[)" + quoted(source) + "],", "eventName", names) && good;
  }
  return good;
}

}  // namespace

bool add_own(Packer& rules, const Own& own, const Needs& needs) {
  if (!own.roles.empty()) return add_roles(rules, own, needs);
  if (!own.principals.empty()) return add_principals(rules, own);
  if (!own.accounts.empty()) return add_accounts(rules, own);
  return add_mechanisms(rules, own);
}

}  // namespace gw::filter

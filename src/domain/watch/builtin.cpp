// The watches that nobody has to ask for. Their role names are AWS's own for administration of member accounts
// ("AWSControlTowerExecution role", "Accessing member accounts in an organization", "Prerequisites for stack set
// operations") and the usual names that organizations give to emergency roles and to the IAM users of an emergency account
// ("Establish emergency access process": watch their console sign-ins and API activity).
#include "domain/watch/watch_set.h"

namespace gw::watch {
namespace {

using model::Mechanism;
using model::Severity;

Watch built_in(const char* name, Severity severity) {
  Watch watch;
  watch.name = std::string("builtin/") + name;
  watch.severity = severity;
  watch.built_in = true;
  return watch;
}

// Each holds a run of letters that is rare in a trail: the scanner looks for it before it reads a record.
std::vector<std::string> emergency_names() {
  return {"BreakGlass*", "breakglass*",      "break-glass*",      "Break-Glass*",      "break_glass*",   "Break_Glass*",
          "BREAKGLASS*", "EmergencyAccess*", "emergency-access*", "Emergency-Access*", "EmergencyAdmin*"};
}

}  // namespace

std::vector<Watch> builtin_watches() {
  Watch root = built_in("root", Severity::critical);
  root.mechanisms = {Mechanism::root_console, Mechanism::root_api, Mechanism::password_recovery};
  Watch assume_root = built_in("assume-root", Severity::critical);
  assume_root.mechanisms = {Mechanism::assume_root};
  const std::vector<std::string> emergency = emergency_names();
  Watch roles = built_in("emergency-roles", Severity::high);
  roles.roles = {"OrganizationAccountAccessRole", "AWSControlTowerExecution", "AWSCloudFormationStackSetExecutionRole",
                 "stacksets-exec-*"};
  roles.roles.insert(roles.roles.end(), emergency.begin(), emergency.end());
  // By name or by a folder of the path: user/break-glass-1, user/breakglass/bg-admin-1. The mechanisms are those that such a
  // user's name stands behind; they spare the many others from being compared.
  Watch users = built_in("emergency-users", Severity::high);
  users.mechanisms = {Mechanism::iam_user_console, Mechanism::iam_user_api, Mechanism::switch_role,
                      Mechanism::session_token, Mechanism::other};
  for (const std::string& name : emergency) users.principals.push_back("arn:*:iam::*:user*/" + name);
  // What these two match is decided by what the event changes, see WatchSet.
  Watch tamper = built_in("tamper", Severity::critical);
  tamper.mechanisms = {Mechanism::tamper};
  Watch path = built_in("emergency-path", Severity::high);
  return {root, assume_root, roles, users, tamper, path};
}

}  // namespace gw::watch

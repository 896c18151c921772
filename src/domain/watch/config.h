// What the user says counts as break-glass, as plain data. Only `app` reads files and environment into it; compiled once
// into a WatchSet. Times are UTC.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"
#include "domain/watch/directory.h"

namespace gw::watch {

struct Watch {
  std::string name;
  std::vector<std::string> accounts;         // globs over account ids, or ou:… (unresolved: any account); empty: any
  std::vector<std::string> roles;            // globs over role and permission-set names; empty: any
  std::vector<std::string> principals;       // globs over principal ARNs and identityStoreArn#userId; empty: any
  std::vector<model::Mechanism> mechanisms;  // empty: any
  std::string pattern;                       // that the record must match, in a filter language of AWS; empty: none
  model::Severity severity = model::Severity::high;
  std::vector<std::string> receivers;
  std::string runbook;
  std::string owner;
  bool built_in = false;
};

// Takes accesses out. Matches only what the caller cannot choose; never root, AssumeRoot or tamper unless `mechanism`
// names them. A field that is empty is not looked at; at least one is set.
struct IgnoreRule {
  std::string account;
  std::string issuer_role_arn;
  std::string user_arn;
  std::string identity_store_user;
  std::string cidr;
  std::optional<model::Mechanism> mechanism;
  std::string owner;
  std::string reason;
  Time until;
};

// A drill or change: labels, never hides.
struct PlannedWindow {
  std::string watch;                // name of the watch, or *
  std::vector<std::string> people;  // globs over names and ids
  Time from;
  Time until;
  std::string ticket;
  std::string owner;
};

struct Person {
  std::string name;
  std::string identity_store_user;  // the userId, or identityStoreArn#userId
  std::string slack = {};           // user id, U…
  std::string email = {};
};

struct BuiltinOverride {
  bool disabled = false;
  std::optional<model::Severity> severity;
  std::vector<std::string> receivers;
};

struct Config {
  std::vector<Watch> watches{};  // the user's, in file order
  std::map<std::string, BuiltinOverride>
      builtin{};  // by short name: root, assume-root, emergency-roles, emergency-users, …
  std::vector<std::string> default_receivers{};
  std::vector<IgnoreRule> ignore{};
  std::vector<PlannedWindow> planned{};
  std::vector<Person> people{};
  std::map<std::string, std::string> account_names{};             // id → name
  std::map<std::string, std::vector<std::string>> account_ous{};  // id → OU ids, where known
  std::shared_ptr<const Directory> directory{};                   // for what these do not know; nullptr: none
};

}  // namespace gw::watch

// What directories say of ids: the organization's accounts and where they hang, the people of Identity Center, how long the
// sessions of permission sets last. A snapshot, made elsewhere and looked things up in; nothing here asks anybody.
//
// Its names are as little to be trusted as those in records: whoever may rename an account or a user chooses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/model/access_event.h"

namespace gw::watch {

struct DirectoryAccount {
  std::string name;
  bool is_active = true;  // not suspended, closed or being closed
  friend bool operator==(const DirectoryAccount&, const DirectoryAccount&) = default;
};

struct Directory {
  // What is beyond these is left out.
  static constexpr std::size_t kMaxAccounts = 50'000;
  static constexpr std::size_t kMaxUsers = 200'000;
  static constexpr std::size_t kMaxPermissionSets = 5'000;
  static constexpr std::size_t kMaxUnits = 16;  // around one account; AWS has five levels and the root
  static constexpr std::size_t kMaxText = 1024;

  // When each part was last read as a whole; nullopt: never.
  std::optional<Time> accounts_at;
  std::optional<Time> units_at;
  std::optional<Time> users_at;
  std::optional<Time> permission_sets_at;

  std::map<std::string, DirectoryAccount, std::less<>> accounts;       // by id
  std::map<std::string, std::vector<std::string>, std::less<>> units;  // account → all OUs around it, and the root
  std::string identity_store;                                          // d-…: whose `users` are
  std::map<std::string, std::string, std::less<>> users;               // userId → name
  std::map<std::string, std::int64_t, std::less<>> permission_sets;    // name → microseconds

  // Empty, or null, where it does not know. A user is given as identityStoreArn#userId; one of another store is not known.
  [[nodiscard]] std::string_view account_name(std::string_view account) const;
  [[nodiscard]] const std::vector<std::string>* units_of(std::string_view account) const;
  [[nodiscard]] std::string_view user_name(std::string_view user_key) const;
  [[nodiscard]] std::set<std::string> active_accounts() const;

  friend bool operator==(const Directory&, const Directory&) = default;
};

// Gives the person behind an event the directory's name where there is none yet: every other source of names goes before it.
void name_person(const Directory* directory, model::AccessEvent& event);

// As it is kept in a file: one JSON object, `"schema":"glasswatch.directory.v1"`.
[[nodiscard]] std::string to_json(const Directory& directory);
// `corrupt` for everything that to_json() does not write. Entries that are out of bounds are left out.
[[nodiscard]] Result<Directory> parse_directory(std::string_view text);

}  // namespace gw::watch

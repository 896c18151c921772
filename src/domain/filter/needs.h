// Watches → what a feed has to let through, in terms that both filter languages can say. Always at least what the watches need:
// a condition that a language cannot say is left out, never a record. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/model/mechanism.h"
#include "domain/watch/config.h"

namespace gw::filter {

// A watch of the user's. Without roles, principals, accounts and pattern its `mechanisms` are all that is needed.
struct Own {
  std::string watch;
  std::vector<std::string> accounts;  // 12 digits or globs of them; empty: any
  std::vector<std::string> roles;     // globs over plain names of roles and permission sets
  std::vector<std::string> principals;
  model::MechanismSet mechanisms;
  std::string pattern;
};

struct Needs {
  // By built-in watches, or because a watch names their mechanisms.
  bool root = false;
  bool assume_root = false;
  bool roles = false;  // emergency roles, and the roles that open member accounts
  bool users = false;  // emergency users
  bool tamper = false;
  bool path = false;       // changes to the way in
  bool iam_users = false;  // whatever any IAM user does
  std::vector<Own> own;

  // Watches that no filter can serve, each with the reason.
  std::vector<std::string> refused;

  // Somebody's entries into roles and accounts are needed.
  [[nodiscard]] bool entries() const { return roles || users || !own.empty(); }
};

[[nodiscard]] Needs needs_of(const watch::Config& config);

// The names that built-in watches look for, as they write them: BreakGlass*, …
[[nodiscard]] const std::vector<std::string>& emergency_globs();
// Whether everything that the glob matches also begins as one of these.
[[nodiscard]] bool is_emergency_glob(std::string_view glob);

// A glob of watches as both languages write wildcards: `?` becomes `*`, escapes are taken off, runs of stars are one.
[[nodiscard]] std::string wildcard_of(std::string_view glob);

}  // namespace gw::filter

// A watch that names roles needs who enters them and what they do; one that names accounts alone, all that is done there; one
// without either, every event of its mechanisms. What is needed of an organizational unit is needed of every account, as the
// watches themselves see it.
#include "domain/filter/needs.h"

#include <algorithm>

#include "base/glob.h"
#include "domain/watch/watch_set.h"

namespace gw::filter {
namespace {

using model::Mechanism;
using model::MechanismSet;

constexpr std::size_t kMinStem = 3;  // of a glob: shorter ones name nearly everybody

bool is_on(const watch::Config& config, const char* name) {
  const auto found = config.builtin.find(name);
  return found == config.builtin.end() || !found->second.disabled;
}

bool names_somebody(const std::vector<std::string>& globs) {
  return std::all_of(globs.begin(), globs.end(), [](const auto& g) { return glob_stem(g).size() >= kMinStem; });
}

std::string refusal(const watch::Watch& w, std::string_view why) {
  return "the watch `" + w.name + "` " + std::string(why);
}

void add_mechanisms(Needs& needs, Own& own, const watch::Watch& w) {
  for (const Mechanism m : w.mechanisms) own.mechanisms.add(m);
  if (w.mechanisms.empty()) own.mechanisms = MechanismSet::all();
  const auto has = [&](Mechanism m) { return own.mechanisms.has(m); };
  needs.root = needs.root || has(Mechanism::root_console) || has(Mechanism::root_api);
  needs.assume_root = needs.assume_root || has(Mechanism::assume_root);
  needs.iam_users = needs.iam_users || has(Mechanism::iam_user_api);
  needs.tamper = needs.tamper || has(Mechanism::tamper) || has(Mechanism::other);
  needs.path = needs.path || has(Mechanism::tamper) || has(Mechanism::other);
}

void add_watch(Needs& needs, const watch::Watch& w) {
  Own own;
  own.watch = w.name;
  own.roles = w.roles;
  own.principals = w.principals;
  own.pattern = w.pattern;
  bool any_account = w.accounts.empty();
  for (const std::string& account : w.accounts) {
    any_account = any_account || account.starts_with("ou:") || account == "*";
    own.accounts.push_back(account);
  }
  if (any_account) own.accounts.clear();
  // Broad globs name nobody: then the accounts decide, or the pattern.
  if (!names_somebody(own.roles)) own.roles.clear();
  if (!names_somebody(own.principals)) own.principals.clear();
  const bool somebody = !own.roles.empty() || !own.principals.empty() || !own.accounts.empty();
  if (somebody || !own.pattern.empty()) {
    // Of tampering and changes to the way in the actor is what a watch on roles or accounts names.
    needs.own.push_back(std::move(own));
    return;
  }
  if (!w.roles.empty() || !w.principals.empty() || !w.accounts.empty()) {
    needs.refused.push_back(
        refusal(w,
                "names nearly everybody, so that its sessions are all of the trail: a feed without a filter (S3) "
                "serves it"));
    return;
  }
  add_mechanisms(needs, own, w);
  needs.own.push_back(std::move(own));
}

}  // namespace

Needs needs_of(const watch::Config& config) {
  Needs needs;
  needs.root = is_on(config, "root");
  needs.assume_root = is_on(config, "assume-root");
  needs.roles = is_on(config, "emergency-roles");
  needs.users = is_on(config, "emergency-users");
  needs.tamper = is_on(config, "tamper");
  needs.path = is_on(config, "emergency-path");
  for (const watch::Watch& w : config.watches) add_watch(needs, w);
  return needs;
}

const std::vector<std::string>& emergency_globs() {
  static const std::vector<std::string> globs = [] {
    std::vector<std::string> out;
    for (const watch::Watch& w : watch::builtin_watches()) {
      if (w.name != "builtin/emergency-users") continue;
      for (const std::string& p : w.principals) out.push_back(p.substr(p.rfind('/') + 1));
    }
    return out;
  }();
  return globs;
}

bool is_emergency_glob(std::string_view glob) {
  return std::any_of(emergency_globs().begin(), emergency_globs().end(),
                     [&](std::string_view known) { return glob.starts_with(known.substr(0, known.size() - 1)); });
}

std::string wildcard_of(std::string_view glob) {
  std::string out;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    char c = glob[i];
    if (c == '\\' && i + 1 < glob.size()) {
      c = glob[++i];
      // Neither language can say a star that is itself.
      if (c == '?') {
        out += c;
        continue;
      }
    } else if (c == '?') {
      c = '*';
    }
    if (c == '"' || c == '\\') c = '*';  // needs escapes, of which the languages have different ones
    if (c == '*' && out.ends_with('*')) continue;
    out += c;
  }
  return out;
}

}  // namespace gw::filter

// Every watch is asked, in file order, the user's before the built-in ones; each answers with the first condition that does
// not hold. decide() and explain() share that answer, so an explanation cannot differ from a decision.
//
// Rules that hold for all watches:
//   - service automation (Control Tower, StackSets, Identity Center's own role) breaks no glass, unless it stops the trail;
//   - a condition on roles asks for an entry into a role: a change made *by* a role is no entry, unless `mechanisms` names it;
//   - signing in to Identity Center enters no account, so conditions on accounts and roles do not hold for it;
//   - an OU that is not resolved means "any account": rather one alert too many.
#include "domain/watch/watch_set.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <unordered_map>

#include "base/glob.h"
#include "domain/watch/cidr.h"
#include "domain/watch/kinds.h"
#include "domain/watch/record_pattern.h"

namespace gw::watch {

using model::AccessEvent;
using model::Mechanism;
using model::MechanismSet;

namespace {
constexpr std::size_t kMinStem = 4;
constexpr std::size_t kMaxStems = 40;

enum class Kind : std::uint8_t { general, tamper, emergency_path };

struct CompiledWatch {
  Watch watch;
  Kind kind = Kind::general;
  MechanismSet mechanisms;  // all when the watch names none
  bool names_mechanisms = false;
  GlobSet roles;
  GlobSet principals;
  RecordPattern pattern;
};

struct CompiledIgnore {
  IgnoreRule rule;
  std::optional<Cidr> cidr;
};

bool any_matches(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_match(glob, text); });
}

// Reasons are put together only for explain().
bool no(std::string* why, std::initializer_list<std::string_view> parts) {
  if (why == nullptr) return false;
  for (const std::string_view part : parts) *why += part;
  return false;
}

bool principal_matches(const GlobSet& globs, const AccessEvent& e) {
  for (const std::string* text : {&e.principal.arn, &e.caller_user_arn, &e.caller_issuer_arn, &e.identity_store_user}) {
    // A user's ARN is both who came in and the keys behind it.
    if (text->empty() || (text != &e.principal.arn && *text == e.principal.arn)) continue;
    if (globs.matches(*text)) return true;
  }
  return false;
}

}  // namespace

struct WatchSet::Compiled {
  Config config;
  std::vector<CompiledWatch> watches;
  std::vector<CompiledIgnore> ignores;
  std::unordered_map<std::string, std::string> people;  // user key or bare userId → name

  [[nodiscard]] bool account_matches(const std::vector<std::string>& patterns, std::string_view account) const;
  [[nodiscard]] bool matches(const CompiledWatch& w, const AccessEvent& e, json::Value record, std::string* why) const;
  [[nodiscard]] bool names_actor(const CompiledWatch& w, const AccessEvent& e) const;
  [[nodiscard]] bool may_name(const CompiledWatch& w, const model::ActorView& actor) const;
  void prepare(AccessEvent& e) const;
  static void take(const CompiledWatch& w, AccessEvent& e);
  void take_out(AccessEvent& e, Time now) const;
  [[nodiscard]] static bool matches(const CompiledIgnore& rule, const AccessEvent& e, Time now, std::string* why);
};

bool WatchSet::Compiled::account_matches(const std::vector<std::string>& patterns, std::string_view account) const {
  for (const std::string& pattern : patterns) {
    if (!pattern.starts_with("ou:")) {
      if (glob_match(pattern, account)) return true;
      continue;
    }
    const auto known = config.account_ous.find(std::string(account));
    const std::vector<std::string>* ous = known != config.account_ous.end() ? &known->second
                                          : config.directory != nullptr     ? config.directory->units_of(account)
                                                                            : nullptr;
    if (ous == nullptr) return true;  // unresolved: watch
    const std::string_view id = std::string_view(pattern).substr(3);
    if (std::find(ous->begin(), ous->end(), id) != ous->end()) return true;
  }
  return false;
}

// Whether the watch matches; when not, and `why` is asked for, the first condition that does not hold.
bool WatchSet::Compiled::matches(const CompiledWatch& w, const AccessEvent& e, json::Value record,
                                 std::string* why) const {
  if (e.service_automation && !stops_the_trail(e)) return no(why, {"service automation"});
  if (w.kind == Kind::tamper)
    return is_tamper(e) || no(why, {"nothing on the trail or on the alert's way was touched"});
  if (w.kind == Kind::emergency_path) return e.emergency_path_change || no(why, {"the emergency path was not changed"});
  if (w.names_mechanisms && !w.mechanisms.has(e.mechanism) && !w.mechanisms.intersects(e.also)) {
    return no(why, {"mechanism ", to_string(e.mechanism), " is not among those of the watch"});
  }
  const bool about_entry = !w.watch.accounts.empty() || !w.watch.roles.empty();
  if (about_entry && !w.names_mechanisms && e.mechanism == Mechanism::identity_center_signin)
    return no(why, {"no account was entered"});
  if (!w.watch.roles.empty() && !w.names_mechanisms && !is_entry(e)) return no(why, {"no role was entered"});
  if (!w.watch.accounts.empty() && !account_matches(w.watch.accounts, e.account_id)) {
    return e.account_id.empty() ? no(why, {"the account is unknown"})
                                : no(why, {"account ", e.account_id, " is not watched"});
  }
  if (!w.watch.roles.empty() && (e.role.empty() || !w.roles.matches(e.role))) {
    return e.role.empty() ? no(why, {"no role is known"}) : no(why, {"role ", e.role, " is not watched"});
  }
  if (!w.watch.principals.empty() && !principal_matches(w.principals, e))
    return no(why, {"the principal is not watched"});
  if (w.pattern.is_there() && !w.pattern.matches(record))
    return no(why, {record.is_missing() ? kNoRecord : "the record does not match the pattern"});
  return true;
}

// Mechanisms are ways in; a call by who came in is none of them, except where the identity itself is the way.
bool WatchSet::Compiled::names_actor(const CompiledWatch& w, const AccessEvent& e) const {
  if (e.service_automation || w.kind != Kind::general || w.pattern.is_there()) return false;
  if (w.watch.accounts.empty() && w.watch.roles.empty() && w.watch.principals.empty())
    return w.names_mechanisms && w.mechanisms.intersects(e.also);
  if (!w.watch.accounts.empty() && !account_matches(w.watch.accounts, e.account_id)) return false;
  if (!w.watch.roles.empty() && (e.role.empty() || !w.roles.matches(e.role))) return false;
  return w.watch.principals.empty() || principal_matches(w.principals, e);
}

// As names_actor(), but that a person's key is not put together: conditions on principals count as met by persons.
bool WatchSet::Compiled::may_name(const CompiledWatch& w, const model::ActorView& actor) const {
  if (w.kind != Kind::general || w.pattern.is_there()) return false;
  if (w.watch.accounts.empty() && w.watch.roles.empty() && w.watch.principals.empty())
    return w.names_mechanisms && w.mechanisms.intersects(actor.also);
  if (!w.watch.roles.empty() && (actor.role.empty() || !w.roles.matches(actor.role))) return false;
  if (!w.watch.accounts.empty() && !account_matches(w.watch.accounts, actor.account)) return false;
  if (w.watch.principals.empty() || !actor.identity_store_user.empty()) return true;
  return w.principals.matches(actor.arn) || (!actor.issuer_arn.empty() && w.principals.matches(actor.issuer_arn));
}

void WatchSet::Compiled::take(const CompiledWatch& w, AccessEvent& e) {
  e.break_glass = true;
  e.watches.push_back(w.watch.name);
  if (!e.severity || *e.severity < w.watch.severity) {
    e.severity = w.watch.severity;
    e.watch = w.watch.name;
  }
  for (const std::string& receiver : w.watch.receivers) {
    if (std::find(e.receivers.begin(), e.receivers.end(), receiver) == e.receivers.end())
      e.receivers.push_back(receiver);
  }
}

bool WatchSet::Compiled::matches(const CompiledIgnore& ignore, const AccessEvent& e, Time now, std::string* why) {
  const IgnoreRule& rule = ignore.rule;
  if (!(now < rule.until)) return no(why, {"ended at ", format_time(rule.until)});
  if (rule.mechanism && *rule.mechanism != e.mechanism && !e.also.has(*rule.mechanism))
    return no(why, {"another mechanism"});
  // What must not be silenced by a broad rule.
  const auto named = [&](Mechanism m) { return rule.mechanism == m; };
  const bool root = e.mechanism == Mechanism::root_console || e.mechanism == Mechanism::root_api ||
                    e.mechanism == Mechanism::password_recovery || e.also.has(Mechanism::root_api);
  if (root && !named(Mechanism::root_console) && !named(Mechanism::root_api) && !named(Mechanism::password_recovery)) {
    return no(why, {"root is ignored only by rules that name it"});
  }
  if (e.mechanism == Mechanism::assume_root && !named(Mechanism::assume_root))
    return no(why, {"AssumeRoot is ignored only by rules that name it"});
  if ((e.mechanism == Mechanism::tamper || e.also.has(Mechanism::tamper)) && !named(Mechanism::tamper)) {
    return no(why, {"tampering is ignored only by rules that name it"});
  }
  if (!rule.account.empty() && !glob_match(rule.account, e.account_id)) return no(why, {"another account"});
  if (!rule.issuer_role_arn.empty() && rule.issuer_role_arn != e.caller_issuer_arn)
    return no(why, {"another issuer role"});
  if (!rule.user_arn.empty() && rule.user_arn != e.caller_user_arn) return no(why, {"another user"});
  if (!rule.identity_store_user.empty() && !is_store_user(rule.identity_store_user, e.identity_store_user))
    return no(why, {"another person"});
  if (ignore.cidr && !ignore.cidr->contains(e.source_ip)) return no(why, {"another source address"});
  return true;
}

WatchSet::WatchSet(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

Result<WatchSet> WatchSet::compile(Config config) {
  auto compiled = std::make_shared<Compiled>();
  std::set<std::string> names;
  const auto add = [&](Watch watch, Kind kind) {
    CompiledWatch w{std::move(watch), kind, {}, false, {}, {}, {}};
    w.roles = GlobSet(w.watch.roles);
    w.principals = GlobSet(w.watch.principals);
    w.names_mechanisms = !w.watch.mechanisms.empty();
    for (const Mechanism m : w.watch.mechanisms) w.mechanisms.add(m);
    if (!w.names_mechanisms) w.mechanisms = MechanismSet::all();
    compiled->watches.push_back(std::move(w));
  };
  for (const Watch& watch : config.watches) {
    if (watch.name.empty()) return Error{Errc::invalid_input, "a watch has no name"};
    if (watch.name.starts_with("builtin/"))
      return Error{Errc::invalid_input, "watch `" + watch.name + "`: the name is reserved"};
    if (!names.insert(watch.name).second)
      return Error{Errc::invalid_input, "watch `" + watch.name + "` is there twice"};
    add(watch, Kind::general);
    auto pattern = RecordPattern::parse(watch.pattern);
    if (!pattern)
      return Error{Errc::invalid_input, "watch `" + watch.name + "`: its pattern, " + pattern.error().message};
    compiled->watches.back().pattern = std::move(*pattern);
  }
  std::set<std::string> builtin_names;
  for (Watch& watch : builtin_watches()) {
    const std::string name = watch.name.substr(std::string_view("builtin/").size());
    builtin_names.insert(name);
    if (const auto found = config.builtin.find(name); found != config.builtin.end()) {
      if (found->second.disabled) continue;
      if (found->second.severity) watch.severity = *found->second.severity;
      watch.receivers = found->second.receivers;
    }
    const Kind kind = name == "tamper" ? Kind::tamper : name == "emergency-path" ? Kind::emergency_path : Kind::general;
    add(std::move(watch), kind);
  }
  for (const auto& [name, change] : config.builtin) {
    if (!builtin_names.contains(name)) return Error{Errc::invalid_input, "there is no built-in watch `" + name + "`"};
  }
  for (const IgnoreRule& rule : config.ignore) {
    CompiledIgnore ignore{rule, std::nullopt};
    if (!rule.cidr.empty()) {
      ignore.cidr = Cidr::parse(rule.cidr);
      if (!ignore.cidr) return Error{Errc::invalid_input, "ignore rule: `" + rule.cidr + "` is no address range"};
    }
    if (rule.account.empty() && rule.issuer_role_arn.empty() && rule.user_arn.empty() &&
        rule.identity_store_user.empty() && rule.cidr.empty() && !rule.mechanism) {
      return Error{Errc::invalid_input,
                   "an ignore rule must say what it is about (account, issuer role, user, person, range or mechanism)"};
    }
    if (rule.owner.empty() || rule.reason.empty())
      return Error{Errc::invalid_input, "an ignore rule needs an owner and a reason"};
    compiled->ignores.push_back(std::move(ignore));
  }
  for (const Person& person : config.people) {
    if (!person.identity_store_user.empty()) compiled->people[person.identity_store_user] = person.name;
  }
  compiled->config = std::move(config);
  return WatchSet(std::move(compiled));
}

// Names from the configuration, and nothing decided yet.
void WatchSet::Compiled::prepare(AccessEvent& e) const {
  if (const auto name = config.account_names.find(e.account_id); name != config.account_names.end())
    e.account_name = name->second;
  else if (config.directory != nullptr)
    e.account_name = config.directory->account_name(e.account_id);
  if (!e.identity_store_user.empty() && !people.empty()) {
    auto person = people.find(e.identity_store_user);
    if (person == people.end()) person = people.find(e.identity_store_user.substr(e.identity_store_user.find('#') + 1));
    if (person != people.end()) {
      e.principal.name = person->second;
      e.principal.name_source = "people";
    }
  }
  e.break_glass = false;
  e.watch.clear();
  e.watches.clear();
  e.receivers.clear();
  e.severity.reset();
  e.ignored_by.clear();
  e.planned.clear();
}

// Who is told; then what takes it out again, and what labels it.
void WatchSet::Compiled::take_out(AccessEvent& e, Time now) const {
  if (!e.break_glass) return;
  if (e.receivers.empty()) e.receivers = config.default_receivers;
  for (const CompiledIgnore& ignore : ignores) {
    if (!matches(ignore, e, now, nullptr)) continue;
    e.break_glass = false;
    e.ignored_by = ignore.rule.reason;
    return;
  }
  for (const PlannedWindow& window : config.planned) {
    if (!e.event_time || *e.event_time < window.from || !(*e.event_time < window.until)) continue;
    if (window.watch != "*" && std::find(e.watches.begin(), e.watches.end(), window.watch) == e.watches.end()) continue;
    if (!any_matches(window.people, e.principal.name) && !any_matches(window.people, e.principal.id) &&
        !any_matches(window.people, e.principal.arn)) {
      continue;
    }
    e.planned = window.ticket.empty() ? window.owner : window.ticket;
    break;
  }
}

void WatchSet::decide(AccessEvent& e, Time now, json::Value record) const {
  const Compiled& c = *compiled_;
  c.prepare(e);
  for (const CompiledWatch& w : c.watches) {
    if (c.matches(w, e, record, nullptr)) c.take(w, e);
  }
  c.take_out(e, now);
}

void WatchSet::decide_actor(AccessEvent& e, Time now) const {
  const Compiled& c = *compiled_;
  c.prepare(e);
  for (const CompiledWatch& w : c.watches) {
    if (c.names_actor(w, e)) c.take(w, e);
  }
  c.take_out(e, now);
}

bool WatchSet::may_name(const model::ActorView& actor) const {
  const Compiled& c = *compiled_;
  return std::any_of(c.watches.begin(), c.watches.end(), [&](const CompiledWatch& w) { return c.may_name(w, actor); });
}

std::vector<WatchSet::Reason> WatchSet::explain(const AccessEvent& e, Time now, json::Value record) const {
  std::vector<Reason> reasons;
  for (const CompiledWatch& w : compiled_->watches) {
    std::string why;
    const bool matched = compiled_->matches(w, e, record, &why);
    reasons.push_back({w.watch.name, matched, matched ? std::string("matched") : std::move(why)});
  }
  for (const CompiledIgnore& ignore : compiled_->ignores) {
    std::string why;
    const bool matched = Compiled::matches(ignore, e, now, &why);
    reasons.push_back({"ignore: " + ignore.rule.reason, matched, matched ? std::string("matched") : std::move(why)});
  }
  return reasons;
}

Needs WatchSet::needs() const {
  Needs needs;
  MechanismSet by_stem;  // of the watches that are found by stems
  for (const CompiledWatch& w : compiled_->watches) {
    if (w.kind == Kind::tamper) {
      needs.any.add(Mechanism::tamper);
      continue;
    }
    if (w.kind == Kind::emergency_path) {
      needs.path_changes = true;
      continue;
    }
    // A watch on roles and principals needs both, so the stems of either find it.
    const std::vector<std::string>& globs = !w.watch.roles.empty() ? w.watch.roles : w.watch.principals;
    std::vector<std::string> stems;
    stems.reserve(globs.size());
    for (const std::string& glob : globs) stems.push_back(glob_stem(glob));
    const bool usable =
        !stems.empty() && std::all_of(stems.begin(), stems.end(), [](const auto& s) { return s.size() >= kMinStem; });
    if (!usable) {
      needs.any.add(w.mechanisms);
      if (!w.names_mechanisms || w.mechanisms.has(Mechanism::tamper) || w.mechanisms.has(Mechanism::other))
        needs.path_changes = true;
      continue;
    }
    by_stem.add(w.mechanisms);
    for (std::string& stem : stems) {
      if (std::find(needs.stems.begin(), needs.stems.end(), stem) == needs.stems.end())
        needs.stems.push_back(std::move(stem));
    }
  }
  if (needs.stems.size() > kMaxStems) {
    needs.any.add(by_stem);
    needs.path_changes = true;
    needs.stems.clear();
  }
  return needs;
}

const Config& WatchSet::config() const { return compiled_->config; }

}  // namespace gw::watch

// Decides whether an access event is break-glass here: watches, built-in and the user's, ignore rules, planned windows.
//
// Immutable once compiled: share one by pointer among threads, swap the pointer on reload. decide() depends on the event
// and the configuration only, never on which sessions are open, and costs no more than a few glob matches a watch.
// Watches are asked in file order, the user's before the built-in ones; of those that match, the highest severity names the
// event, then the first in that order.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "base/result.h"
#include "domain/model/access_event.h"
#include "domain/model/actor.h"
#include "domain/watch/config.h"

namespace gw::watch {

// What the scanner may rely on to skip records: a record whose access could match some watch either has a mechanism (in
// `mechanism` or `also`) in `any`, or is a change to the emergency path while `path_changes`, or contains one of `stems`
// byte for byte. Conservative: when a watch has no usable literal, its mechanisms are all in `any`.
struct Needs {
  model::MechanismSet any;
  bool path_changes = false;
  std::vector<std::string> stems;
};

class WatchSet {
 public:
  // Refuses (invalid_input) unknown built-in names, duplicate watch names, bad patterns, empty ignore rules, bad CIDRs.
  [[nodiscard]] static Result<WatchSet> compile(Config config);

  // Fills break_glass, watch, watches, receivers, severity, ignored_by, planned, and names known from `people` and
  // `account_names`.
  // `now` decides which ignore rules still hold; planned windows go by the event's own time.
  // `record` is what the event was made of, for watches with a pattern: without it they do not match.
  void decide(model::AccessEvent& event, Time now, json::Value record = {}) const;

  // Whether the actor of a call (detect::actor()) is one whose calls are kept: some watch names its account, role or
  // principal, whatever its mechanisms are; root and AssumeRoot sessions by their built-in watches. Fills as decide() does;
  // break_glass says yes. Tamper and emergency-path watches, and those with a pattern, are about what is done, so
  // they name nobody.
  void decide_actor(model::AccessEvent& event, Time now) const;

  // False where decide_actor() says no to whoever has these views, whatever the ignore rules; true is no promise. Copies
  // nothing: for asking about every record.
  [[nodiscard]] bool may_name(const model::ActorView& actor) const;

  // One line per watch, in file order, then ignore rules: matched, or the first condition that did not hold.
  // Why a watch with a pattern does not match when only its other conditions could be asked.
  static constexpr std::string_view kNoRecord = "there is no record to ask its pattern of";
  struct Reason {
    std::string watch;
    bool matched = false;
    std::string why;
  };
  [[nodiscard]] std::vector<Reason> explain(const model::AccessEvent& event, Time now, json::Value record = {}) const;

  [[nodiscard]] Needs needs() const;
  [[nodiscard]] const Config& config() const;

 private:
  struct Compiled;
  explicit WatchSet(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

// The watches that are always on: root, assume-root, emergency-roles, emergency-users, tamper, emergency-path (named
// `builtin/…`).
[[nodiscard]] std::vector<Watch> builtin_watches();

// `ACCOUNTS:ROLES[:SEVERITY]`, as --watch and GLASSWATCH_WATCH take it: globs, commas between alternatives; `\,` `\:` `\;`
// escape; the last field is a severity only if it is a severity word; `ou:` ids are recognised before splitting;
// `AWSReservedSSO_X_0123456789abcdef` and `AWSReservedSSO_X_…` are read as X, with a note in `notes`.
struct Spec {
  Watch watch;
  std::vector<std::string> notes;
};
[[nodiscard]] Result<Spec> parse_watch_spec(std::string_view spec);
// The same, several separated by unescaped `;`.
[[nodiscard]] Result<std::vector<Spec>> parse_watch_specs(std::string_view specs);

}  // namespace gw::watch

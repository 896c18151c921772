// One record → what is stored of it: none, one, or two entries (an access that is a session's call as well).
//
// Storing depends on the record and the configuration only, never on which sessions are open: a record is stored when it is
// a break-glass access, or when its own fields name an actor that is watched. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/model/access_event.h"
#include "domain/model/entry.h"
#include "domain/model/record.h"

namespace gw::session {

struct Rules {
  // Globs over permission sets and role names → how long their credentials live, in microseconds; the first that matches.
  std::vector<std::pair<std::string, std::int64_t>> durations;
  // What Identity Center says of its permission sets, by name, for those that none of these matches.
  std::map<std::string, std::int64_t, std::less<>> permission_sets = {};
  std::int64_t default_duration = std::int64_t{3600} * 1'000'000;
  std::vector<std::string> high_risk;  // service:Action globs, beside the built-in list
};

struct Read {
  const model::Record* record = nullptr;
  const model::AccessEvent* access = nullptr;  // as detect() and WatchSet::decide() left it; null: no access
  const model::AccessEvent* actor = nullptr;   // as detect::actor() and WatchSet::decide_actor() left it; null: nobody
  std::string_view event_key;
  std::uint64_t content = 0;
  Time received_at;
};

// Adds to `out`.
void append_entries(std::vector<model::Entry>& out, const Read& read, const Rules& rules);

// The temporary access key that signed the record, where it is one that was handed out by AWS STS and no service's own;
// empty otherwise. What the chain horizon remembers.
[[nodiscard]] std::string_view chain_credential(const model::Record& record);
// Role chains: a session that handed out an access key is tied to the calls made with it by this key, though nothing in those
// calls names who is behind them. chain_entry() makes of such a call what counts for the session: the same entry whether the
// call or the handing out came first.
[[nodiscard]] std::uint64_t chain_hash(std::string_view access_key_or_event_key);
[[nodiscard]] model::Entry chain_entry(std::uint64_t credential, std::uint64_t event, Time time,
                                       model::ActivityKinds kinds, std::string_view account_id);

// The credential of an edge that ties such calls; nullopt for every other edge.
[[nodiscard]] std::optional<std::uint64_t> chain_credential_of(const model::Edge& edge);

// What a call was for ("Actions, resources, and condition keys for AWS services").
[[nodiscard]] model::ActivityKinds kinds_of(const model::Record& record);

}  // namespace gw::session

// What is told of sessions, changes and failures. Internal to this folder. Pure.
//
// Facts that records cause follow from what a session holds, so that they are the same for any order of arrival; what was told
// already stands in the session. Facts of the clock (digest, lapse) come from sweep().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "domain/model/fold.h"
#include "domain/model/session.h"
#include "domain/session/correlate.h"

namespace gw::session {

[[nodiscard]] bool is_change(const model::AccessEvent& event);

// Facts that the session has reached and that were not told yet.
void tell_facts(model::Session& session, const Context& context, std::vector<model::Alert>& alerts);
// {"access":…}
[[nodiscard]] std::string access_data(const model::Entry& entry, std::string_view session_id);
[[nodiscard]] model::Alert change_alert(const model::Entry& entry, std::string session_id, const Context& context);
[[nodiscard]] model::Alert merged_alert(const model::Session& session, const std::string& absorbed,
                                        const Context& context);
[[nodiscard]] model::Alert fold_alert(const model::Fold& fold, const Context& context);

void add_failure(model::Fold& fold, const model::Entry& entry);

inline constexpr std::int64_t kDigestMicros = std::int64_t{15} * 60 * 1'000'000;
// When the clock has something to say about it next. Of one that is over only escalation is left.
[[nodiscard]] std::optional<Time> next_due(const model::Session& session);

// The steps of a session that is being opened.
void plan_escalation(model::Session& session, const Context& context);

}  // namespace gw::session

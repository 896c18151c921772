// What people say to a session: that they have seen it, that they handle it, that it is a false alarm, why it was needed. By the
// API, `glasswatch ack` and presses in Slack alike. `now` is in the response; from any thread.
//
// Everything said is kept, with its time. Whether it acknowledges depends on who says it: never the actor, whose reason and
// ticket count all the same. Where it is not known who presses, or who the actor is, an acknowledgement stands as `unknown`,
// shows as such, and ends no escalation of a critical session. Of two named persons one is not the actor, whoever that is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/model/session.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// Whether the session is this person's own, as far as its principal is known.
[[nodiscard]] bool is_actor(const model::Session& session, std::string_view person);
// The same for somebody whom `people` knows by other names too.
[[nodiscard]] bool is_actor(const model::Session& session, std::string_view person,
                            const std::vector<watch::Person>& people);

struct Answer {
  model::Session session;  // as it is then
  bool is_own = false;     // it was the actor's: kept, but no acknowledgement
};
// `is_person`: `given.by` is a person's name, not a token's or a stranger's. Its `independence` is found out here. The first
// acknowledgement stands until an independent one comes; saying the same again changes nothing. `not_found`; `invalid_input`;
// `conflict` when its press was used before.
[[nodiscard]] Result<Answer> respond(ports::Committer& store, const Settings& settings, const std::string& session_id,
                                     const model::Response& given, bool is_person);

// Beyond it only acknowledgements that count are taken.
inline constexpr std::size_t kMaxResponses = 100;
inline constexpr std::size_t kMaxTicket = 256;

}  // namespace gw::pipeline

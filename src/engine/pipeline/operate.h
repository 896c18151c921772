// What people do to sessions and alerts, each one commit. `now` is passed in; all may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "domain/model/alert.h"
#include "domain/model/session.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// `invalid_input` for an empty or overlong text, or when the session has all the notes that it can hold.
Result<model::Session> add_note(ports::Committer& store, const std::string& session_id, model::Note note);
inline constexpr std::size_t kMaxNotes = 100;
inline constexpr std::size_t kMaxNoteText = 4096;

// Answers its id. `invalid_input` without author, reason, or an end in the future.
Result<std::string> add_mute(ports::Committer& store, model::Mute mute, Time now);
// Nothing happens to one that has ended already. `not_found`.
Status end_mute(ports::Store& store, const std::string& mute_id, const std::string& by, Time now);

// Sends a marked alert down the real path to this receiver, which the caller knows to exist, and to no other: it is not routed,
// so that shadow mode does not lead it elsewhere. What becomes of it is seen in the alerts. Answers the alert's id.
Result<std::string> alert_test(ports::Committer& store, const Settings& settings, const std::string& receiver,
                               const std::string& by, Time now);

}  // namespace gw::pipeline

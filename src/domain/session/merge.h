// A session as a sum: adding an entry, adding a session, and what follows from the sum. Adding commutes and is associative, so
// that a session is the same whatever came first. Internal to this folder but for set_expiry(). Pure.
#pragma once

#include "domain/model/entry.h"
#include "domain/model/session.h"

namespace gw::session {

// `session` is new, or one that the entry's edges touch. finish() afterwards.
void add(model::Session& session, const model::Entry& entry);
// All of `other` but its id, version, state and what was told of it.
void absorb(model::Session& session, const model::Session& other);
// Of it: what people said, and the steps of escalation (escalation.cpp).
void absorb_answers(model::Session& session, const model::Session& other);
// Only which feeds brought it: the entry is known already. True when that was new.
bool add_feed(model::Session& session, const model::Entry& entry);

// Derives counts, joins, expiry and names from the sum.
void finish(model::Session& session);
// Of it: until when the credentials that were handed out are good.
void set_expiry(model::Session& session);
// When it lapses, as far as known now.
[[nodiscard]] Time lapse_time(const model::Session& session);

inline constexpr std::size_t kMaxTexts = 50;  // addresses, agents, regions, groups of high-risk calls
inline constexpr std::size_t kMaxJoins = 100;
inline constexpr std::size_t kMaxIssues = 64;

}  // namespace gw::session

// The keys that tie entries together, and until when credentials live. Internal to this folder. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/model/entry.h"
#include "domain/model/record.h"
#include "domain/session/entries.h"

namespace gw::session {

inline constexpr std::int64_t kSecond = 1'000'000;
// Identity Center calls STS within milliseconds, and creationDate has whole seconds.
inline constexpr std::int64_t kSameMoment = 5 * kSecond;
// No temporary credentials of any kind live longer ("GetSessionToken", "GetFederationToken").
inline constexpr std::int64_t kLongestLife = std::int64_t{36} * 3600 * kSecond;

// Records are late, and clocks differ: as long as a session waits for its end to be known.
inline constexpr std::int64_t kGraceForJoins = std::int64_t{15} * 60 * kSecond;
inline constexpr std::int64_t kIdleForJoins = std::int64_t{30} * 60 * kSecond;

// What the tie by the moment is called.
inline constexpr std::string_view kSameMomentTie = "sign_in_moment";

[[nodiscard]] inline Time plus(Time time, std::int64_t micros) { return Time{time.micros + micros}; }

struct Life {
  Time expires_at;
  model::ExpiryGrade grade = model::ExpiryGrade::default_duration;
};
// Of the credentials that a way in hands out at `at`: durationSeconds or the expiration in the record, else the configured
// duration of the role, else one hour.
[[nodiscard]] Life life_of(const model::Record& record, const model::AccessEvent& access, Time at, const Rules& rules);
// "Jul 1, 2026, 12:08:19 PM" as STS writes it, and ISO 8601.
[[nodiscard]] std::optional<Time> parse_expiration(std::string_view text);

// Edges of an access into what it enters, and of a call from whoever makes it. `at` is the event's time.
void add_access_edges(model::Entry& entry, const model::Record& record, Time at);
void add_actor_edges(model::Entry& entry, const model::Record& record, Time at, const Rules& rules);

[[nodiscard]] model::Edge chain_edge(std::uint64_t credential);

// What an idle gap is counted for.
[[nodiscard]] std::string credential_of(const model::Record& record);
[[nodiscard]] std::string_view granted_key(const model::Record& record);

}  // namespace gw::session

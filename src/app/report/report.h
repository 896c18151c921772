// An audit report: every use of a period with what was done, who was told and how it ended, and what the figures rest on.
//
// collect() asks a store through its ports and hands over one thing after another; a Writer (writer.h) makes text of it. Facts
// that were stored after `as_of` do not count, as far as the store knows when it stored them; docs/report.md says what it does
// not know. The same question about the same store gives the same calls in the same order. Nothing is kept but totals.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ports/store.h"

namespace gw::report {

struct Question {
  std::optional<Time> from;  // uses that began then or later
  std::optional<Time> to;    // and before this
  Time as_of;
  // Whoever says as of when wants the same bytes later: what the store keeps without a history is left out, and what a use
  // holds is counted from the records that were stored by then.
  bool as_of_given = false;
  std::string account_id;
  std::string role;
  std::string watch;
  std::string session_id;
  std::string version;  // of the program
};

// Something that happened in a use, or because of it.
struct Moment {
  Time at;
  std::string what;  // way in, second half, high risk, denied, told, acknowledged, refused, reason, note, lapsed
  std::string text;
  std::string from;     // address
  std::string grade;    // of the record's join: exact, inferred, unknown; empty: not known of this one
  std::string by;       // what joins it, or who did it
  std::string feeds;    // that carried it
  std::string outcome;  // success, or the error; of an alert: what became of it, for each receiver
  std::string id;       // of the record or the alert
};
// Of each kind of moment the first so many are shown; the others are counted.
inline constexpr std::size_t kMaxMoments = 500;

struct Use {
  model::Session session;        // as of the time
  std::vector<Moment> timeline;  // by time
  std::uint64_t moments_left_out = 0;
  std::vector<ports::AlertView> alerts;  // as of the time, oldest first
  std::optional<Time> first_told;        // when a receiver accepted the first message about it
  std::vector<std::string> told;         // receivers that accepted one, ascending
  std::array<std::uint64_t, 3> joins{};  // by JoinGrade
  std::uint64_t ways_in = 0;             // records that are stored of it: accesses,
  std::uint64_t halves = 0;              // their second halves,
  std::uint64_t calls = 0;               // and calls
  std::uint64_t denied = 0;
  std::uint64_t high_risk = 0;
  bool is_incomplete = false;  // it counted more calls than are stored: erased by now
};

struct Kept {
  std::uint64_t records = 0;
  Time first;  // event times
  Time newest;
};
using Place = std::tuple<std::string, std::string, std::string>;  // account whose trail it was, region, feed
inline constexpr std::size_t kMaxPlaces = 10'000;

struct Parked {
  std::string alert_id;
  std::string kind;
  std::string session_id;
  model::Notification notification;
  bool retried = false;  // a later generation exists
};

struct Totals {
  std::uint64_t uses = 0;  // of them:
  std::uint64_t open = 0;
  std::uint64_t lapsed = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t planned = 0;
  std::uint64_t backfilled = 0;
  std::uint64_t not_told = 0;  // no receiver accepted a message about it
  std::uint64_t not_confirmed = 0;
  std::uint64_t chain_incomplete = 0;
  std::uint64_t truncated = 0;
  std::uint64_t incomplete = 0;
  std::map<std::string, std::uint64_t> severities;
  std::map<std::string, std::uint64_t> watches;
  std::map<std::string, std::uint64_t> mechanisms;
  std::array<std::uint64_t, 3> joins{};
  std::uint64_t ways_in = 0;
  std::uint64_t halves = 0;
  std::uint64_t calls = 0;
  std::uint64_t denied_calls = 0;
  std::uint64_t high_risk = 0;
  std::uint64_t changes = 0;
  std::uint64_t denied = 0;
  std::uint64_t alerts = 0;  // about these uses
  std::uint64_t other_alerts = 0;
  std::array<std::uint64_t, model::kSendStates> notifications{};  // of both
  std::uint64_t mutes = 0;
  std::uint64_t quarantined = 0;       // within the period
  std::uint64_t quarantined_open = 0;  // of any time before `to`
  std::map<Place, Kept> kept;
  std::uint64_t kept_elsewhere = 0;  // in places beyond kMaxPlaces
  std::map<std::string, std::uint64_t> config_hashes;
  std::map<std::string, std::uint64_t> alert_kinds;
};

// What the store keeps without a history.
struct NoHistory {
  ports::Totals totals;
  std::vector<ports::CoverageSighting> coverage;
  std::vector<ports::NeverHeard> never_heard;
};

struct Closing {
  Question question;
  Totals totals;
  std::vector<Parked> parked;
  std::optional<NoHistory> now;  // not when `as_of` was given
};

class Writer {
 public:
  virtual ~Writer() = default;
  // In this order; newest first within each.
  virtual void use(const Use& use) = 0;
  virtual void change(const ports::StoredEvent& event) = 0;  // to the trail, or to the way in
  virtual void denied(const ports::StoredEvent& event) = 0;
  virtual void alert(const ports::AlertView& view) = 0;  // about no use
  virtual void mute(const model::Mute& mute) = 0;
  virtual void quarantined(const ports::QuarantineItem& item) = 0;
  // Everything that was said, as text.
  virtual Status finish(const Closing& closing) = 0;
};

struct Ports {
  ports::Reader& reader;
  ports::Admin& admin;
  ports::Recovery& recovery;
  // Which accounts are expected and are in none of these places.
  std::function<Result<std::vector<ports::NeverHeard>>(const std::vector<ports::CoverageSighting>&)> never_heard;
};

// `not_found`: there is no session_id. `invalid_input`: a filter has no such value.
[[nodiscard]] Result<Totals> collect(const Question& question, const Ports& store, Writer& writer);

// --- the parts of it (dossier.cpp). Pure.

// Whether a fact was known by then, and as what.
[[nodiscard]] bool as_of(ports::AlertView& view, Time time);
[[nodiscard]] bool as_of(model::Mute& mute, Time time);
[[nodiscard]] bool as_of(ports::QuarantineItem& item, Time time);

// Makes a Use of its session, its records (newest first) and its alerts (newest first, as of the time).
class Dossier {
 public:
  Dossier(model::Session session, const Question& question);
  void record(const ports::StoredEvent& event, Totals& totals);
  void alert(ports::AlertView view);
  // An alert about many sessions, this one among them, as of the time.
  void summary(const ports::AlertView& view);
  [[nodiscard]] Use finish();

 private:
  struct Shown {
    std::vector<Moment> moments;  // newest first
    void add(Moment moment, std::uint64_t& left_out);
  };
  [[nodiscard]] bool is_call(const ports::StoredEvent& event) const;
  void count_call(const ports::StoredEvent& event, bool is_call);
  [[nodiscard]] std::optional<model::Join> take_join(const ports::StoredEvent& event);
  void add_told(const ports::AlertView& view);
  void put_back_answers();
  void put_back();
  void show_answers();
  void show();

  Question question_;
  Use use_;
  model::Session then_;                            // what is counted from the records
  std::set<Time> later_issues_;                    // when credentials were handed out by records that did not count yet
  std::multimap<std::string, model::Join> joins_;  // by event id
  std::map<std::string, Time> firsts_;             // event ids of calls that were ways in
  Shown ways_in_;
  Shown risky_;
  Shown denied_;
  std::vector<Moment> summaries_;
};

// Labels and values of an acknowledgement; empty: there is none.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> acknowledgement(const model::Session& session);
// Who came in, as one text; where.
[[nodiscard]] std::string who(const model::Principal& principal);
[[nodiscard]] std::string joined(const std::set<std::string>& texts);
[[nodiscard]] std::string joined(const std::vector<std::string>& texts);
// "label: value" of those that have one.
[[nodiscard]] std::string labelled(const std::vector<std::pair<std::string, std::string>>& values,
                                   std::string_view between);
[[nodiscard]] std::vector<std::string> mechanism_names(model::MechanismSet set);

}  // namespace gw::report

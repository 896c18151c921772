// Which places have fallen silent, and which are heard again. Pure: told what was last heard of each account, region and feed,
// again and again, it says what is new.
//
// Four levels: everything, a feed, an account in a feed, a region of that account. What has stopped as a whole is told as a whole:
// nothing is said of a place within one that is silent. An account's or a region's silence is told only when it is regular (ten days
// with arrivals of the last 35), a feed's when it is known (three days); else a one-off use of a region would be missed for ever.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/coverage/attendance.h"
#include "domain/coverage/rhythm.h"

namespace gw::coverage {

struct Place {
  std::string account_id;
  std::string region;
  std::string feed;
  Time heard;  // when a record of it last arrived
};

enum class Level : std::uint8_t { everything, feed, account, region };

struct Fact {
  enum class Kind : std::uint8_t { silent, heard_again, never_heard };
  Kind kind = Kind::silent;
  Level level = Level::everything;
  std::string key;                  // the same for the same fact, whoever finds it
  std::string subject;              // "everything", "the feed s3", "account 111122223333 in the feed s3", "7 regions"
  std::vector<std::string> places;  // where it is about several: their subjects; at most kListed
  std::size_t count = 1;
  Time since;                     // the last arrival before
  std::int64_t usual_micros = 0;  // how long it is quiet at most, as a rule
  std::string account_id;         // of one account or region
  std::string silent_key;         // heard_again: the key of what ends
};

class Silence {
 public:
  static constexpr std::size_t kListed = 100;
  static constexpr std::size_t kApart = 5;  // more of one level at once are one fact

  // Accounts that must be heard, and the only ones that are judged by account and region; empty: those that are known.
  void expect(std::set<std::string> accounts) { expected_ = std::move(accounts); }

  // What a store has kept: what changes() said, by name.
  void restore(std::string_view name, std::string_view text);

  // Looks at all that was ever heard. Nothing is learnt from a stretch in which nobody looked (ten minutes or more), and silence counts
  // from its end, unless it is a small part of a quiet (Attendance): it says nothing about the places.
  [[nodiscard]] std::vector<Fact> look(const std::vector<Place>& places, Time now);

  // What is to be kept since the last call, by name.
  [[nodiscard]] std::map<std::string, std::string> changes();

  struct State {
    Rhythm rhythm;
    Time heard;
    std::optional<Time> silent_since;
    std::string told_key;     // of the fact that told it
    bool is_overdue = false;  // silent, by itself or within another's silence
  };
  // By place; null where nothing is known.
  [[nodiscard]] const State* of(const Place& place) const;
  // Of the place, or of the outermost one around it that is silent.
  [[nodiscard]] std::optional<Time> silent_since(const Place& place) const;
  [[nodiscard]] std::size_t silent_count() const;  // of all levels, those told
  struct Missing {
    std::string account_id;
    Time since;  // it is waited for
    bool is_told = false;
  };
  [[nodiscard]] std::vector<Missing> missing() const;  // accounts that are expected and were never heard, ascending
  [[nodiscard]] bool is_everything_silent() const;

 private:
  void hear(const std::string& name, Time heard, std::vector<Fact>& heard_again);
  void judge(Time now, std::vector<Fact>& silent);
  void judge_expected(const std::set<std::string>& seen, Time now, std::vector<Fact>& facts);
  [[nodiscard]] bool is_judged(const std::string& name, const State& state) const;
  [[nodiscard]] bool is_within_silence(std::string name) const;
  void keep(const std::string& name);

  std::set<std::string> expected_;
  std::map<std::string, State> states_;  // by name: see silence.cpp
  std::map<std::string, Time> missing_;  // expected and never heard: since when it is waited for
  std::set<std::string> missing_told_;
  std::map<std::string, std::string> changes_;
  Attendance attendance_;
};

}  // namespace gw::coverage

// Names of scopes: "*" everything, "*/FEED", "*/FEED/ACCOUNT", "*/FEED/ACCOUNT/REGION": the one around a scope is what stands before
// the last slash. A slash within a part is written as '|'.
#include "domain/coverage/silence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace gw::coverage {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kWaitForExpected = 24 * 60 * kMinute;
constexpr std::int64_t kLeastLearnt = 30 * kMinute;
constexpr std::size_t kRegularDays = 10;
constexpr std::size_t kKnownDays = 3;
constexpr std::string_view kAll = "*";
constexpr std::string_view kMissing = "missing/";

std::string part(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '/', '|');
  return out;
}

Level level_of(std::string_view name) {
  return static_cast<Level>(std::min<std::ptrdiff_t>(std::count(name.begin(), name.end(), '/'), 3));
}

// Feed, account and region of a name; what it lacks is empty.
std::array<std::string_view, 3> parts_of(std::string_view name) {
  std::array<std::string_view, 3> out;
  for (std::string_view& one : out) {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) break;
    name.remove_prefix(slash + 1);
    one = name.substr(0, name.find('/'));
  }
  return out;
}

std::string subject_of(std::string_view name) {
  const auto [feed, account, region] = parts_of(name);
  switch (level_of(name)) {
    case Level::everything: return "everything";
    case Level::feed: return "the feed " + std::string(feed);
    case Level::account: return "account " + std::string(account) + " in the feed " + std::string(feed);
    case Level::region:
      return std::string(region) + " of account " + std::string(account) + " in the feed " + std::string(feed);
  }
  return {};
}

std::string_view plural_of(Level level) {
  return level == Level::account ? "accounts" : level == Level::region ? "regions" : "feeds";
}

// What counts of a silence that was told before it has come again. An outage is no rhythm, and yet a place that has become quieter,
// or was never heard twice in a row, must not be told for ever.
std::int64_t capped(const Rhythm& rhythm) { return std::max(rhythm.usual_micros() / 2 * 3, kLeastLearnt); }

// Several facts of one level and kind as one.
Fact fold(const std::vector<Fact>& some) {
  Fact all = some.front();
  all.count = some.size();
  all.subject = std::to_string(some.size()) + " " + std::string(plural_of(all.level));
  all.key += "+" + std::to_string(some.size() - 1);
  all.account_id.clear();
  for (const Fact& one : some) {
    all.since = std::min(all.since, one.since);
    all.usual_micros = std::max(all.usual_micros, one.usual_micros);
    if (all.places.size() < Silence::kListed) all.places.push_back(one.subject);
  }
  return all;
}

// The facts of one level and kind, as they are to be told.
void add_level(std::vector<Fact>& out, std::vector<Fact> level) {
  if (level.size() > Silence::kApart) level = {fold(level)};
  std::move(level.begin(), level.end(), std::back_inserter(out));
}

}  // namespace

void Silence::restore(std::string_view name, std::string_view text) {
  // RHYTHM [';' SILENT_SINCE ';' KEY]; SINCE [';'] of one that is missing; an Attendance.
  const std::size_t first = text.find(';');
  const std::string_view before = text.substr(0, first);
  const auto number = [](std::string_view digits) -> std::optional<Time> {
    Time out;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.micros);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(out) : std::nullopt;
  };
  if (name == "looked") {
    attendance_ = Attendance::parse(text);
    return;
  }
  if (name.starts_with(kMissing)) {
    const auto since = number(before);
    if (!since) return;
    const std::string account(name.substr(kMissing.size()));
    missing_[account] = *since;
    if (first != std::string_view::npos) missing_told_.insert(account);
    return;
  }
  auto rhythm = Rhythm::parse(before);
  if (!rhythm) return;
  State state;
  state.rhythm = std::move(*rhythm);
  if (first != std::string_view::npos) {
    const std::string_view rest = text.substr(first + 1);
    const std::size_t second = rest.find(';');
    state.silent_since = number(rest.substr(0, second));
    if (second != std::string_view::npos) state.told_key = rest.substr(second + 1);
  }
  states_[std::string(name)] = std::move(state);
}

void Silence::keep(const std::string& name) {
  const State& state = states_[name];
  std::string text = state.rhythm.to_text();
  if (state.silent_since) text += ";" + std::to_string(state.silent_since->micros) + ";" + state.told_key;
  changes_[name] = std::move(text);
}

std::map<std::string, std::string> Silence::changes() { return std::exchange(changes_, {}); }

const Silence::State* Silence::of(const Place& place) const {
  const auto at = states_.find(std::string(kAll) + "/" + part(place.feed) + "/" + part(place.account_id) + "/" +
                               part(place.region));
  return at == states_.end() ? nullptr : &at->second;
}

std::optional<Time> Silence::silent_since(const Place& place) const {
  std::string name(kAll);
  for (const std::string& next : {part(place.feed), part(place.account_id), part(place.region), std::string()}) {
    const auto at = states_.find(name);
    if (at != states_.end() && at->second.silent_since) return at->second.silent_since;
    name += "/" + next;
  }
  return std::nullopt;
}

std::size_t Silence::silent_count() const {
  return static_cast<std::size_t>(std::count_if(states_.begin(), states_.end(),
                                                [](const auto& s) { return s.second.silent_since.has_value(); })) +
         missing_told_.size();
}

std::vector<Silence::Missing> Silence::missing() const {
  std::vector<Missing> out;
  out.reserve(missing_.size());
  for (const auto& [account, since] : missing_) out.push_back({account, since, missing_told_.contains(account)});
  return out;
}

bool Silence::is_everything_silent() const {
  const auto at = states_.find(std::string(kAll));
  return at != states_.end() && at->second.silent_since.has_value();
}

std::vector<Fact> Silence::look(const std::vector<Place>& places, Time now) {
  attendance_.look(now);
  changes_["looked"] = attendance_.to_text();

  std::map<std::string, Time> heard;
  std::set<std::string> seen;
  for (const Place& place : places) {
    if (!place.account_id.empty()) seen.insert(place.account_id);
    std::string name(kAll);
    const auto note = [&] {
      Time& newest = heard[name];
      newest = std::max(newest, place.heard);
    };
    note();
    for (const std::string* one : {&place.feed, &place.account_id, &place.region}) {
      name += "/" + part(*one);
      note();
    }
  }
  std::vector<Fact> facts;
  std::vector<Fact> found;
  for (const auto& [name, at] : heard) hear(name, at, found);
  // What was told by one fact ends by one, as far as it ends together.
  while (!found.empty()) {
    const std::string key = found.front().silent_key;
    const auto rest =
        std::stable_partition(found.begin(), found.end(), [&](const Fact& f) { return f.silent_key == key; });
    std::vector<Fact> same(std::make_move_iterator(found.begin()), std::make_move_iterator(rest));
    found.erase(found.begin(), rest);
    facts.push_back(same.size() == 1 ? std::move(same.front()) : fold(same));
  }
  judge(now, facts);
  judge_expected(seen, now, facts);
  return facts;
}

void Silence::hear(const std::string& name, Time heard, std::vector<Fact>& heard_again) {
  State& state = states_[name];
  if (heard <= state.heard) return;
  const std::int64_t quiet = heard.micros - state.heard.micros;
  const bool was_known = state.heard.micros != 0;
  const Time before = state.heard;
  state.heard = heard;
  const bool was_overdue = std::exchange(state.is_overdue, false);
  const bool was_watched = was_known && attendance_.covers(before, heard);
  const std::string text = state.rhythm.to_text();
  if (state.silent_since && state.rhythm.days() != 0) {
    if (heard <= *state.silent_since) return;  // it was restored: this is what was known then
    Fact fact;
    fact.kind = Fact::Kind::heard_again;
    fact.level = level_of(name);
    fact.subject = subject_of(name);
    fact.since = *state.silent_since;
    fact.usual_micros = state.rhythm.usual_micros();
    fact.account_id = parts_of(name)[1];
    fact.silent_key = state.told_key;
    fact.key = "heard|" + name + "|" + std::to_string(state.silent_since->micros);
    heard_again.push_back(std::move(fact));
    const std::int64_t whole = heard.micros - state.silent_since->micros;
    const std::int64_t counted = std::min(whole, capped(state.rhythm));
    state.rhythm.arrived(heard, was_watched ? whole : counted, counted);
    state.silent_since.reset();
    state.told_key.clear();
    keep(name);
    return;
  }
  if (state.rhythm.days() != 0 && was_watched) {
    state.rhythm.arrived(heard, quiet, was_overdue ? capped(state.rhythm) : quiet);
  } else {
    state.rhythm.arrived(heard, 0);
  }
  if (state.rhythm.to_text() != text) keep(name);
}

bool Silence::is_judged(const std::string& name, const State& state) const {
  switch (level_of(name)) {
    case Level::everything: return true;
    case Level::feed: return state.rhythm.recent_days() >= kKnownDays;
    case Level::account:
    case Level::region: break;
  }
  const std::string account(parts_of(name)[1]);
  return !account.empty() && state.rhythm.recent_days() >= kRegularDays &&
         (expected_.empty() || expected_.contains(account));
}

bool Silence::is_within_silence(std::string name) const {
  for (std::size_t slash = name.rfind('/'); slash != std::string::npos; slash = name.rfind('/')) {
    name.resize(slash);
    const auto around = states_.find(name);
    if (around != states_.end() && around->second.silent_since) return true;
  }
  return false;
}

void Silence::judge(Time now, std::vector<Fact>& silent) {
  for (const Level level : {Level::everything, Level::feed, Level::account, Level::region}) {
    std::vector<Fact> found;
    std::vector<std::string> names;
    for (auto& [name, state] : states_) {
      if (level_of(name) != level || state.silent_since || state.heard.micros == 0) continue;
      const std::int64_t quiet = attendance_.quiet_micros(state.heard, now);
      if (quiet <= state.rhythm.allowed_micros() || !is_judged(name, state)) continue;
      state.is_overdue = true;
      if (is_within_silence(name)) continue;
      Fact fact;
      fact.level = level;
      fact.subject = subject_of(name);
      fact.since = state.heard;
      fact.usual_micros = state.rhythm.usual_micros();
      fact.account_id = parts_of(name)[1];
      fact.key = "silent|" + name + "|" + std::to_string(state.heard.micros);
      found.push_back(std::move(fact));
      names.push_back(name);
    }
    const std::size_t before = silent.size();
    add_level(silent, std::move(found));
    for (std::size_t i = 0; i < names.size(); ++i) {
      State& state = states_[names[i]];
      state.silent_since = state.heard;
      state.told_key = silent[names.size() > kApart ? before : before + i].key;
      keep(names[i]);
    }
  }
}

void Silence::judge_expected(const std::set<std::string>& seen, Time now, std::vector<Fact>& facts) {
  std::vector<Fact> found;
  const auto fact_of = [](const std::string& account, Time since) {
    Fact fact;
    fact.kind = Fact::Kind::never_heard;
    fact.level = Level::account;
    fact.subject = "account " + account;
    fact.account_id = account;
    fact.since = since;
    fact.key = "missing|" + account + "|" + std::to_string(since.micros);
    return fact;
  };
  for (const std::string& account : expected_) {
    if (seen.contains(account)) continue;
    const auto [at, is_new] = missing_.try_emplace(account, now);
    const std::string name = std::string(kMissing) + account;
    if (is_new) changes_[name] = std::to_string(now.micros);
    if (now.micros - at->second.micros < kWaitForExpected || !missing_told_.insert(account).second) continue;
    changes_[name] = std::to_string(at->second.micros) + ";";
    found.push_back(fact_of(account, at->second));
  }
  add_level(facts, std::move(found));
  for (auto at = missing_.begin(); at != missing_.end();) {
    const std::string& account = at->first;
    const bool is_heard = seen.contains(account);
    if (!is_heard && expected_.contains(account)) {
      ++at;
      continue;
    }
    if (is_heard && missing_told_.contains(account)) {
      Fact fact = fact_of(account, at->second);
      fact.kind = Fact::Kind::heard_again;
      fact.silent_key = std::exchange(fact.key, "heard|" + fact.key);
      facts.push_back(std::move(fact));
    }
    missing_told_.erase(account);
    changes_[std::string(kMissing) + account] = {};
    at = missing_.erase(at);
  }
}

}  // namespace gw::coverage

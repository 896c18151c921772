#include "engine/pipeline/silence_watch.h"

#include <set>
#include <string_view>
#include <utility>

#include "base/json/write.h"
#include "base/uuid.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

using coverage::Fact;
using coverage::Level;

constexpr std::string_view kPrefix = "silence/";
constexpr std::int64_t kMinute = 60'000'000;

// 35m, 2h 10m, 3d 4h.
std::string span_of(std::int64_t micros) {
  const std::int64_t minutes = micros > 0 ? micros / kMinute : 0;
  if (minutes < 60) return std::to_string(minutes) + "m";
  if (minutes < 24 * 60) return std::to_string(minutes / 60) + "h " + std::to_string(minutes % 60) + "m";
  return std::to_string(minutes / (24 * 60)) + "d " + std::to_string(minutes / 60 % 24) + "h";
}

std::string reason_of(const Fact& fact, Time now) {
  const std::string span = span_of(now.micros - fact.since.micros);
  switch (fact.kind) {
    case Fact::Kind::silent: {
      std::string out = fact.level == Level::everything ? "no record at all has come for " + span
                                                        : "nothing from " + fact.subject + " for " + span;
      if (fact.usual_micros > 0) out += ", and it is usually quiet for " + span_of(fact.usual_micros) + " at most";
      return out;
    }
    case Fact::Kind::never_heard:
      return fact.subject + (fact.count == 1 ? " is" : " are") + " expected, and nothing has come for " + span;
    case Fact::Kind::heard_again:
      return (fact.level == Level::everything ? "records come again" : fact.subject + " is heard again") + ", after " +
             span;
  }
  return {};
}

model::Severity severity_of(Level level) {
  switch (level) {
    case Level::everything:
    case Level::feed: return model::Severity::high;
    case Level::account: return model::Severity::medium;
    case Level::region: break;
  }
  return model::Severity::low;
}

model::Alert alert_of(const Fact& fact, const Settings& settings, Time now) {
  model::Alert alert;
  alert.id = random_uuid7(now);
  alert.key = fact.key;
  alert.kind =
      fact.kind == Fact::Kind::heard_again ? model::AlertKind::coverage_heard : model::AlertKind::coverage_silent;
  alert.severity = severity_of(fact.level);
  alert.fact = fact.subject;
  alert.reason = reason_of(fact, now);
  alert.created_at = now;
  alert.config_hash = settings.config_hash;
  std::string& out = alert.data = "{\"last_heard\":";
  json::append_string(out, format_time(fact.since));
  if (fact.kind == Fact::Kind::never_heard) out = out.replace(1, 12, "\"expected_since\"");
  const auto text = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += ",\"" + std::string(name) + "\":";
    json::append_string(out, value);
  };
  if (fact.usual_micros > 0) text("usual_quiet", span_of(fact.usual_micros));
  text("account_id", fact.account_id);
  if (fact.count > 1) {
    out += ",\"count\":" + std::to_string(fact.count) + ",\"places\":[";
    for (std::size_t i = 0; i < fact.places.size(); ++i) {
      if (i > 0) out.push_back(',');
      json::append_string(out, fact.places[i]);
    }
    out.push_back(']');
  }
  text("ends", fact.silent_key);
  out.push_back('}');
  return alert;
}

std::vector<coverage::Place> places_of(const std::vector<ports::CoverageSighting>& sightings) {
  std::vector<coverage::Place> out;
  out.reserve(sightings.size());
  for (const ports::CoverageSighting& s : sightings) out.push_back({s.account_id, s.region, s.feed, s.received_at});
  return out;
}

Status restore(coverage::Silence& silence, ports::Recovery& recovery) {
  const auto kept = recovery.cursors(std::string(kPrefix));
  if (!kept) return kept.error();
  for (const auto& [name, text] : *kept) silence.restore(std::string_view(name).substr(kPrefix.size()), text);
  return ok();
}

}  // namespace

Status SilenceWatch::look(const Settings& settings, Time now) {
  if (!is_restored_) {
    if (const Status status = restore(silence_, recovery_); !status) return status;
    is_restored_ = true;
  }
  const auto heard = recovery_.coverage();
  if (!heard) return heard.error();
  silence_.expect(settings.expected_accounts);
  for (const Fact& fact : silence_.look(places_of(*heard), now)) alerts_.push_back(alert_of(fact, settings, now));
  for (auto& [name, text] : silence_.changes()) kept_[std::string(kPrefix) + name] = std::move(text);
  silent_count_ = silence_.silent_count();
  is_everything_silent_ = silence_.is_everything_silent();
  if (kept_.empty() && alerts_.empty()) return ok();

  ports::Ask ask;
  for (const model::Alert& alert : alerts_) ask.alert_keys.push_back(alert.key);
  const Status status = committer_.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit;
    commit.at = now;
    commit.cursors = kept_;
    std::vector<model::Alert> fresh;
    for (const model::Alert& alert : alerts_) {
      if (!loaded.alert_keys.contains(alert.key)) fresh.push_back(alert);
    }
    route(settings, std::move(fresh), loaded, commit);
    return commit;
  });
  if (!status) return status;
  alerts_.clear();
  kept_.clear();
  return ok();
}

Result<QuietView> QuietView::read(ports::Recovery& recovery) {
  QuietView view;
  if (Status status = restore(view.silence_, recovery); !status) return std::move(status).error();
  return view;
}

std::optional<Time> QuietView::silent_since(const ports::CoverageSighting& s) const {
  return silence_.silent_since({s.account_id, s.region, s.feed, s.received_at});
}

std::optional<std::int64_t> QuietView::usual_micros(const ports::CoverageSighting& s) const {
  const auto* state = silence_.of({s.account_id, s.region, s.feed, s.received_at});
  if (state == nullptr || state->rhythm.days() == 0) return std::nullopt;
  return state->rhythm.usual_micros();
}

std::vector<ports::NeverHeard> QuietView::never_heard(const std::vector<ports::CoverageSighting>& heard) const {
  std::set<std::string_view> accounts;  // heard since the last look, too
  for (const ports::CoverageSighting& s : heard) accounts.insert(s.account_id);
  std::vector<ports::NeverHeard> out;
  for (coverage::Silence::Missing& one : silence_.missing()) {
    if (!accounts.contains(one.account_id)) out.push_back({std::move(one.account_id), one.since, one.is_told});
  }
  return out;
}

}  // namespace gw::pipeline

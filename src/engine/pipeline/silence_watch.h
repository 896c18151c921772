// Tells when an account, a region, a feed or everything has fallen silent, and when it is heard again (domain/coverage). Asked by the
// clock, not by traffic: a filter that drops everything is noticed, too.
//
// What is told and what is learnt go into the store in one commit. Two processes may look at one store: a fact has the same
// key for both, and is told once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/coverage/silence.h"
#include "domain/model/alert.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

class SilenceWatch {
 public:
  // What it refers to outlives it.
  SilenceWatch(ports::Committer& committer, ports::Recovery& recovery) : committer_(committer), recovery_(recovery) {}

  // To be called about once a minute, by one thread. After an error what is new waits for the next call.
  Status look(const Settings& settings, Time now);

  // From any thread.
  [[nodiscard]] std::size_t silent_count() const { return silent_count_; }
  [[nodiscard]] bool is_everything_silent() const { return is_everything_silent_; }

 private:
  ports::Committer& committer_;
  ports::Recovery& recovery_;
  bool is_restored_ = false;
  coverage::Silence silence_;
  std::vector<model::Alert> alerts_;  // that are not committed yet, as what is learnt
  std::map<std::string, std::string> kept_;
  std::atomic<std::size_t> silent_count_ = 0;
  std::atomic<bool> is_everything_silent_ = false;
};

// What is known of the quiet of places, as of the last look() at this store.
class QuietView {
 public:
  [[nodiscard]] static Result<QuietView> read(ports::Recovery& recovery);
  // Of the place, or of what it lies within.
  [[nodiscard]] std::optional<Time> silent_since(const ports::CoverageSighting& place) const;
  // How long it is quiet at most, as a rule, in microseconds; nullopt: not known yet.
  [[nodiscard]] std::optional<std::int64_t> usual_micros(const ports::CoverageSighting& place) const;
  // Accounts that are expected and are in none of these places, ascending.
  [[nodiscard]] std::vector<ports::NeverHeard> never_heard(const std::vector<ports::CoverageSighting>& heard) const;

 private:
  coverage::Silence silence_;
};

}  // namespace gw::pipeline

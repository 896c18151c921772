// What the pipeline works by: one immutable value behind a pointer. A reload makes another one; a batch keeps the one that it
// was begun with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/model/alert.h"
#include "domain/session/correlate.h"
#include "domain/session/entries.h"
#include "domain/watch/config.h"
#include "domain/watch/watch_set.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// Says who is told of the alerts of one commit: adds a notification for each receiver of each of them, and may add or take
// out alerts (a storm's summary). Called within a commit: pure, but for the ids it makes, and perhaps called several times.
using Route = std::function<void(std::vector<model::Alert>& alerts, const ports::Loaded& loaded,
                                 std::vector<model::Notification>& notifications)>;

struct Settings {
  watch::WatchSet watches;
  session::Rules rules;
  std::string config_hash;
  std::string organization_id;
  Route route;            // empty: nobody is told
  bool backfill = false;  // an archive is imported: sessions are marked, nothing is told
  // How far back the openings of a watch are counted, for its storm cap.
  std::int64_t openings_micros = std::int64_t{600} * 1'000'000;
  std::set<std::string> expected_accounts =
      {};  // whose silence is told, and that they never came; empty: those that are heard
  std::vector<session::EscalationRule> escalation = {};  // for sessions that are opened from now on
  std::vector<watch::Person> people = {};                // who is who
};

using SettingsPtr = std::shared_ptr<const Settings>;
using Provider = std::function<SettingsPtr()>;  // the settings of now; from any thread

}  // namespace gw::pipeline

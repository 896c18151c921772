// Batches → one commit. Asks the store for what it knows of them, correlates, and says what to write. Internal to this folder;
// called by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/pipeline/batch.h"
#include "engine/pipeline/horizon.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"
#include "engine/ports/store.h"
#include "engine/scan/teller.h"

namespace gw::pipeline {

// A batch and where it came from.
struct Work {
  SettingsPtr settings;
  Batch batch;
  std::string feed;
  std::vector<std::pair<std::string, std::string>> cursors;  // of the last part
};

class Writer {
 public:
  // What it refers to outlives it. `horizon` may be null.
  Writer(ports::Committer& store, Horizon* horizon) : store_(store), horizon_(horizon) {}

  // Commits all of them, or nothing. They have the same settings. What is in `works` stays there: they can be tried again.
  Status commit(std::span<Work* const> works, Time now);

 private:
  struct Group;
  [[nodiscard]] static ports::Ask ask_for(const Group& group);
  [[nodiscard]] static ports::Commit decide(const Group& group, const ports::Loaded& loaded);
  void name(std::vector<model::Entry>& entries, const watch::Directory* directory);
  [[nodiscard]] std::vector<std::uint64_t> follow_chains(Group& group) const;

  ports::Committer& store_;
  Horizon* horizon_;
  scan::NameBook names_;
};

// Who is told of the alerts of a commit; nobody when the settings are those of an import.
void route(const Settings& settings, std::vector<model::Alert> alerts, const ports::Loaded& loaded,
           ports::Commit& commit);

}  // namespace gw::pipeline

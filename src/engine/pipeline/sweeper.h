// What only the clock causes: digests of sessions that are active, lapses, counts of denied attempts.
//
// The same commit as for records, so that a sweep and a late record never lose each other's work.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// Does what is due at `now`, in steps of some hundred sessions. Answers when to come again, as far as is known now.
[[nodiscard]] Result<std::optional<Time>> sweep(ports::Committer& committer, ports::Reader& reader,
                                                const Settings& settings, Time now);

// Sweeps again and again on a thread of its own, until it is destroyed. What it refers to outlives it.
class Sweeper {
 public:
  Sweeper(ports::Store& store, Provider settings, std::function<Time()> clock,
          std::chrono::milliseconds pause = std::chrono::seconds(5));
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Of the last sweep.
  [[nodiscard]] Status health() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::pipeline

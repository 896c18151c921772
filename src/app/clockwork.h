// What the clock alone causes beside sessions: silence, the hand-over's digest, the heartbeat. The same for `serve` and for a
// Lambda's sweep.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "app/config/config.h"
#include "app/io.h"
#include "base/result.h"
#include "edge/web/web.h"
#include "engine/pipeline/settings.h"
#include "engine/pipeline/silence_watch.h"
#include "engine/ports/store.h"

namespace gw::app {

class Clockwork {
 public:
  // What it refers to outlives it. `committer` is what is written through, mostly the store itself.
  Clockwork(ports::Store& store, ports::Committer& committer, const Io& io);
  ~Clockwork();

  // From now on; any thread.
  void configure(const DaemonConfig& config);

  // Silence and hand-over. To be called every few seconds, or as often as there is a sweep, by one thread. The first error; the
  // rest is tried all the same.
  Status tick(const pipeline::Settings& settings, Time now);
  // The heartbeat, when its time has come; by the same thread. `works`: whether everything between source and receiver does;
  // without it, while nothing at all is heard, and when the last tick() could not look, there is none. Blocks for kPing at most.
  Status beat(Time now, bool works);
  static constexpr std::chrono::milliseconds kPing{5'000};

  // How many places are silent. From any thread.
  [[nodiscard]] web::Metric metric() const;

 private:
  ports::Store& store_;
  ports::Committer& committer_;
  const Io io_;
  pipeline::SilenceWatch silence_;
  std::mutex mutex_;  // guards the next two
  HeartbeatConfig heartbeat_;
  HandoverConfig handover_;
  std::string timezone_;
  Time looked_at_;
  bool has_looked_ = false;  // the last look went well
  Time handed_over_;         // which one
  Time beaten_at_;
};

}  // namespace gw::app

// What the clock alone causes beside sessions: silence, the hand-over's digest, the heartbeat. The same for `serve` and for a
// Lambda's sweep.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
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

  // To be called every few seconds, or as often as there is a sweep, by one thread. `works`: whether everything between source
  // and receiver does; without it, and while nothing at all is heard, there is no heartbeat. The first error; the rest is tried
  // all the same.
  Status tick(const pipeline::Settings& settings, Time now, bool works);

  // How many places are silent. From any thread.
  [[nodiscard]] web::Metric metric() const;

 private:
  Status beat(const HeartbeatConfig& config, Time now, bool works);

  ports::Store& store_;
  ports::Committer& committer_;
  const Io io_;
  pipeline::SilenceWatch silence_;
  std::mutex mutex_;  // guards the next two
  HeartbeatConfig heartbeat_;
  HandoverConfig handover_;
  std::string timezone_;
  Time looked_at_;
  Time handed_over_;  // which one
  Time beaten_at_;
};

}  // namespace gw::app

// The parts of a running daemon that a reload swaps, and what the web asks of the rest. Internal to app.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/io.h"
#include "app/wiring.h"
#include "edge/web/web.h"
#include "engine/pipeline/pipeline.h"
#include "engine/ports/store.h"

namespace gw::app {

// The settings and routes of now. Thread-safe.
class Current {
 public:
  void set(pipeline::SettingsPtr settings, notify::Routes routes) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
    routes_ = std::move(routes);
  }
  [[nodiscard]] pipeline::SettingsPtr settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }
  [[nodiscard]] notify::Routes routes() const {
    const std::lock_guard lock(mutex_);
    return routes_;
  }

 private:
  mutable std::mutex mutex_;
  pipeline::SettingsPtr settings_;
  notify::Routes routes_;
};

class PipelineIngest final : public web::Ingest {
 public:
  explicit PipelineIngest(pipeline::Pipeline& pipeline) : pipeline_(pipeline) {}
  void submit(ports::Delivery delivery) override {
    if (!pipeline_.try_submit(delivery)) delivery.settle(ports::Settled::unavailable);
  }
  bool has_room(std::size_t bytes) override { return pipeline_.has_room(bytes); }

 private:
  pipeline::Pipeline& pipeline_;
};

// What the web is told of the process.
[[nodiscard]] web::Hooks make_hooks(const Io& io, ports::Store& store, const pipeline::Pipeline& pipeline,
                                    const Current& current, std::function<std::vector<std::string>()> problems);

// How receivers have been doing since the start.
void append_metrics(std::vector<web::Metric>& metrics, const std::map<std::string, notify::SenderHealth>& health);
// What tells whether tokens have changed.
[[nodiscard]] std::vector<std::string> token_hashes(const web::Config& config);

// What a restart must know of role chains: the calls of the last day, and the keys that open sessions have handed out.
void fill_horizon(ports::Store& store, pipeline::Horizon& horizon, Time now);
// The second of these alone.
void fill_grants(ports::Reader& store, pipeline::Horizon& horizon);

}  // namespace gw::app

// Deliveries → commits → settled: workers decode, one writer commits what is ready together, and only then is a delivery
// settled. Whatever a pipeline has taken is settled exactly once, also when it is stopped.
//
// Nothing is unbounded: what was taken and not settled yet is at most `max_in_flight_bytes` (a single larger delivery is taken
// when nothing else is in flight), what is decoded and waits for the writer about `max_ready_bytes`.
//
// Deliveries: received = settled + retrying + in flight, at any time. All functions may be called from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/decode.h"
#include "engine/pipeline/horizon.h"
#include "engine/pipeline/lag_book.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

struct Config {
  unsigned workers = 2;
  scan::Budget buffers = Decoder::usual_budget();  // of each worker
  std::size_t part_weight = kPartWeight;           // of what a worker hands over at once
  std::size_t max_in_flight_bytes = std::size_t{64} << 20;
  std::size_t max_ready_bytes = std::size_t{32} << 20;
  // One commit takes no more than this, but for a single larger batch.
  std::size_t max_group_entries = 2000;
  std::size_t max_group_bytes = std::size_t{8} << 20;
  // When the store is unavailable: so often it is asked, with pauses that double; then all of the group is given back.
  unsigned attempts = 6;
  std::chrono::milliseconds first_pause{50};
  std::chrono::milliseconds longest_pause{2000};
};

class Pipeline {
 public:
  // Starts its threads. What it refers to outlives it; `horizon` may be null. `clock` gives the time of a commit.
  Pipeline(const Config& config, ports::Committer& store, Provider settings, std::function<Time()> clock,
           Horizon* horizon = nullptr);
  // stop(), if that was not done.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Whether a delivery of so many bytes would be taken now.
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  // Takes the delivery, or answers false and leaves it as it was: there is no room, or the pipeline is stopped or broken.
  [[nodiscard]] bool try_submit(ports::Delivery& delivery);
  // The same, but waits for room. False: `stop` was asked for, or the pipeline is stopped or broken.
  [[nodiscard]] bool submit(ports::Delivery& delivery, const std::stop_token& stop);

  // Takes no more, decodes and commits what was taken, settles it, and ends the threads. Waits for that.
  void stop();

  struct Gauges {
    std::uint64_t received = 0;   // since the start, as all of these
    std::uint64_t settled = 0;    // for good
    std::uint64_t retrying = 0;   // given back: to be delivered again
    std::uint64_t in_flight = 0;  // now
    std::size_t in_flight_bytes = 0;
    std::uint64_t commits = 0;
  };
  [[nodiscard]] Gauges gauges() const;

  // Ok while the last commit went well; `unavailable` while the store does not answer; anything else needs an operator, and
  // after `corrupt` nothing is taken any more.
  [[nodiscard]] Status health() const;

  // Of what was committed.
  [[nodiscard]] const LagBook& lags() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::pipeline

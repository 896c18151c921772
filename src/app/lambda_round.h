// What one invocation has handed to the pipeline, until all of it is settled. Internal to app.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/ports/source.h"

namespace gw::app {

// Items are numbered from 0. Safe from any thread; the settlements keep it alive, so that one that comes after its time (the
// invocation has ended without it) finds it.
class LambdaRound : public std::enable_shared_from_this<LambdaRound> {
 public:
  // A delivery of this item is on its way: what its `settle` has to be. `then` (may be empty) is called before.
  [[nodiscard]] std::function<void(ports::Settled)> expect(std::size_t item, std::function<void(ports::Settled)> then) {
    {
      const std::lock_guard lock(mutex_);
      ++outstanding_;
      grow(item);
      ++items_[item].outstanding;
    }
    return [self = shared_from_this(), item, then = std::move(then)](ports::Settled how) {
      if (then) then(how);
      const std::lock_guard lock(self->mutex_);
      --self->outstanding_;
      --self->items_[item].outstanding;
      if (how != ports::Settled::durable) self->items_[item].failed = true;
      self->changed_.notify_all();
    };
  }
  void fail(std::size_t item) {
    const std::lock_guard lock(mutex_);
    grow(item);
    items_[item].failed = true;
  }
  // Until all is settled. False: `give_up` says that it has waited long enough, asked some times a second.
  [[nodiscard]] bool wait(const std::function<bool()>& give_up) {
    std::unique_lock lock(mutex_);
    while (outstanding_ > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      if (outstanding_ > 0 && give_up()) return false;
    }
    return true;
  }
  // Whether everything of the item is stored.
  [[nodiscard]] bool is_stored(std::size_t item) const {
    const std::lock_guard lock(mutex_);
    return item >= items_.size() || (items_[item].outstanding == 0 && !items_[item].failed);
  }

 private:
  struct Item {
    std::size_t outstanding = 0;
    bool failed = false;
  };
  void grow(std::size_t item) {
    if (items_.size() <= item) items_.resize(item + 1);
  }
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t outstanding_ = 0;
  std::vector<Item> items_;
};

}  // namespace gw::app

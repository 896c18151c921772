// Access events that are used again: each is larger than what malloc keeps at hand, and a scan of everything makes and ends
// millions of them. Thread-safe; bounded.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "domain/model/access_event.h"

namespace gw::scan {

class EventPool {
 public:
  // An allocator has no owner to be handed out by: one for the process.
  [[nodiscard]] static EventPool& shared() {
    static EventPool pool;
    return pool;
  }

  // An event with the value of `event`, in memory of an earlier one when there is any.
  [[nodiscard]] std::unique_ptr<model::AccessEvent> take(model::AccessEvent&& event) {
    std::unique_ptr<model::AccessEvent> spare;
    {
      const std::lock_guard lock(mutex_);
      if (!spare_.empty()) {
        spare = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    if (spare == nullptr) return std::make_unique<model::AccessEvent>(std::move(event));
    *spare = std::move(event);
    return spare;
  }
  void give(std::unique_ptr<model::AccessEvent> event) {
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kMaxSpare) spare_.push_back(std::move(event));
  }

 private:
  static constexpr std::size_t kMaxSpare = 1024;
  std::mutex mutex_;
  std::vector<std::unique_ptr<model::AccessEvent>> spare_;
};

}  // namespace gw::scan

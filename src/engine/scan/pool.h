// Large objects that are used again: each is larger than what malloc keeps at hand, and a scan of everything makes and ends
// millions of them. Thread-safe; bounded: an object that has become too large, says kKeeps, is not kept.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gw::scan {

template <class T, std::size_t kMaxSpare, bool (*kKeeps)(const T&)>
class Pool {
 public:
  // An allocator has no owner to be handed out by: one for the process.
  [[nodiscard]] static Pool& shared() {
    static Pool pool;
    return pool;
  }

  // One that was given back, as it was then, or a new one.
  [[nodiscard]] std::unique_ptr<T> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!spare_.empty()) {
        std::unique_ptr<T> object = std::move(spare_.back());
        spare_.pop_back();
        return object;
      }
    }
    return std::make_unique<T>();
  }
  void give(std::unique_ptr<T> object) {
    if (!kKeeps(*object)) return;
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kMaxSpare) spare_.push_back(std::move(object));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> spare_;
};

}  // namespace gw::scan

// For tests of sources: takes deliveries, and keeps their cursors when they are settled for good.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "edge/sources/submit.h"
#include "engine/ports/store.h"

namespace gw::sources {

class Taker final : public ports::Recovery {
 public:
  Result<std::map<std::string, std::string>> cursors(const std::string& prefix) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::string> found;
    for (const auto& [key, value] : kept_) {
      if (key.starts_with(prefix)) found[key] = value;
    }
    return found;
  }
  Result<std::vector<ports::ChainRow>> chain(Time) override { return std::vector<ports::ChainRow>{}; }
  Result<std::vector<ports::CoverageSighting>> coverage() override { return std::vector<ports::CoverageSighting>{}; }

  Submit submit() {
    return [this](ports::Delivery& delivery, const std::stop_token&) {
      std::function<void(ports::Settled)> settle;
      ports::Settled how{};
      {
        const std::lock_guard lock(mutex_);
        if (closed) return false;
        taken.push_back(delivery);
        settle = delivery.settle;
        how = give_back > 0 ? ports::Settled::unavailable : ports::Settled::durable;
        if (give_back > 0) --give_back;
        if (how == ports::Settled::durable) {
          for (const auto& [key, value] : delivery.cursors) {
            if (value.empty()) {
              kept_.erase(key);
            } else {
              kept_[key] = value;
            }
          }
        }
        if (hold) {
          held.push_back(settle);
          settle = nullptr;
        }
      }
      if (settle) settle(how);
      changed_.notify_all();
      return true;
    };
  }
  void wait_for(std::size_t n) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return taken.size() >= n; }));
  }
  std::vector<std::string> names(const std::filesystem::path& root) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const ports::Delivery& d : taken)
      names.push_back(std::filesystem::path(d.source).lexically_relative(root).string());
    return names;
  }
  std::size_t cursor_count() {
    const std::lock_guard lock(mutex_);
    return kept_.size();
  }

  std::vector<ports::Delivery> taken;
  std::vector<std::function<void(ports::Settled)>> held;
  int give_back = 0;
  bool hold = false;
  bool closed = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> kept_;
};

}  // namespace gw::sources

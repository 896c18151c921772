#include "engine/scan/read_ahead.h"

#include <unistd.h>

#include <utility>

namespace gw::scan {

ReadAhead::ReadAhead(std::vector<std::string> paths, ports::Archive* archive, unsigned at_a_time)
    : walk_(std::move(paths), archive), archive_(archive), at_a_time_(at_a_time) {
  if (archive_ == nullptr) return;
  for (unsigned i = 0; i < at_a_time; ++i) fetchers_.emplace_back([this] { fetch_all(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  fetchers_.clear();
  for (const Slot& slot : slots_) {
    if (!slot.next.content.file.empty()) ::unlink(slot.next.content.file.c_str());
  }
}

void ReadAhead::fetch_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_ending_ || is_at_end_ || slots_.size() < at_a_time_; });
    if (is_ending_ || is_at_end_) return;
    auto input = walk_.next();
    if (!input) {
      is_at_end_ = true;
      changed_.notify_all();
      return;
    }
    slots_.push_back({{std::move(*input), count_++, false, {}}, false});
    Slot& slot = slots_.back();  // taken out only when it is ready
    if (slot.next.input.is_remote && slot.next.input.problem.empty()) {
      const std::string path = slot.next.input.path;
      lock.unlock();
      auto content = archive_->fetch(path);
      lock.lock();
      if (content) {
        slot.next.content = std::move(*content);
        slot.next.is_fetched = true;
      } else {
        slot.next.input.problem = content.error().message;
      }
    }
    slot.is_ready = true;
    changed_.notify_all();
  }
}

std::optional<ReadAhead::Next> ReadAhead::next() {
  std::unique_lock lock(mutex_);
  if (archive_ == nullptr) {
    auto input = walk_.next();
    if (!input) return std::nullopt;
    return Next{std::move(*input), count_++, false, {}};
  }
  changed_.wait(lock, [&] { return slots_.empty() ? is_at_end_ : slots_.front().is_ready; });
  if (slots_.empty()) return std::nullopt;
  Next next = std::move(slots_.front().next);
  slots_.pop_front();
  changed_.notify_all();
  return next;
}

}  // namespace gw::scan

// The inputs of a scan in their order, each to one thread. Those of an archive are fetched before they are asked for, several at
// a time, so that nobody waits for one answer after another. Safe from any thread.
//
// Handed out strictly in order: whoever holds the oldest input can always finish it, which the Teller's bound relies on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/ports/archive.h"
#include "engine/scan/walk.h"

namespace gw::scan {

class ReadAhead {
 public:
  // `archive` may be null, and outlives this. So many inputs are fetched, or wait, at a time.
  ReadAhead(std::vector<std::string> paths, ports::Archive* archive, unsigned at_a_time);
  ~ReadAhead();  // removes the files of inputs that nobody took
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  struct Next {
    Input input;
    std::uint64_t index = 0;
    bool is_fetched = false;  // `content` holds it
    ports::Archive::Content content;
  };
  [[nodiscard]] std::optional<Next> next();

 private:
  struct Slot {
    Next next;
    bool is_ready = false;
  };
  void fetch_all();

  std::mutex mutex_;
  std::condition_variable changed_;
  Walk walk_;
  ports::Archive* const archive_;
  const std::size_t at_a_time_;
  std::uint64_t count_ = 0;
  bool is_at_end_ = false;
  bool is_ending_ = false;
  std::deque<Slot> slots_;  // in order; references to them stay good
  std::vector<std::jthread> fetchers_;
};

}  // namespace gw::scan

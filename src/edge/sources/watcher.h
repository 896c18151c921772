// inotify, for a tree of folders. One thread at a time, but for wake().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace gw::sources {

class Watcher {
 public:
  // `root` is a folder; the others are named by their paths below it. At most `max_folders` are watched.
  Watcher(std::string root, std::size_t max_folders);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Watches a folder from now on; nothing happens when that is not possible.
  void add(const std::string& folder);

  struct Change {
    enum class Kind : std::uint8_t {
      file,    // `name` in `folder` is complete
      folder,  // `folder` is new: with all that is in it
      lost,    // some changes were not told: everything has to be looked through
    };
    Kind kind = Kind::lost;
    std::string folder;
    std::string name;
  };
  // Waits until something has changed, wake() was called or the time is over.
  [[nodiscard]] std::vector<Change> wait(std::chrono::milliseconds limit);
  // Ends the wait that is going on, or the next one. From any thread.
  void wake() const;

 private:
  void read(std::vector<Change>& changes);

  const std::string root_;
  const std::size_t max_folders_;
  int inotify_ = -1;
  int wake_ = -1;
  std::unordered_map<int, std::string> folders_;  // by watch
};

}  // namespace gw::sources

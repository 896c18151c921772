#include "edge/sources/watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gw::sources {

Watcher::Watcher(std::string root, std::size_t max_folders)
    : root_(std::move(root)),
      max_folders_(max_folders),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Watcher::~Watcher() {
  if (inotify_ >= 0) ::close(inotify_);
  if (wake_ >= 0) ::close(wake_);
}

void Watcher::add(const std::string& folder) {
  if (inotify_ < 0 || folders_.size() >= max_folders_) return;
  const std::string path = folder.empty() ? root_ : root_ + "/" + folder;
  // Not IN_CREATE for files: what was created is not complete before it is closed.
  std::uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;
  mask |= folder.empty() ? IN_MOVE_SELF : IN_DONT_FOLLOW;
  const int watch = ::inotify_add_watch(inotify_, path.c_str(), mask);
  if (watch >= 0) folders_[watch] = folder;
}

void Watcher::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_, &one, sizeof one);
}

std::vector<Watcher::Change> Watcher::wait(std::chrono::milliseconds limit) {
  std::array<pollfd, 2> fds = {{{wake_, POLLIN, 0}, {inotify_, POLLIN, 0}}};
  (void)::poll(fds.data(), inotify_ < 0 ? 1 : 2, static_cast<int>(limit.count()));
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(wake_, &count, sizeof count);
  std::vector<Change> changes;
  if (inotify_ >= 0) read(changes);
  return changes;
}

void Watcher::read(std::vector<Change>& changes) {
  constexpr std::size_t kAtOnce = 4096;
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  while (changes.size() < kAtOnce) {
    const ssize_t size = ::read(inotify_, buffer.data(), buffer.size());
    if (size <= 0) return;
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      inotify_event event{};
      std::memcpy(&event, at, sizeof event);
      const char* const name = at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        changes.push_back({});
        continue;
      }
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end()) continue;
      if ((event.mask & IN_IGNORED) != 0) folders_.erase(folder);  // it is gone
      if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {
        changes.push_back({});
        continue;
      }
      if (event.len == 0 || name[0] == '.') continue;
      if ((event.mask & IN_ISDIR) != 0) {
        if ((event.mask & (IN_CREATE | IN_MOVED_TO)) == 0) continue;
        changes.push_back(
            {Change::Kind::folder, folder->second.empty() ? name : folder->second + "/" + name, std::string()});
      } else if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
        changes.push_back({Change::Kind::file, folder->second, name});
      }
    }
  }
}

}  // namespace gw::sources

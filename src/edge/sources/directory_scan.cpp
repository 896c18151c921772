// Memory: the names of a thousand entries a level, the cursors of one folder's own files, at most kMaxPending files that are
// waited for, what is in flight (which the pipeline bounds), and one file's bytes.
#include "edge/sources/directory_scan.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "edge/sources/folder_walk.h"

namespace gw::sources {
namespace {

constexpr std::size_t kMaxPending = 10'000;
constexpr std::size_t kMaxGone = 1000;
constexpr std::int64_t kSurelyComplete = std::int64_t{3600} * 1'000'000'000;

std::int64_t nanos(const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; }

std::string cursor_value(std::uint64_t size, std::int64_t changed) {
  return std::to_string(size) + " " + std::to_string(changed);
}

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] bool status(struct stat& out) const { return ::fstat(fd_, &out) == 0; }
  // All of it; false with errno set.
  bool read(std::string& out, std::size_t size) const {
    out.resize(size);
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = ::read(fd_, out.data() + done, size - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    out.resize(done);
    return true;
  }

 private:
  int fd_;
};

}  // namespace

DirectoryScan::DirectoryScan(DirectoryConfig config, Submit submit, ports::Recovery& cursors,
                             std::function<Time()> clock)
    : config_([&] {
        while (config.path.size() > 1 && config.path.back() == '/') config.path.pop_back();
        return std::move(config);
      }()),
      submit_(std::move(submit)),
      cursors_(cursors),
      clock_(std::move(clock)) {}

std::string DirectoryScan::full(const std::string& relative) const {
  if (relative.empty()) return config_.path;
  return config_.path.back() == '/' ? config_.path + relative : config_.path + "/" + relative;
}

std::string DirectoryScan::key_prefix(const std::string& folder) const {
  return "directory|" + config_.path + "|" + folder + "//";
}

bool DirectoryScan::wants_another_look() const {
  const std::lock_guard lock(settlements_->mutex);
  return another_look_ || settlements_->given_back;
}

bool DirectoryScan::is_waiting() const {
  const std::lock_guard lock(settlements_->mutex);
  return !settlements_->in_flight.empty();
}

Status DirectoryScan::look(const std::string& folder, const std::stop_token& stop) {
  if (folder.empty()) {
    struct stat status {};
    if (::stat(config_.path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
      return Error{Errc::not_found, config_.path + ": there is no such folder"};
    another_look_ = false;
    const std::lock_guard lock(settlements_->mutex);
    settlements_->given_back = false;
  }
  // Depth first, without recursion: paths come from whoever writes here.
  struct Level {
    std::string folder;
    FolderWalk below;
  };
  std::vector<Level> levels;
  Status first_problem = ok();
  const auto enter = [&](const std::string& path) {
    if (visit_) visit_(path);
    if (Status status = files(path, stop); !status && first_problem) first_problem = std::move(status);
    levels.push_back({path, FolderWalk(full(path), FolderWalk::Kind::folders)});
  };
  enter(folder);
  while (!levels.empty() && !stop.stop_requested()) {
    auto name = levels.back().below.next();
    if (!name) {
      if (first_problem) first_problem = std::move(name).error().in(full(levels.back().folder));
      levels.pop_back();
    } else if (!*name) {
      levels.pop_back();
    } else {
      const std::string& above = levels.back().folder;
      enter(above.empty() ? **name : above + "/" + **name);
    }
  }
  return first_problem;
}

Status DirectoryScan::files(const std::string& folder, const std::stop_token& stop) {
  FolderWalk walk(full(folder), FolderWalk::Kind::files);
  std::optional<Cursors> known;  // asked for only where there are files
  std::set<std::string> there;   // of those that are known
  const std::string prefix = key_prefix(folder);
  for (;;) {
    auto name = walk.next();
    if (!name) return std::move(name).error().in(full(folder));
    if (!*name) break;
    if (!known) {
      auto loaded = cursors_.cursors(prefix);
      if (!loaded) return std::move(loaded).error();
      known = std::move(*loaded);
    }
    if (known->contains(prefix + **name)) there.insert(prefix + **name);
    if (!file(folder, **name, *known, false, stop)) return ok();
  }
  if (known) forget_gone(prefix, *known, there);
  return ok();
}

void DirectoryScan::forget_gone(const std::string& prefix, const Cursors& known, const std::set<std::string>& there) {
  for (const auto& [key, value] : known) {
    if (gone_.size() >= kMaxGone) return;
    if (key.starts_with(prefix) && !value.empty() && !there.contains(key) &&
        std::find(gone_.begin(), gone_.end(), key) == gone_.end()) {
      gone_.push_back(key);
    }
  }
}

Status DirectoryScan::take(const std::string& folder, const std::string& name, const std::stop_token& stop) {
  if (name.starts_with(".")) return ok();
  const std::string key = key_prefix(folder) + name;
  auto known = cursors_.cursors(key);
  if (!known) return std::move(known).error();
  (void)file(folder, name, *known, true, stop);
  return ok();
}

bool DirectoryScan::file(const std::string& folder, const std::string& name, const Cursors& known, bool complete,
                         const std::stop_token& stop) {
  if (stop.stop_requested()) return false;
  const std::string relative = folder.empty() ? name : folder + "/" + name;
  const std::string path = full(relative);
  const std::string key = key_prefix(folder) + name;
  {
    const std::lock_guard lock(settlements_->mutex);
    if (settlements_->in_flight.contains(path)) return true;
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    pending_.erase(path);
    return true;  // gone, or something else by now
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::int64_t changed = nanos(status.st_mtim);
  const std::string value = cursor_value(size, changed);
  if (const auto cursor = known.find(key); cursor != known.end()) {
    // What could not be read is tried again when its rights or whatever else was the reason have changed.
    if (cursor->second == value || cursor->second == "!" + std::to_string(nanos(status.st_ctim)) + " " + value) {
      pending_.erase(path);
      return true;
    }
  }
  const auto seen = pending_.find(path);
  const bool looks_the_same = seen != pending_.end() && seen->second.size == size && seen->second.changed == changed;
  complete = complete || looks_the_same || clock_().micros * 1000 - changed > kSurelyComplete;
  if (!complete) {
    another_look_ = true;
    if (seen != pending_.end() || pending_.size() < kMaxPending) pending_[path] = {size, changed, 0};
    return true;
  }
  const Seen now{size, changed, looks_the_same ? seen->second.failures : 0};
  if (size > config_.max_file_bytes) {
    return deliver(path, key, value, {},
                   "the file is larger than " + std::to_string(config_.max_file_bytes >> 20) + " MiB", stop);
  }
  const File file(path);
  std::string bytes;
  if (!file.is_open() || !file.read(bytes, size))
    return failed(path, key, now, nanos(status.st_ctim), std::strerror(errno), stop);
  struct stat after {};
  if (!file.status(after) || static_cast<std::uint64_t>(after.st_size) != size || nanos(after.st_mtim) != changed) {
    another_look_ = true;  // it grows
    return true;
  }
  return deliver(path, key, value, std::move(bytes), {}, stop);
}

bool DirectoryScan::failed(const std::string& path, const std::string& key, const Seen& seen,
                           std::int64_t state_changed, const std::string& why, const std::stop_token& stop) {
  Seen& pending = pending_[path];
  pending = seen;
  if (++pending.failures < config_.attempts) {
    another_look_ = true;
    return true;
  }
  return deliver(path, key, "!" + std::to_string(state_changed) + " " + cursor_value(seen.size, seen.changed), {},
                 "the file cannot be read: " + why, stop);
}

bool DirectoryScan::deliver(const std::string& path, const std::string& key, std::string value, std::string bytes,
                            std::string problem, const std::stop_token& stop) {
  ports::Delivery delivery;
  delivery.feed = config_.feed;
  delivery.source = path;
  delivery.bytes = std::move(bytes);
  delivery.problem = std::move(problem);
  delivery.received_at = clock_();
  delivery.from_trail = config_.from_trail;
  delivery.cursors.emplace_back(key, std::move(value));
  for (const std::string& gone : gone_) {
    if (gone != key) delivery.cursors.emplace_back(gone, std::string());
  }
  delivery.settle = [settlements = settlements_, path](ports::Settled settled) {
    const std::lock_guard lock(settlements->mutex);
    settlements->in_flight.erase(path);
    if (settled == ports::Settled::unavailable) settlements->given_back = true;
  };
  {
    const std::lock_guard lock(settlements_->mutex);
    settlements_->in_flight.insert(path);
  }
  if (!submit_(delivery, stop)) {
    const std::lock_guard lock(settlements_->mutex);
    settlements_->in_flight.erase(path);
    settlements_->given_back = true;
    return false;
  }
  gone_.clear();
  pending_.erase(path);
  return true;
}

}  // namespace gw::sources

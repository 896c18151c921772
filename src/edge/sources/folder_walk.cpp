#include "edge/sources/folder_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace gw::sources {
namespace {

// DT_UNKNOWN comes from file systems that do not say; links are never followed.
bool is_kind(int folder, const dirent& entry, FolderWalk::Kind kind) {
  unsigned char type = entry.d_type;
  if (type == DT_UNKNOWN) {
    struct stat status {};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_UNKNOWN;
  }
  return type == (kind == FolderWalk::Kind::files ? DT_REG : DT_DIR);
}

}  // namespace

FolderWalk::FolderWalk(std::string path, Kind kind, std::size_t names_at_once)
    : path_(std::move(path)), kind_(kind), names_at_once_(std::max<std::size_t>(names_at_once, 1)) {}

// Takes the smallest names behind the last: a heap of the best so far keeps the memory bounded.
Status FolderWalk::refill() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path_.c_str()), ::closedir);
  more_ = false;
  if (folder == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return ok();
    return Error{Errc::unavailable, std::string("the folder cannot be read: ") + std::strerror(errno)};
  }
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.front() == '.' || (!last_.empty() && name <= last_)) continue;
    if (names_.size() == names_at_once_ && name >= names_.front()) {
      more_ = true;
      continue;
    }
    if (!is_kind(::dirfd(folder.get()), *entry, kind_)) continue;
    if (names_.size() == names_at_once_) {
      more_ = true;
      std::pop_heap(names_.begin(), names_.end());
      names_.back() = name;
    } else {
      names_.emplace_back(name);
    }
    std::push_heap(names_.begin(), names_.end());
  }
  std::sort(names_.begin(), names_.end(), std::greater<>());
  if (!names_.empty()) last_ = names_.front();
  return ok();
}

Result<std::optional<std::string>> FolderWalk::next() {
  if (names_.empty() && more_) {
    if (Status status = refill(); !status) return std::move(status).error();
  }
  if (names_.empty()) return std::optional<std::string>();
  std::optional<std::string> name = std::move(names_.back());
  names_.pop_back();
  return name;
}

}  // namespace gw::sources

#include "engine/scan/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace gw::scan {

Walk::Walk(std::vector<std::string> paths, ports::Archive* archive, std::size_t names_at_once)
    : paths_(std::move(paths)), archive_(archive), names_at_once_(std::max<std::size_t>(names_at_once, 1)) {}

// Takes the smallest names behind `last`: a heap of the best so far keeps the memory bounded.
bool Walk::refill(Folder& folder, std::string& problem) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.path.c_str()), ::closedir);
  if (dir == nullptr) {
    problem = std::string("cannot read the folder: ") + std::strerror(errno);
    return false;
  }
  std::vector<std::string>& heap = folder.names;
  folder.more = false;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name.front() == '.' || (!folder.last.empty() && name <= folder.last)) continue;
    if (heap.size() == names_at_once_) {
      folder.more = true;
      if (name >= heap.front()) continue;
      std::pop_heap(heap.begin(), heap.end());
      heap.back() = name;
    } else {
      heap.emplace_back(name);
    }
    std::push_heap(heap.begin(), heap.end());
  }
  std::sort(heap.begin(), heap.end(), std::greater<>());
  if (!heap.empty()) folder.last = heap.front();
  return true;
}

// A file becomes an Input; a folder is opened and nothing is answered.
std::optional<Input> Walk::visit(std::string path, bool named) {
  if (named && archive_ != nullptr && archive_->owns(path)) {
    listing_ = archive_->list(path);
    return std::nullopt;
  }
  if (path == "-") return Input{std::move(path), {}, false};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return Input{std::move(path), std::strerror(errno), false};
  if (S_ISDIR(status.st_mode)) {
    struct stat link {};
    if (!named && ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
      return Input{std::move(path), "a symbolic link to a folder is not followed", false};
    }
    Folder folder{std::move(path), {}, {}, true};
    std::string problem;
    if (!refill(folder, problem)) return Input{std::move(folder.path), std::move(problem), false};
    folders_.push_back(std::move(folder));
    return std::nullopt;
  }
  if (!named && !S_ISREG(status.st_mode)) return Input{std::move(path), "not a regular file", false};
  return Input{std::move(path), {}, false};
}

std::optional<Input> Walk::next() {
  for (;;) {
    if (listing_ != nullptr) {
      if (auto entry = listing_->next()) return Input{std::move(entry->path), std::move(entry->problem), true};
      listing_.reset();
    }
    if (folders_.empty()) {
      if (next_path_ == paths_.size()) return std::nullopt;
      if (auto input = visit(paths_[next_path_++], true)) return input;
      continue;
    }
    Folder& folder = folders_.back();
    if (folder.names.empty()) {
      std::string problem;
      if (!folder.more) {
        folders_.pop_back();
      } else if (!refill(folder, problem)) {
        Input input{folder.path, std::move(problem), false};
        folders_.pop_back();
        return input;
      }
      continue;
    }
    std::string path = folder.path;
    if (path.back() != '/') path.push_back('/');
    path += folder.names.back();
    folder.names.pop_back();
    if (auto input = visit(std::move(path), false)) return input;
  }
}

}  // namespace gw::scan

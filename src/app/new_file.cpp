#include "app/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/io.h"

namespace gw::app {

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(made_.c_str());
}

bool NewFile::open(const std::string& path) {
  path_ = path;
  made_ = path + ".XXXXXX";
  fd_ = ::mkostemp(made_.data(), O_CLOEXEC);
  return fd_ >= 0;
}

bool NewFile::write(std::string_view text) { return write_all(fd_, text); }

bool NewFile::finish() {
  if (::fsync(fd_) != 0 || ::rename(made_.c_str(), path_.c_str()) != 0) return false;
  ::close(fd_);
  fd_ = -1;
  // The name, too: a folder that cannot be synced has it all the same.
  const auto folder = std::filesystem::path(path_).parent_path();
  const int parent = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    (void)::fsync(parent);
    ::close(parent);
  }
  return true;
}

}  // namespace gw::app

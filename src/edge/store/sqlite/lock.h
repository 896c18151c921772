// Keeps two processes from serving from one file.
#pragma once

#include <string>

namespace gw::sqlite {

// An advisory lock on PATH.lock, which is left behind when it is given back. Throws Failure: `conflict` when another
// holder has it.
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  int fd_ = -1;
};

}  // namespace gw::sqlite

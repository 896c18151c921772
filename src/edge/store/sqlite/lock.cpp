#include "edge/store/sqlite/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "edge/store/sqlite/db.h"

namespace gw::sqlite {
namespace {

std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t n = ::pread(fd, text.data(), text.size() - 1, 0);
  std::string pid;
  for (ssize_t i = 0; i < n && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i)
    pid += text[static_cast<std::size_t>(i)];
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

// flock() belongs to the open file: it ends with the process, however that ends, and holds against this process too.
FileLock::FileLock(const std::string& path) {
  const std::string name = path + ".lock";
  fd_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd_ < 0) fail(Errc::denied, "opening " + name + ": " + std::strerror(errno));
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const std::string who = errno == EWOULDBLOCK ? holder(fd_) : std::string(std::strerror(errno));
    ::close(fd_);
    fail(Errc::conflict, "the store " + path + " is in use by " + who + ": stop it first");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) {
    // Only the message of whoever comes next is poorer for it.
  }
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace gw::sqlite

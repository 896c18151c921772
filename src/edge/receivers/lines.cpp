#include "edge/receivers/lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/no_sigpipe.h"
#include "edge/receivers/body.h"

namespace gw::receivers {
namespace {

using ports::SendResult;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

SendResult failed(const std::string& what, int error) {
  const std::string reason = what + ": " + std::generic_category().message(error);
  // What room or patience mends; the rest is a matter of configuration.
  const bool passes = error == ENOSPC || error == EDQUOT || error == EIO || error == EINTR || error == EAGAIN ||
                      error == EMFILE || error == ENFILE || error == ENOMEM || error == ETIMEDOUT;
  return passes ? retry(reason) : refused(reason);
}

SendResult accepted() {
  SendResult result;
  result.verdict = ports::SendVerdict::accepted;
  result.reason = "written";
  return result;
}

// A pipe that nobody reads may be read again.
SendResult failed_file(const std::string& path, int error) {
  return error == ENXIO || error == EPIPE ? retry(path + ": nobody reads the pipe") : failed(path, error);
}

// A descriptor that poll() calls ready takes this much without blocking, when it is a pipe.
constexpr std::size_t kAtOnce = 4096;

}  // namespace

SendResult DescriptorLines::send(const ports::Message& message, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  const std::string line = (cut_ ? "\n" : "") + fact_json(message) + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    pollfd ready{descriptor_, POLLOUT, 0};
    const auto left = std::chrono::duration_cast<milliseconds>(end - Steady::now()).count();
    const int count = left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left));
    if (count < 0 && errno == EINTR) continue;
    const ssize_t n =
        count > 0 ? write(descriptor_, line.data() + written, std::min(kAtOnce, line.size() - written)) : -1;
    if (n < 0) {
      const int error = count == 0 ? ETIMEDOUT : errno;
      if (count > 0 && (error == EINTR || error == EAGAIN)) continue;
      cut_ = cut_ || written > 0;
      return failed("stdout", error);
    }
    written += static_cast<std::size_t>(n);
  }
  cut_ = false;
  return accepted();
}

SendResult DescriptorLines::check(milliseconds) {
  if (fcntl(descriptor_, F_GETFL) < 0) return failed("stdout", errno);
  return accepted();
}

FileLines::~FileLines() { close_file(); }

void FileLines::close_file() {
  if (file_ >= 0) close(file_);
  file_ = -1;
}

int FileLines::open_current() {
  struct stat there {};
  struct stat here {};
  const bool exists = stat(path_.c_str(), &there) == 0;
  if (file_ >= 0 && exists && fstat(file_, &here) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino)
    return 0;
  close_file();
  // A pipe is not waited for: neither for its reader, nor for room.
  file_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
  if (file_ < 0) return errno;
  if (exists) return 0;
  // A new name is durable when its folder is.
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path_.substr(0, slash);
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    fsync(directory);
    close(directory);
  }
  return 0;
}

SendResult FileLines::send(const ports::Message& message, milliseconds deadline) {
  const Steady::time_point end = Steady::now() + deadline;
  if (const int error = open_current(); error != 0) return failed_file(path_, error);
  struct stat before {};
  if (fstat(file_, &before) != 0) return failed(path_, errno);
  const bool is_file = S_ISREG(before.st_mode);
  const std::string line = (cut_ && !is_file ? "\n" : "") + text_(message) + "\n";
  std::size_t written = 0;
  int error = 0;
  while (written < line.size() && error == 0) {
    const NoSigpipe guard;
    const ssize_t n = write(file_, line.data() + written, line.size() - written);
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      pollfd ready{file_, POLLOUT, 0};
      const auto left = std::chrono::duration_cast<milliseconds>(end - Steady::now()).count();
      if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0) error = ETIMEDOUT;
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  cut_ = error != 0 && (cut_ || written > 0);
  if (error == 0 && fsync(file_) != 0) {
    // Some devices and pipes cannot be synced; after any other failure nobody knows what is on the disk.
    if (errno != EINVAL && errno != EROFS) error = errno;
  }
  if (error == 0) return accepted();
  // Not half a line; nobody else writes to it.
  if (is_file && ftruncate(file_, before.st_size) != 0) close_file();
  close_file();
  return failed_file(path_, error);
}

SendResult FileLines::check(milliseconds) {
  if (const int error = open_current(); error != 0) return failed_file(path_, error);
  return accepted();
}

}  // namespace gw::receivers

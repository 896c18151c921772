#include "app/io.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "app/aws_context.h"
#include "base/neutralise.h"

namespace gw::app {

Io process_io() {
  Io io;
  io.out_is_terminal = ::isatty(io.out) == 1;
  io.err_is_terminal = ::isatty(io.err) == 1;
  winsize size{};
  if (io.out_is_terminal && ::ioctl(io.out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) io.columns = size.ws_col;
  io.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing sets it
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  io.now = [] {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Time{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  };
  io.aws = std::make_shared<AwsContext>(io);
  return io;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

int print(const Io& io, std::string_view text) {
  errno = 0;
  if (write_all(io.out, text) || errno == EPIPE) return kDone;
  complain(io, "standard output cannot be written");
  return kOutside;
}

void complain(const Io& io, std::string_view message) {
  std::string line = "glasswatch: ";
  append_visible(line, message);
  line.push_back('\n');
  (void)write_all(io.err, line);
}

std::optional<std::string> read_file(const std::string& path, std::size_t limit, std::string& why) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char buffer[65536];
  while (in && text.size() <= limit) {
    in.read(buffer, sizeof buffer);
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof() && text.size() <= limit) {
    why = errno != 0 ? std::strerror(errno) : "cannot be read";  // NOLINT(concurrency-mt-unsafe)
    return std::nullopt;
  }
  if (text.size() > limit) {
    why = "is too large";
    return std::nullopt;
  }
  return text;
}

}  // namespace gw::app

#include "app/report/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace gw::report {

Spool::Spool(std::string folder, std::size_t memory) : folder_(std::move(folder)), memory_(memory) {}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

bool Spool::write_out() {
  if (file_ < 0) {
    std::string path = folder_ + "/.glasswatch-report-XXXXXX";
    file_ = ::mkostemp(path.data(), O_CLOEXEC);
    if (file_ < 0) return false;
    ::unlink(path.c_str());
  }
  std::string_view rest = text_;
  while (!rest.empty()) {
    const ssize_t n = ::write(file_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  written_ += text_.size();
  text_.clear();
  return true;
}

void Spool::full() {
  if (text_.size() < memory_) return;
  if (problem_.empty() && !write_out())
    problem_ = folder_ + ": " + std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
  if (!problem_.empty()) text_.clear();
}

Status Spool::copy_to(const Sink& sink) {
  if (!problem_.empty()) return Error{Errc::unavailable, problem_};
  std::string buffer(std::size_t{256} << 10, '\0');
  for (std::uint64_t at = 0; at < written_;) {
    const ssize_t n = ::pread(file_, buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error{Errc::unavailable, folder_ + ": what was set aside cannot be read"};
    if (Status status = sink({buffer.data(), static_cast<std::size_t>(n)}); !status) return status;
    at += static_cast<std::uint64_t>(n);
  }
  return sink(text_);
}

}  // namespace gw::report

#include "app/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gw::app {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

void LineReader::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

void LineReader::open(const std::string& file, std::string_view bytes) {
  close();
  bytes_ = bytes;
  is_at_end_ = is_gzip_ = false;
  problem_.clear();
  buffer_.clear();
  at_ = 0;
  if (!file.empty()) {
    bytes_ = {};
    file_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) {
      problem_ = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
      is_at_end_ = true;
      return;
    }
  }
  head_.resize(kBuffer);
  head_.resize(read_raw(head_.data(), kBuffer));
  is_gzip_ = looks_like_gzip(head_);
  if (is_gzip_) {
    inflater_.start(head_, [this](char* out, std::size_t capacity) { return read_raw(out, capacity); });
    (void)fill();
  } else {
    buffer_ = head_;
  }
  if (buffer_.starts_with(kMark)) at_ = kMark.size();
}

// As much as there is, up to `capacity`.
std::size_t LineReader::read_raw(char* out, std::size_t capacity) {
  if (file_ < 0) {
    const std::size_t size = std::min(capacity, bytes_.size());
    std::copy_n(bytes_.data(), size, out);
    bytes_.remove_prefix(size);
    return size;
  }
  std::size_t size = 0;
  while (size < capacity) {
    const ssize_t n = ::read(file_, out + size, capacity - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) problem_ = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  return size;
}

bool LineReader::fill() {
  if (is_at_end_) return false;
  buffer_.resize(kBuffer);
  at_ = 0;
  std::size_t size = 0;
  if (is_gzip_) {
    const InflateResult inflated = inflater_.read(buffer_.data(), kBuffer);
    size = inflated.size;
    is_at_end_ = inflated.state != InflateResult::State::full;
    if (inflated.state == InflateResult::State::damaged && problem_.empty()) problem_ = inflated.reason;
  } else {
    size = read_raw(buffer_.data(), kBuffer);
    is_at_end_ = size == 0;
  }
  buffer_.resize(size);
  return size > 0;
}

bool LineReader::next(std::string& line, bool& too_long) {
  line.clear();
  too_long = false;
  for (bool any = false;; any = true) {
    if (at_ == buffer_.size() && !fill()) return any && problem_.empty();
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    const std::string_view part = std::string_view(buffer_).substr(at_, end - at_);
    too_long = too_long || line.size() + part.size() > kMaxLine;
    if (!too_long) line += part;
    at_ = end;
    if (end == buffer_.size()) continue;
    ++at_;
    return true;
  }
}

}  // namespace gw::app

// Two ways to read, one way to judge.
//
// Whole: a file whose inflated bytes fit the buffer is inflated at once by libdeflate. A log file, when the question can be
// put to bytes, is then searched for candidates; without any it is done with after a look at its end. Otherwise it is cut
// into records (exactly, by brackets) and only those that hold a candidate are parsed. At the first sign of damage the file
// is read again, every record parsed: so damage is reported alike whatever the question, and findings never differ.
//
// Stream: anything larger goes through windows of the same buffer, inflated by ISA-L.
//
// Invariant: a Batch of an input is told only after everything before it in that input.
#include "engine/scan/reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/gzip.h"
#include "engine/scan/input_parser.h"

namespace gw::scan {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kStep = 256 * 1024;  // of a stream: what is inflated and parsed while it is in the cache
constexpr std::size_t kHugePage = 2 * kMiB;
constexpr std::size_t kHead = 64 * 1024;  // enough to see what an input is

// Memory that costs only what is touched, with slack behind it for searches by vector. Inflating copies from all over it:
// with pages of 2 MiB it misses fewer translations.
class Buffer {
 public:
  Buffer(std::size_t capacity, bool large_pages) : capacity_(capacity) {
    memory_ = ::mmap(nullptr, mapped(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) std::abort();  // as when operator new fails
    const auto address = reinterpret_cast<std::uintptr_t>(memory_);
    data_ = static_cast<char*>(memory_) + (kHugePage - address % kHugePage) % kHugePage;
    // Whole pages only: what is rounded up would count as used. It is a wish; nothing depends on it.
    if (large_pages && capacity_ >= kHugePage) (void)::madvise(data_, capacity_ / kHugePage * kHugePage, MADV_HUGEPAGE);
  }
  ~Buffer() { ::munmap(memory_, mapped()); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  [[nodiscard]] char* data() const { return data_; }
  // Gives back the memory of what lies behind the first `keep` bytes, of which `used` were touched.
  void release(std::size_t keep, std::size_t used) const {
    if (used > keep) (void)::madvise(data_ + keep, used - keep, MADV_DONTNEED);
  }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  [[nodiscard]] std::size_t mapped() const { return capacity_ + Literals::kSlack + kHugePage; }
  std::size_t capacity_;
  void* memory_ = nullptr;
  char* data_ = nullptr;
};

// A file, or bytes in memory.
class File {
 public:
  explicit File(const std::string& path)
      : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  explicit File(std::string_view bytes) : memory_(bytes), fd_(-1) {}
  ~File() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const { return fd_ >= 0 || memory_.has_value(); }
  // Whether opening the path once more gives the same bytes: a pipe has been emptied, and opening it may wait for ever.
  [[nodiscard]] bool is_regular() const {
    struct stat status {};
    return ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
  }
  // Reads until `capacity` or the end. Errors end the reading and stay in `error`.
  std::size_t read(char* buffer, std::size_t capacity) {
    std::size_t size = 0;
    if (memory_) {
      size = memory_->copy(buffer, capacity);
      memory_->remove_prefix(size);
    }
    while (!memory_ && size < capacity) {
      const ssize_t n = ::read(fd_, buffer + size, capacity - size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error = errno;
      if (n <= 0) break;
      size += static_cast<std::size_t>(n);
    }
    total += size;
    return size;
  }
  int error = 0;
  std::uint64_t total = 0;

 private:
  std::optional<std::string_view> memory_;
  int fd_;
};

}  // namespace

Budget Budget::of(unsigned threads) {
  // Of 32 MiB + 4 MiB a thread some 12 MiB are the program's and the window of event keys.
  const std::size_t share = (20 * kMiB + 4 * kMiB * threads) / std::max(threads, 1u);
  return {std::clamp(share / 4, kMiB / 2, 2 * kMiB), std::clamp(share * 5 / 8, 3 * kMiB, 8 * kMiB), threads <= 2};
}

class Reader::Impl {
 public:
  Impl(const Question& question, Budget budget)
      : everything_(parses_everything(question.options)),
        input_(budget.input, false),
        inflated_(budget.inflated, budget.large_pages),
        kept_(budget.kept),
        coverage_(question.options.coverage),
        parser_(question, coverage_) {}

  bool read(const Input& input, const Tell& tell);
  bool read(const Input& input, const ports::Archive::Content& content, const Tell& tell);
  bool read(std::string_view bytes, const std::string& path, const Tell& tell);
  [[nodiscard]] const CoverageCounter& coverage() const { return coverage_; }

 private:
  void start();
  bool read_memory(const std::string& path, std::string_view bytes, const Tell& tell);
  bool read_opened(const std::string& path, File& file, bool everything, const Tell& tell);
  bool whole(const std::string& path, std::string_view text, bool everything, const Tell& tell);
  template <class Fill>
  bool stream(const std::string& path, bool everything, const Tell& tell, Fill&& fill);
  bool end(const Tell& tell, std::uint64_t bytes_out);
  bool tell_part(const Tell& tell, Batch batch);
  [[nodiscard]] File opened(const std::string& path) const {
    if (content_ == nullptr) return File(path);
    return content_->file.empty() ? File(std::string_view(content_->bytes)) : File(content_->file);
  }
  void failed(const std::string& path, std::string reason, std::uint64_t offset) {
    parser_.batch().add(Quarantine{path, offset, std::nullopt, std::move(reason), true, {}});
    failed_ = true;
  }

  const bool everything_;
  Buffer input_;
  Buffer inflated_;
  const std::size_t kept_;
  CoverageCounter coverage_;
  InputParser parser_;
  WholeInflater whole_inflater_;
  StreamInflater stream_inflater_;
  std::uint64_t bytes_in_ = 0;
  std::size_t inflated_size_ = 0;  // how much of the buffer was touched
  bool failed_ = false;
  bool told_ = false;                                 // a part of this input
  bool again_ = false;                                // it can be read from its beginning once more
  const ports::Archive::Content* content_ = nullptr;  // where it lies, when not in the file of its name
  std::string_view refused_;                          // what libdeflate said of it before it went on as a stream
};

bool Reader::Impl::tell_part(const Tell& tell, Batch batch) {
  told_ = true;
  return tell(std::move(batch), false, {});
}

bool Reader::Impl::end(const Tell& tell, std::uint64_t bytes_out) {
  if (!parser_.feed_name().empty()) coverage_.feed(parser_.feed_name());
  return tell(parser_.take_batch(), true, {bytes_in_, bytes_out, failed_});
}

void Reader::Impl::start() {
  bytes_in_ = 0;
  inflated_size_ = 0;
  told_ = false;
  failed_ = false;
  content_ = nullptr;
  (void)parser_.take_batch();
}

bool Reader::Impl::read(std::string_view bytes, const std::string& path, const Tell& tell) {
  start();
  again_ = false;
  bytes_in_ = bytes.size();
  const bool going_on = read_memory(path, bytes, tell);
  inflated_.release(kept_, inflated_size_);
  return going_on;
}

// What is in memory needs no buffer for its compressed bytes, so it is read whole whenever it fits the other one: a payload of
// CloudWatch Logs is one document, which cannot be read in windows.
bool Reader::Impl::read_memory(const std::string& path, std::string_view bytes, const Tell& tell) {
  if (looks_like_gzip(bytes)) {
    parser_.glance({}, true);
    const InflateResult result = whole_inflater_.inflate(bytes, inflated_.data(), inflated_.capacity(), {});
    inflated_size_ = result.state == InflateResult::State::done ? result.size : inflated_.capacity();
    if (result.state == InflateResult::State::done) return whole(path, {inflated_.data(), result.size}, true, tell);
  } else if (!bytes.empty() && bytes.size() <= inflated_.capacity()) {
    parser_.glance({}, true);
    std::memcpy(inflated_.data(), bytes.data(), bytes.size());
    inflated_size_ = bytes.size();
    return whole(path, {inflated_.data(), bytes.size()}, true, tell);
  }
  File file(bytes);
  return read_opened(path, file, true, tell);
}

bool Reader::Impl::read(const Input& input, const Tell& tell) {
  start();
  if (!input.problem.empty()) {
    failed(input.path, input.problem, 0);
    parser_.batch().quarantined.back().offset.reset();
    return end(tell, 0);
  }
  File file(input.path);
  if (!file.is_open()) {
    failed(input.path, std::strerror(errno), 0);
    parser_.batch().quarantined.back().offset.reset();
    return end(tell, 0);
  }
  again_ = input.path != "-" && file.is_regular();
  coverage_.object(input.path);
  return read_opened(input.path, file, everything_, tell);
}

bool Reader::Impl::read(const Input& input, const ports::Archive::Content& content, const Tell& tell) {
  start();
  content_ = &content;
  File file = opened(input.path);
  if (!file.is_open()) {
    failed(input.path, std::strerror(errno), 0);
    return end(tell, 0);
  }
  again_ = true;
  coverage_.object(input.path);
  return read_opened(input.path, file, everything_, tell);
}

bool Reader::Impl::read_opened(const std::string& path, File& file, bool everything, const Tell& tell) {
  std::size_t size = file.read(input_.data(), input_.capacity());
  const bool fits = size < input_.capacity();
  const std::string_view head(input_.data(), size);
  bytes_in_ = file.total;
  failed_ = false;
  refused_ = {};
  if (file.error != 0) {
    failed(path, std::strerror(file.error), size);
    return end(tell, 0);
  }
  if (!looks_like_gzip(head)) {
    parser_.glance({}, true);
    if (fits) return whole(path, head, everything, tell);
    std::memcpy(inflated_.data(), head.data(), size);
    return stream(path, everything, tell, [&](char* out, std::size_t capacity) -> InflateResult {
      if (size > 0) {  // the head stands in the buffer already
        const std::size_t n = std::exchange(size, 0);
        return {InflateResult::State::full, n, {}};
      }
      const std::size_t n = file.read(out, capacity);
      bytes_in_ = file.total;
      if (file.error != 0) return {InflateResult::State::damaged, n, "the file cannot be read on"};
      return {n < capacity ? InflateResult::State::done : InflateResult::State::full, n, {}};
    });
  }
  if (fits) {
    WholeInflater::Look look;
    parser_.glance({}, true);
    if (!everything) look = [this](std::string_view text) { parser_.glance(text, false); };
    const InflateResult result = whole_inflater_.inflate(head, inflated_.data(), inflated_.capacity(), look);
    inflated_size_ = result.state == InflateResult::State::done ? result.size : inflated_.capacity();
    if (result.state == InflateResult::State::done)
      return whole(path, {inflated_.data(), result.size}, everything, tell);
    // Too large for the buffer, or damaged: as a stream, which gives what comes before the damage. ISA-L lets pass some
    // broken code tables that libdeflate refuses; what libdeflate said is told all the same.
    if (result.state == InflateResult::State::damaged) refused_ = result.reason;
  }
  stream_inflater_.start(head, [&](char* out, std::size_t capacity) { return file.read(out, capacity); });
  return stream(path, everything, tell, [&](char* out, std::size_t capacity) {
    InflateResult result = stream_inflater_.read(out, capacity);
    bytes_in_ = file.total;
    if (file.error != 0) result = {InflateResult::State::damaged, result.size, "the file cannot be read on"};
    return result;
  });
}

bool Reader::Impl::whole(const std::string& path, std::string_view text, bool everything, const Tell& tell) {
  parser_.begin(path, text, true, everything);
  if (parser_.can_prefilter()) {
    if (parser_.prefiltered(text)) return end(tell, text.size());
    parser_.begin(path, text, true, true);  // damaged, or no log file after all: once more, every record parsed
  }
  bool go_on = true;
  parser_.on_large_batch([&](Batch batch) { return go_on = tell_part(tell, std::move(batch)); });
  if (parser_.is_list()) {
    if (parser_.regular(text)) return go_on && end(tell, text.size());
    const std::uint64_t told = parser_.told();
    parser_.begin(path, text, true, true, told);
  }
  (void)parser_.feed(text, true);
  if (go_on && parser_.is_doubtful() && !told_) return whole(path, text, true, tell);
  return go_on && end(tell, text.size());
}

template <class Fill>
bool Reader::Impl::stream(const std::string& path, bool everything, const Tell& tell, Fill&& fill) {
  bool go_on = true;
  parser_.on_large_batch([&](Batch batch) { return go_on = tell_part(tell, std::move(batch)); });
  std::size_t held = 0;  // bytes at the front of the buffer that are not consumed
  std::uint64_t total = 0;
  bool begun = false;
  for (;;) {
    const std::size_t room = std::min(inflated_.capacity() - held, begun ? kStep : std::max(kHead, kStep));
    const InflateResult result = fill(inflated_.data() + held, room);
    held += result.size;
    total += result.size;
    const bool final = result.state != InflateResult::State::full;
    const std::string_view window(inflated_.data(), held);
    if (!begun) {
      parser_.begin(path, window, final, everything);
      begun = true;
    }
    if (result.state == InflateResult::State::damaged) {
      failed(path, std::string(result.reason), total);
    } else if (result.state == InflateResult::State::done && !refused_.empty()) {
      failed(path, std::string(refused_), total);
    }
    const std::size_t used = parser_.feed(window, final);
    if (!go_on) return false;
    if (final || parser_.done()) break;
    held -= used;
    if (used > 0 && held > 0) std::memmove(inflated_.data(), inflated_.data() + used, held);
    if (held == inflated_.capacity()) {
      failed(path, "a record or document larger than the buffer", total - held);
      break;
    }
  }
  if (parser_.is_doubtful() && !told_ && again_) {
    // Damage, and records were skipped before it was met: once more, every record parsed.
    File again = opened(path);
    if (again.is_open()) return read_opened(path, again, true, tell);
  }
  return end(tell, total);
}

Reader::Reader(const Question& question, Budget budget) : impl_(std::make_unique<Impl>(question, budget)) {}
Reader::~Reader() = default;
bool Reader::read(const Input& input, const Tell& tell) { return impl_->read(input, tell); }
bool Reader::read(const Input& input, const ports::Archive::Content& content, const Tell& tell) {
  return impl_->read(input, content, tell);
}
bool Reader::read(std::string_view bytes, const std::string& path, const Tell& tell) {
  return impl_->read(bytes, path, tell);
}
const CoverageCounter& Reader::coverage() const { return impl_->coverage(); }

}  // namespace gw::scan

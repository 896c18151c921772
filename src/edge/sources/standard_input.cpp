#include "edge/sources/standard_input.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/json/doc.h"

namespace gw::sources {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;
constexpr int kMoment = 200;  // milliseconds

// Lines when the first of them is a document by itself (perhaps behind a time stamp, as CloudWatch Logs exports it).
bool is_lines(std::string_view first_line) {
  if (!first_line.empty() && first_line.front() >= '0' && first_line.front() <= '9')
    first_line = first_line.substr(std::min(first_line.find('{'), first_line.size()));
  json::Doc doc;
  return doc.parse(first_line) && doc.root().is_object();
}

class Settlements {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void settle(ports::Settled settled) {
    const std::lock_guard lock(mutex_);
    --open_;
    if (settled == ports::Settled::unavailable) ++not_stored_;
    changed_.notify_all();
  }
  std::uint64_t wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_ == 0; });
    return not_stored_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t open_ = 0;
  std::uint64_t not_stored_ = 0;
};

class Input {
 public:
  Input(const StandardInputConfig& config, const Submit& submit, const std::function<Time()>& clock,
        const std::stop_token& stop)
      : config_(config), submit_(submit), clock_(clock), stop_(stop), wake_(::eventfd(0, EFD_CLOEXEC)) {}
  ~Input() { ::close(wake_); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  Result<StandardInputResult> run() {
    const std::stop_callback wake(stop_, [this] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t n = ::write(wake_, &one, sizeof one);
    });
    const Status status = read();
    result_.not_stored = settlements_->wait();
    if (!status) return status.error();
    return result_;
  }

 private:
  enum class Form : std::uint8_t { unknown, lines, whole };

  Status read() {
    while (!stop_.stop_requested()) {
      // Lines do not wait for more of them.
      if (!wait(form_ == Form::lines && !bytes_.empty() ? kMoment : -1)) {
        if (!stop_.stop_requested() && !deliver_lines(1)) return ok();
        continue;
      }
      const std::size_t size = bytes_.size();
      bytes_.resize(size + kReadSize);
      const ssize_t n = ::read(config_.descriptor, bytes_.data() + size, kReadSize);
      const int error = errno;
      bytes_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (n < 0 && (error == EINTR || error == EAGAIN)) continue;
      if (n < 0) return Error{Errc::unavailable, std::string("standard input cannot be read: ") + std::strerror(error)};
      result_.bytes += static_cast<std::uint64_t>(n);
      if (n == 0) {
        if (!bytes_.empty()) (void)deliver(std::exchange(bytes_, {}), {});
        return ok();
      }
      if (form_ == Form::unknown) recognise();
      if (form_ == Form::lines && !deliver_lines(config_.part)) return ok();
      if (bytes_.size() > config_.whole) return too_large();
    }
    return ok();
  }

  // False: nothing came in that time, or stopping was asked for.
  bool wait(int limit) const {
    std::array<pollfd, 2> fds = {{{config_.descriptor, POLLIN, 0}, {wake_, POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), limit);
    if (ready < 0) return errno == EINTR;
    return fds[0].revents != 0;
  }

  void recognise() {
    if (bytes_.size() >= 2 && bytes_[0] == '\x1f' && bytes_[1] == '\x8b') {
      form_ = Form::whole;
      return;
    }
    const std::size_t begin = std::min(bytes_.find_first_not_of(" \t\r\n"), bytes_.size());
    const std::size_t end = bytes_.find('\n', begin);
    if (end == std::string::npos) {
      if (bytes_.size() > config_.part) form_ = Form::whole;
      return;
    }
    form_ = is_lines(std::string_view(bytes_).substr(begin, end - begin)) ? Form::lines : Form::whole;
  }

  // Delivers the whole lines, as soon as they are `least` bytes. False: not taken any more.
  bool deliver_lines(std::size_t least) {
    while (bytes_.size() >= least) {
      std::size_t end = bytes_.rfind('\n', bytes_.size() > config_.part ? config_.part : std::string::npos);
      if (end == std::string::npos) end = bytes_.find('\n', searched_);  // a long line
      searched_ = end == std::string::npos ? bytes_.size() : 0;
      if (end == std::string::npos) return true;
      std::string lines = bytes_.substr(0, end + 1);
      bytes_.erase(0, end + 1);
      if (!deliver(std::move(lines), {})) return false;
    }
    return true;
  }

  Status too_large() {
    bytes_.resize(std::min(bytes_.size(), std::size_t{256} * 1024));
    (void)deliver(std::exchange(bytes_, {}),
                  "standard input is larger than " + std::to_string(config_.whole >> 20) + " MiB, and no lines");
    return ok();
  }

  bool deliver(std::string bytes, std::string problem) {
    ports::Delivery delivery;
    delivery.feed = config_.feed;
    delivery.source = config_.source;
    delivery.bytes = std::move(bytes);
    delivery.problem = std::move(problem);
    delivery.received_at = clock_();
    delivery.settle = [settlements = settlements_](ports::Settled settled) { settlements->settle(settled); };
    settlements_->add();
    ++result_.deliveries;
    if (submit_(delivery, stop_)) return true;
    settlements_->settle(ports::Settled::unavailable);
    return false;
  }

  const StandardInputConfig& config_;
  const Submit& submit_;
  const std::function<Time()>& clock_;
  const std::stop_token& stop_;
  const int wake_;
  std::string bytes_;
  std::size_t searched_ = 0;  // so many of them hold no end of a line
  Form form_ = Form::unknown;
  StandardInputResult result_;
  std::shared_ptr<Settlements> settlements_ = std::make_shared<Settlements>();
};

}  // namespace

Result<StandardInputResult> read_standard_input(const StandardInputConfig& config, const Submit& submit,
                                                const std::function<Time()>& clock, const std::stop_token& stop) {
  return Input(config, submit, clock, stop).run();
}

}  // namespace gw::sources

#include "app/scan_sink.h"

#include <cerrno>

#include "app/cli.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

constexpr std::size_t kFlushAt = 64 * 1024;
constexpr std::size_t kMaxKept = 1 << 20;  // a finding may be as large as its record
constexpr std::uint64_t kShownQuarantines = 20;
constexpr std::int64_t kProgressEvery = 200'000;  // microseconds

std::string place(const scan::Quarantine& q) {
  std::string out = q.path + ": ";
  if (q.offset) out += "offset " + std::to_string(*q.offset) + (q.record ? ", " : ": ");
  if (q.record) out += "record " + std::to_string(*q.record) + ": ";
  return out;
}

}  // namespace

bool are_local(const std::vector<std::string>& paths, const Io& io) {
  bool good = true;
  for (const std::string& path : paths) {
    if (!path.starts_with("s3://")) continue;
    complain(io, path + ": this reads no S3 addresses, `glasswatch scan` without --sessions does (or aws s3 sync)");
    good = false;
  }
  return good;
}

bool is_progress_choice(const std::string& choice) {
  return choice == "always" || choice == "never" || choice == "auto";
}

bool wants_progress(const std::string& choice, const Io& io) {
  return choice == "always" || (choice == "auto" && io.err_is_terminal);
}

bool ScanSink::flush() {
  if (buffer_.empty()) return true;
  errno = 0;
  const bool written = write_all(io_.out, buffer_);
  if (!written && errno != EPIPE) output_failed_ = true;
  buffer_.clear();
  if (buffer_.capacity() > kMaxKept) buffer_ = {};
  return written;
}

void ScanSink::begin() {
  if (printer_ != nullptr) printer_->begin(buffer_);
}

void ScanSink::end() {
  clear_progress();
  if (printer_ != nullptr) printer_->end(buffer_);
  if (quarantines_ > kShownQuarantines && !verbose_) {
    complain(io_, "and " + std::to_string(quarantines_ - kShownQuarantines) + " more, " + std::to_string(quarantines_) +
                      " quarantined in all (--verbose lists them)");
  }
  (void)flush();
}

bool ScanSink::finding(const model::AccessEvent& event) {
  if (printer_ == nullptr) return true;
  printer_->finding(buffer_, event);
  return flush_if_due();
}

bool ScanSink::wire(std::string_view access_json) {
  if (printer_ == nullptr) return true;
  printer_->wire(buffer_, access_json);
  return flush_if_due();
}

// A person at a terminal sees each finding at once.
bool ScanSink::flush_if_due() { return buffer_.size() < kFlushAt && !io_.out_is_terminal ? true : flush(); }

void ScanSink::quarantined(const scan::Quarantine& what) {
  if (++quarantines_ > kShownQuarantines && !verbose_) return;
  clear_progress();
  complain(io_, place(what) + what.reason);
}

void ScanSink::explained(const std::string& event_name, const std::optional<model::AccessEvent>& event,
                         const std::vector<watch::WatchSet::Reason>& reasons) {
  ++explanations_;
  if (buffer_.size() >= kFlushAt) (void)flush();
  std::string& out = buffer_;
  if (!event) {
    out += "event " + visible(event_name) + " is no access and no change to the way in\n";
    return;
  }
  const auto line = [&](std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out += label;
    out.append(label.size() < 14 ? 14 - label.size() : 1, ' ');
    append_visible(out, text);
    out.push_back('\n');
  };
  line("event", event->event_name + " (" + event->event_source + ")");
  line("mechanism", to_string(event->mechanism));
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (event->also.has(static_cast<model::Mechanism>(i))) line("also", model::kMechanismNames[i]);
  }
  line("outcome", event->outcome == model::Outcome::success ? "success" : "failure");
  line("account", event->account_id);
  line("role", event->role);
  line("task policy", event->task_policy);
  line("who", who(*event));
  line("target", event->target);
  if (event->service_automation) line("automation", "a service role at its ordinary work");
  for (const std::string& flag : event->flags) line("flag", flag);
  line("break-glass",
       event->break_glass ? "yes, by " + event->watch + " (" + std::string(to_string(*event->severity)) + ")" : "no");
  out += "watches\n";
  for (const watch::WatchSet::Reason& reason : reasons) {
    out += reason.matched ? "  + " : "  - ";
    append_visible(out, reason.watch);
    out += ": ";
    append_visible(out, reason.why);
    out.push_back('\n');
  }
}

void ScanSink::progress(std::uint64_t files, std::uint64_t bytes_in, std::uint64_t bytes_out) {
  if (!progress_) return;
  const Time now = io_.now();
  if (progress_shown_ && now.micros - last_progress_.micros < kProgressEvery) return;
  last_progress_ = now;
  progress_shown_ = true;
  (void)write_all(io_.err, "\r" + std::to_string(files) + " files, " + std::to_string(bytes_in >> 20) + " MiB read, " +
                               std::to_string(bytes_out >> 20) + " MiB of JSON\x1B[K");
}

void ScanSink::clear_progress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  (void)write_all(io_.err, "\r\x1B[K");
}

}  // namespace gw::app

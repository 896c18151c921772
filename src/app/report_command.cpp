// report: what the store holds about the uses of a period, for auditors. Reads one moment of the store's file; a server may
// write to it meanwhile.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "app/daemon.h"
#include "app/new_file.h"
#include "app/report/writer.h"
#include "edge/store/sqlite/store.h"
#include "engine/pipeline/silence_watch.h"

namespace gw::app {
namespace {

// Where a report goes: standard output, or a file.
class Target {
 public:
  explicit Target(const Io& io) : out_(io.out) {}

  bool open(const std::string& path) {
    path_ = path;
    return file_.open(path);
  }
  Status write(std::string_view text) {
    if (file_.is_open()) {
      if (file_.write(text)) return ok();
      return Error{Errc::unavailable, path_ + ": " + reason()};
    }
    errno = 0;
    if (is_gone_ || write_all(out_, text)) return ok();
    if (errno != EPIPE) return Error{Errc::unavailable, "standard output cannot be written"};
    is_gone_ = true;  // the reader has seen enough
    return ok();
  }
  bool finish() { return !file_.is_open() || file_.finish(); }
  static std::string reason() { return std::strerror(errno); }  // NOLINT(concurrency-mt-unsafe)

 private:
  int out_;
  bool is_gone_ = false;
  std::string path_;
  NewFile file_;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

bool read_time(const char* option, const std::string& text, Time now, std::optional<Time>& time, const Io& io) {
  if (text.empty()) return true;
  time = parse_when(text, now);
  if (!time)
    complain(io, std::string(option) + ": `" + text + "` is no time (2026-01-02T03:04:05Z, 2026-01-02, 2h, 30d)");
  return time.has_value();
}

int failed_with(const Io& io, const Error& error) {
  complain(io, error.message);
  return error.code == Errc::invalid_input || error.code == Errc::not_found ? kUsage : kOutside;
}

}  // namespace

int run_report(const ReportArguments& a, const Io& io) {
  const auto format = report::parse_format(a.format);
  if (!format) {
    complain(io, "--format: `" + a.format + "` is none of html, csv, json");
    return kUsage;
  }
  const auto path = store_of(a.store, io);
  if (!path) return failed_with(io, path.error());
  auto opened = sqlite::open_snapshot(*path);
  if (!opened) return failed_with(io, opened.error());
  const Time now = io.now();  // everything in the snapshot was stored before

  report::Question q;
  std::optional<Time> as_of;
  if (!read_time("--as-of", a.as_of, now, as_of, io) || !read_time("--from", a.from, as_of.value_or(now), q.from, io) ||
      !read_time("--to", a.to, as_of.value_or(now), q.to, io))
    return kUsage;
  if (as_of && *as_of > now) {
    complain(io, "--as-of lies in the future: what will be stored by then is not known");
    return kUsage;
  }
  if (q.from && q.to && !(*q.from < *q.to)) {
    complain(io, "--from is not before --to");
    return kUsage;
  }
  q.as_of = as_of.value_or(now);
  q.as_of_given = as_of.has_value();
  q.account_id = a.account;
  q.role = a.role;
  q.watch = a.watch;
  q.session_id = a.session;
  q.version = GW_VERSION;

  Target target(io);
  if (!a.output.empty() && !target.open(a.output)) {
    complain(io, a.output + ": " + Target::reason());
    return kOutside;
  }
  const std::string folder = a.output.empty() ? io.environment("TMPDIR").value_or("/tmp") : folder_of(a.output);
  const auto writer = report::make_writer(*format, folder, [&](std::string_view text) { return target.write(text); });
  ports::Store& store = **opened;
  const auto never_heard = [&store](const std::vector<ports::CoverageSighting>& heard) {
    const auto quiet = pipeline::QuietView::read(store);
    return quiet ? Result<std::vector<ports::NeverHeard>>(quiet->never_heard(heard)) : quiet.error();
  };
  const auto totals = report::collect(q, {store, store, store, never_heard}, *writer);
  if (!totals) return failed_with(io, totals.error());
  if (target.finish()) return kDone;
  complain(io, a.output + ": " + Target::reason());
  return kOutside;
}

}  // namespace gw::app

// Each part has a time when it is due. A part that was read is due again after `every`, give or take a tenth, so that many
// processes do not ask at once; one that failed after a minute, two, four, … up to `every`. A part that the last process read less
// than five minutes ago waits, so that a process which starts again and again does not ask again and again.
#include "app/directory_keeper.h"

#include <algorithm>
#include <random>
#include <utility>

#include "app/directory_file.h"

namespace gw::app {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kFresh = 5 * kMinute;

}  // namespace

DirectoryKeeper::DirectoryKeeper(DaemonConfig config, Hooks hooks)
    : hooks_(std::move(hooks)), config_(std::move(config)) {
  load();
}

DirectoryKeeper::~DirectoryKeeper() = default;

void DirectoryKeeper::load() {
  if (!config_.directory.is_on()) return;
  auto read = load_directory(directory_file(config_));
  if (!read && read.error().code != Errc::not_found)
    hooks_.tell(Log::Level::warning, "the names that were kept cannot be used: they are read anew",
                {{"reason", read.error().message}});
  if (!read) return;
  known_ = configured_part(std::move(*read), config_.directory);
  snapshot_ = effective_ = std::make_shared<const watch::Directory>(known_);
  const Time now = hooks_.now();
  for (const DirectoryPart part : kDirectoryParts) {
    const auto at = read_at(known_, part);
    if (at && *at <= now) parts_[part].due = Time{at->micros + kFresh};
  }
}

void DirectoryKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void DirectoryKeeper::stop() { thread_ = {}; }

void DirectoryKeeper::configure(DaemonConfig config) {
  const std::lock_guard lock(mutex_);
  const bool is_on = config.directory.is_on();
  known_ = configured_part(std::move(known_), config.directory);
  snapshot_ = effective_ = is_on ? std::make_shared<const watch::Directory>(known_) : nullptr;
  config_ = std::move(config);
  for (auto& [part, state] : parts_) {
    if (state.failed > 0 || !read_at(known_, part)) state.due = Time{};
  }
  is_changed_ = true;
  wake_.notify_all();
}

std::shared_ptr<const watch::Directory> DirectoryKeeper::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::shared_ptr<const watch::Directory> DirectoryKeeper::snapshot_for(const DirectoryConfig& config) const {
  const auto whole = snapshot();
  if (whole == nullptr || !config.is_on()) return nullptr;
  return std::make_shared<const watch::Directory>(configured_part(*whole, config));
}

Time DirectoryKeeper::next_due(const Part& part, Time now) const {
  const std::int64_t every = std::max<std::int64_t>(config_.directory.every_micros, 1'000'000);
  std::int64_t wait = every;
  if (part.failed > 0) wait = std::min(every, kMinute << std::min(part.failed - 1, 20U));
  const double jitter = 0.9 + 0.2 * hooks_.random();
  return Time{now.micros + static_cast<std::int64_t>(static_cast<double>(wait) * jitter)};
}

std::optional<Time> DirectoryKeeper::round(Time now, const std::stop_token& stop) {
  std::optional<Time> next;
  for (const DirectoryPart part : kDirectoryParts) {
    std::unique_lock lock(mutex_);
    if (stop.stop_requested()) return std::nullopt;
    if (!is_on(config_.directory, part)) continue;
    if (now < parts_[part].due) {
      next = std::min(next.value_or(parts_[part].due), parts_[part].due);
      continue;
    }
    const DirectoryConfig config = config_.directory;
    watch::Directory fresh = known_;
    lock.unlock();
    const DirectoryRead read = hooks_.read(config, part, now, fresh, stop);
    if (stop.stop_requested()) return std::nullopt;
    lock.lock();
    if (is_changed_) return now;  // it was asked in the name of another configuration
    if (read.status) {
      known_ = std::move(fresh);
      snapshot_ = std::make_shared<const watch::Directory>(known_);
    }
    lock.unlock();
    settle(part, read, now);
    lock.lock();
    next = std::min(next.value_or(parts_[part].due), parts_[part].due);
  }
  return next;
}

// Tells what has changed: once that a part fails, once that it works again.
void DirectoryKeeper::settle(DirectoryPart part, const DirectoryRead& read, Time now) {
  std::string file;
  std::shared_ptr<const watch::Directory> whole;
  std::string before;
  const std::string problem = read.status ? std::string() : read.status.error().message;
  {
    const std::lock_guard lock(mutex_);
    Part& state = parts_[part];
    before = std::exchange(state.problem, problem);
    state.permission = read.permission;
    state.failed = read.status ? 0 : state.failed + 1;
    state.failures += read.status ? 0 : 1;
    state.due = next_due(state, now);
    file = directory_file(config_);
    whole = snapshot_;
  }
  const std::string_view name = to_string(part);
  if (!problem.empty() && before.empty()) {
    if (read.permission.empty()) {
      hooks_.tell(Log::Level::warning, "a directory cannot be read: what is known of it stays",
                  {{"part", name}, {"reason", problem}});
    } else {
      hooks_.tell(Log::Level::warning, "a directory cannot be read: what is known of it stays",
                  {{"part", name}, {"permission", read.permission}, {"reason", problem}});
    }
  }
  if (!read.status) return;
  if (!before.empty()) hooks_.tell(Log::Level::info, "a directory can be read again", {{"part", name}});
  if (read.is_truncated)
    hooks_.tell(Log::Level::warning, "a directory holds more than is kept of it: the rest stay ids", {{"part", name}});
  const Status saved = save_directory(file, *whole);
  const std::string why = saved ? std::string() : saved.error().message;
  if (!why.empty() && why != file_problem_)
    hooks_.tell(Log::Level::warning, "names are not kept for the next start", {{"reason", why}});
  file_problem_ = why;  // this thread's alone
  hooks_.changed();
  const std::lock_guard lock(mutex_);
  if (!is_changed_) effective_ = whole;
}

void DirectoryKeeper::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex_);
      is_changed_ = false;
    }
    const Time now = hooks_.now();
    const std::optional<Time> next = round(now, stop);
    std::unique_lock lock(mutex_);
    const std::int64_t wait =
        next ? std::clamp<std::int64_t>(next->micros - now.micros, 0, 60 * kMinute) : 60 * kMinute;
    wake_.wait_for(lock, stop, std::chrono::microseconds(wait), [this] { return is_changed_; });
  }
}

std::vector<web::DirectoryPart> DirectoryKeeper::parts() const {
  const std::lock_guard lock(mutex_);
  std::vector<web::DirectoryPart> out;
  for (const DirectoryPart part : kDirectoryParts) {
    if (!is_on(config_.directory, part)) continue;
    const auto state = parts_.find(part);
    web::DirectoryPart one{std::string(to_string(part)), {}, 0, {}, {}, 0};
    if (effective_ != nullptr) {
      one.read_at = read_at(*effective_, part);
      one.entries = entries_of(*effective_, part);
    }
    if (state != parts_.end()) {
      one.problem = state->second.problem;
      one.missing_permission = state->second.permission;
      one.failures = state->second.failures;
    }
    out.push_back(std::move(one));
  }
  return out;
}

void DirectoryKeeper::append_metrics(std::vector<web::Metric>& metrics) const {
  const Time now = hooks_.now();
  for (const web::DirectoryPart& part : parts()) {
    metrics.push_back({"glasswatch_directory_failures_total",
                       true,
                       "Readings of a directory that failed since the start.",
                       {{"part", part.part}},
                       static_cast<double>(part.failures)});
    metrics.push_back({"glasswatch_directory_entries",
                       false,
                       "What is known of a directory.",
                       {{"part", part.part}},
                       static_cast<double>(part.entries)});
    if (!part.read_at) continue;
    metrics.push_back({"glasswatch_directory_age_seconds",
                       false,
                       "Since a directory was read.",
                       {{"part", part.part}},
                       static_cast<double>(now.micros - part.read_at->micros) / 1e6});
  }
}

std::unique_ptr<DirectoryKeeper> make_directory_keeper(
    const DaemonConfig& config, const Io& io,
    std::function<void(Log::Level, std::string_view message, Log::Fields fields)> tell, std::function<void()> changed) {
  DirectoryKeeper::Hooks hooks;
  hooks.now = io.now;
  hooks.random = [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
    return std::uniform_real_distribution<double>(0.0, 1.0)(*engine);
  };
  hooks.tell = std::move(tell);
  hooks.changed = std::move(changed);
  hooks.read = [io](const DirectoryConfig& asked, DirectoryPart part, Time now, watch::Directory& out,
                    const std::stop_token& stop) {
    // Ten calls a second at most: each of these services lets twenty through, for all who ask.
    constexpr std::chrono::milliseconds kPause{100};
    AwsContext aws(io, stop);
    return read_part(
        aws, asked, part, now, out, [&] { return interruptible_wait(kPause, stop); }, stop);
  };
  return std::make_unique<DirectoryKeeper>(config, std::move(hooks));
}

}  // namespace gw::app

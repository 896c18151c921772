#include "app/housekeeping.h"

#include <algorithm>
#include <utility>

namespace gw::app {

namespace {

// One failure is everyday life; several in a row are news.
constexpr std::uint32_t kFailing = 3;

}  // namespace

Housekeeper::Housekeeper(std::vector<Task> tasks)
    : tasks_(std::move(tasks)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Housekeeper::~Housekeeper() = default;  // the thread is asked to stop, and joined

void Housekeeper::work(const std::stop_token& stop) {
  using Steady = std::chrono::steady_clock;
  std::vector<Steady::time_point> due;
  for (const Task& task : tasks_) due.push_back(Steady::now() + task.first);
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    for (std::size_t i = 0; i < tasks_.size() && !stop.stop_requested(); ++i) {
      if (due[i] > Steady::now()) continue;
      tasks_[i].run();
      due[i] = Steady::now() + tasks_[i].every;
    }
    if (due.empty()) return;
    wake_.wait_until(lock, stop, *std::min_element(due.begin(), due.end()), [] { return false; });
  }
}

void HealthLog::receivers(const std::map<std::string, notify::SenderHealth>& health) {
  for (const auto& [name, now] : health) {
    Seen& seen = receivers_[name];
    if (now.refused < seen.refused) seen = {};  // another sender of that name
    if (now.refused > seen.refused) {
      tell_(Log::Level::error, "a receiver refuses for good: its alerts are parked, and told to the default receivers",
            {{"receiver", name}, {"reason", now.last_failure}});
    }
    const bool failing = now.failing >= kFailing;
    if (failing && !seen.failing) {
      tell_(Log::Level::warning, "a receiver does not accept: its alerts are tried on",
            {{"receiver", name}, {"reason", now.last_failure}});
    } else if (seen.failing && now.failing == 0) {
      tell_(Log::Level::info, "a receiver accepts again", {{"receiver", name}});
    }
    seen.refused = now.refused;
    seen.failing = failing || (seen.failing && now.failing > 0);
  }
  std::erase_if(receivers_, [&](const auto& seen) { return !health.contains(seen.first); });
}

void HealthLog::sentences(std::vector<std::string>& before, const std::vector<std::string>& now, Log::Level level,
                          std::string_view what, std::string_view end) const {
  for (const std::string& one : now) {
    if (std::find(before.begin(), before.end(), one) == before.end()) tell_(level, what, {{"reason", one}});
  }
  if (now.empty() && !before.empty()) tell_(Log::Level::info, end, {});
  before = now;
}

void HealthLog::problems(const std::vector<std::string>& problems) {
  sentences(problems_, problems, Log::Level::error, "not ready", "ready again");
}

void HealthLog::doubts(const std::vector<std::string>& doubts) {
  sentences(doubts_, doubts, Log::Level::warning, "ready, but not all of it works", "all of it works again");
}

void HealthLog::clockwork(const Status& ticked) {
  const std::string now = ticked ? std::string() : ticked.error().message;
  if (now == clockwork_) return;
  if (!now.empty()) {
    tell_(Log::Level::warning, "what the clock causes could not be done", {{"reason", now}});
  } else {
    tell_(Log::Level::info, "what the clock causes is done again", {});
  }
  clockwork_ = now;
}

bool tells(const std::map<std::string, notify::SenderHealth>& health) {
  return std::none_of(health.begin(), health.end(), [](const auto& one) { return one.second.failing >= kFailing; });
}

ports::Admin::Retention retention_of(const DaemonConfig& config, Time now) {
  constexpr std::int64_t kEventKeys = std::int64_t{35} * 86'400 * 1'000'000;
  ports::Admin::Retention retention;
  retention.sessions_before = Time{now.micros - config.keep_sessions_micros};
  retention.activity_before = Time{now.micros - config.keep_activity_micros};
  retention.event_keys_before = Time{now.micros - std::max(kEventKeys, config.keep_activity_micros)};
  return retention;
}

bool something_is_due(ports::Store& store, Time now) {
  const auto names = store.receivers();
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    const auto due = store.next_due(name);
    return due && *due && **due <= now;
  });
}

}  // namespace gw::app

// Keeps the names of directories at hand for `serve`: what the last process has written, then what is read again every few hours
// on a thread of its own. Nobody ever waits for it; when a directory cannot be asked, what is known stays.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/directory_reader.h"
#include "app/io.h"
#include "base/log.h"
#include "edge/web/web.h"

namespace gw::app {

class DirectoryKeeper {
 public:
  struct Hooks {
    std::function<Time()> now;
    std::function<double()> random;  // 0 <= x < 1
    std::function<void(Log::Level, std::string_view message, Log::Fields fields)> tell;
    std::function<void()> changed;  // there is another snapshot; called by the keeper's thread
    // As read_part(), over AWS.
    std::function<DirectoryRead(const DirectoryConfig&, DirectoryPart, Time now, watch::Directory&,
                                const std::stop_token&)>
        read;
  };
  // Reads the file, if there is one.
  DirectoryKeeper(DaemonConfig config, Hooks hooks);
  ~DirectoryKeeper();  // stop()
  DirectoryKeeper(const DirectoryKeeper&) = delete;
  DirectoryKeeper& operator=(const DirectoryKeeper&) = delete;

  // From here on directories are asked.
  void start();
  // And up to here; ends a call that is under way. What is known can still be asked for.
  void stop();
  // Another configuration. What fails is tried again at once: somebody may have mended it.
  void configure(DaemonConfig config);

  // What is known of what is configured; nullptr: nothing. From any thread.
  [[nodiscard]] std::shared_ptr<const watch::Directory> snapshot() const;
  // The same of what another configuration asks for.
  [[nodiscard]] std::shared_ptr<const watch::Directory> snapshot_for(const DirectoryConfig& config) const;
  [[nodiscard]] std::vector<web::DirectoryPart> parts() const;  // those that are configured
  void append_metrics(std::vector<web::Metric>& metrics) const;

  // One round, as the thread makes it: reads what is due at `now`. Answers when the next part is due; nullopt: none is configured.
  std::optional<Time> round(Time now, const std::stop_token& stop);

 private:
  struct Part {
    Time due;             // never before the first round
    unsigned failed = 0;  // in a row
    std::uint64_t failures = 0;
    std::string problem;
    std::string permission;
  };
  void work(const std::stop_token& stop);
  void load();
  [[nodiscard]] Time next_due(const Part& part, Time now) const;
  void settle(DirectoryPart part, const DirectoryRead& read, Time now);

  const Hooks hooks_;
  mutable std::mutex mutex_;  // guards all that follows but the thread
  std::condition_variable_any wake_;
  bool is_changed_ = false;  // the configuration
  DaemonConfig config_;
  watch::Directory known_;
  std::shared_ptr<const watch::Directory> snapshot_;
  // The last that changed() was called for: nothing is said to be read before it counts.
  std::shared_ptr<const watch::Directory> effective_;
  std::map<DirectoryPart, Part> parts_;
  std::string file_problem_;
  std::jthread thread_;
};

// Over AWS, with a context of its own: what hangs there keeps nobody else.
[[nodiscard]] std::unique_ptr<DirectoryKeeper> make_directory_keeper(
    const DaemonConfig& config, const Io& io,
    std::function<void(Log::Level, std::string_view message, Log::Fields fields)> tell, std::function<void()> changed);

}  // namespace gw::app

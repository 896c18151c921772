// A folder of log files → deliveries: each file once, whatever restarts come in between. What drives it stands in directory.h.
//
// What was read is remembered by cursors, which are written in the commit that stores the file's records:
// `directory|<root>|<folder>//<name>` → size and time of the last change. A file whose size or time has changed is read anew;
// its records are known then, and count as duplicates.
//
// A file may still be being written. It is taken when somebody says that it is complete (closed, moved here), when it has not
// changed for an hour, or when it looks the same twice. Files and folders are looked at in order; names are not all held.
// Links are not followed: whoever may write here chooses no file elsewhere. One thread at a time, but for settlements.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "edge/sources/submit.h"
#include "engine/ports/store.h"

namespace gw::sources {

struct DirectoryConfig {
  std::string path;
  std::string feed = "file";
  bool from_trail = true;  // its log files are a trail's own
  std::uint64_t max_file_bytes = std::uint64_t{512} << 20;
  std::chrono::milliseconds second_look{2000};  // when a file was seen that may not be complete
  std::chrono::milliseconds rescan{60'000};
  unsigned attempts = 3;             // at a file that cannot be read
  std::size_t max_watches = 50'000;  // folders that the kernel is asked to watch; others are found by looking
};

class DirectoryScan {
 public:
  // What it refers to outlives it; its deliveries may outlive all of it.
  DirectoryScan(DirectoryConfig config, Submit submit, ports::Recovery& cursors, std::function<Time()> clock);

  // Called with each folder (relative) before it is read.
  using Visit = std::function<void(const std::string& folder)>;
  void on_folder(Visit visit) { visit_ = std::move(visit); }

  // Looks through a folder and those below it (relative; empty: the root).
  Status look(const std::string& folder, const std::stop_token& stop);
  // This file is complete.
  Status take(const std::string& folder, const std::string& name, const std::stop_token& stop);
  // Something was seen that has to be looked at again soon: a file that may not be complete, or one that was given back.
  [[nodiscard]] bool wants_another_look() const;
  // Whether something that was delivered is not settled yet.
  [[nodiscard]] bool is_waiting() const;

 private:
  struct Seen {
    std::uint64_t size = 0;
    std::int64_t changed = 0;  // nanoseconds
    unsigned failures = 0;
  };
  struct Settlements {
    std::mutex mutex;
    std::set<std::string> in_flight;  // paths
    bool given_back = false;
  };
  using Cursors = std::map<std::string, std::string>;

  Status files(const std::string& folder, const std::stop_token& stop);
  // False: not taken any more.
  bool file(const std::string& folder, const std::string& name, const Cursors& known, bool complete,
            const std::stop_token& stop);
  bool failed(const std::string& path, const std::string& key, const Seen& seen, std::int64_t state_changed,
              const std::string& why, const std::stop_token& stop);
  bool deliver(const std::string& path, const std::string& key, std::string value, std::string bytes,
               std::string problem, const std::stop_token& stop);
  void forget_gone(const std::string& prefix, const Cursors& known, const std::set<std::string>& there);
  [[nodiscard]] std::string key_prefix(const std::string& folder) const;
  [[nodiscard]] std::string full(const std::string& relative) const;

  const DirectoryConfig config_;
  const Submit submit_;
  ports::Recovery& cursors_;
  const std::function<Time()> clock_;
  Visit visit_;
  std::map<std::string, Seen> pending_;  // by path: seen once, or not readable yet
  std::vector<std::string> gone_;        // keys of cursors to be removed with the next delivery
  bool another_look_ = false;
  std::shared_ptr<Settlements> settlements_ = std::make_shared<Settlements>();
};

}  // namespace gw::sources

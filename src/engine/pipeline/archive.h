// An archive → its sessions, without a store: what `scan --sessions` and `--activity` show. The same code as the daemon's reads
// the records and correlates them; a second pass over the inputs finds the calls of roles that a session assumed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/entry.h"
#include "domain/model/fold.h"
#include "domain/model/session.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

struct ArchiveOptions {
  std::vector<std::string> paths;  // files, folders, "-" for standard input (which has no second pass)
  unsigned threads = 1;
  Time now;  // what is over by now has lapsed
};

struct ArchiveSession {
  model::Session session;             // its id follows from what it holds: the same archive gives the same ids
  std::vector<model::Entry> entries;  // by time, then event key
};

struct Archive {
  std::vector<ArchiveSession> sessions;  // by start
  std::vector<model::Entry> others;      // changes and failures, by time
  ports::RecordBooks records;
  std::uint64_t files = 0;
  std::uint64_t failed_files = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// What is stored of the records is held in memory: about 3 KiB for each access and each call of a session. `quarantined` is told
// what could not be read, by one thread at a time.
[[nodiscard]] Archive read_archive(const ArchiveOptions& options, const SettingsPtr& settings,
                                   const std::function<void(const ports::QuarantineItem&)>& quarantined);

}  // namespace gw::pipeline

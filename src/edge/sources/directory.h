// Watches a folder: what is written there is taken at once (inotify), and everything is looked through now and then, so that
// nothing is missed where the kernel does not tell (network file systems, too many folders). See directory_scan.h for what is
// taken when.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "edge/sources/directory_scan.h"
#include "edge/sources/submit.h"
#include "engine/ports/store.h"

namespace gw::sources {

class Directory {
 public:
  // Starts its thread. What it refers to outlives it; its deliveries may outlive all of it.
  Directory(const DirectoryConfig& config, Submit submit, ports::Recovery& cursors, std::function<Time()> clock);
  // Takes no more, and waits for the thread; what was submitted is settled in its own time.
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // Ends when all that is there now was read and is settled: waits for that. (What is given back again and again, or what keeps
  // growing, is left.)
  void finish();

  // Of the last look: what kept it from seeing everything.
  [[nodiscard]] Status health() const;
  // When it last looked through everything to the end; zero: not yet.
  [[nodiscard]] Time looked_at() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::sources

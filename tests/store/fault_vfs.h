// A file system for SQLite that fails when it is told to, and remembers what a loss of power would leave.
//
// It stands before the usual one. Every write, truncation and fsync counts as one step; the step that a test names fails, or
// that one and all behind it. What was synced is kept aside, file by file, so that a test can look at the store as it would
// be found after the power went: writes that were not synced are gone.
#pragma once

#include <cstdint>
#include <string>

namespace gw::faults {

enum class Fault : std::uint8_t {
  io,    // nothing is written
  torn,  // half of it is written
  full,  // the disk is full
};

struct Plan {
  std::uint64_t step = 0;  // counted from 1 since the plan was set; 0: nothing fails
  bool onwards = false;
  Fault fault = Fault::io;
  bool syncs_only = false;  // only fsyncs count as steps
};

// Registers it, once. Answers its name.
[[nodiscard]] std::string fault_vfs();
void set_plan(const Plan& plan);            // and counts from the start
[[nodiscard]] std::uint64_t steps_seen();   // since set_plan()
[[nodiscard]] std::uint64_t syncs_seen();   // since set_plan()
[[nodiscard]] std::uint64_t faults_done();  // since set_plan()
void forget_files();                        // what was synced so far
// The files of `folder` as after a loss of power, into `to`.
void copy_synced(const std::string& folder, const std::string& to);

}  // namespace gw::faults

// scan --sessions and --activity: what an archive comes to, session by session. Internal to app.
#pragma once

#include <optional>

#include "app/cli.h"
#include "app/config/config.h"
#include "app/print/printer.h"
#include "engine/scan/scan.h"

namespace gw::app {

struct SessionsAnswer {
  scan::Stats stats;
  std::optional<model::Severity> highest;
  bool output_failed = false;
};

// `options` are those of the question: paths, threads, time, and which sessions are shown.
[[nodiscard]] Result<SessionsAnswer> scan_sessions(const ScanArguments& arguments, const scan::Options& options,
                                                   const AppConfig& config, Format format, bool colour, const Io& io);

}  // namespace gw::app

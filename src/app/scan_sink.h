// What scan and doctor do with what the engine tells: findings into a buffer and out, quarantine and progress to standard
// error. Internal to app; called by one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/io.h"
#include "app/print/printer.h"
#include "engine/scan/scan.h"

namespace gw::app {

class ScanSink final : public scan::Sink {
 public:
  ScanSink(const Io& io, Printer* printer, bool progress, bool verbose)
      : io_(io), printer_(printer), progress_(progress), verbose_(verbose) {}

  bool finding(const model::AccessEvent& event) override;
  bool wire(std::string_view access_json) override;
  void quarantined(const scan::Quarantine& what) override;
  void explained(const std::string& event_name, const std::optional<model::AccessEvent>& event,
                 const std::vector<watch::WatchSet::Reason>& reasons) override;
  void progress(std::uint64_t files, std::uint64_t bytes_in, std::uint64_t bytes_out) override;

  // Before the first and after the last finding.
  void begin();
  void end();
  [[nodiscard]] std::uint64_t explanations() const { return explanations_; }
  // Whether writing failed for another reason than a reader that has gone.
  [[nodiscard]] bool output_failed() const { return output_failed_; }

 private:
  bool flush();
  bool flush_if_due();
  void clear_progress();

  const Io& io_;
  Printer* printer_;
  bool progress_;
  bool verbose_;
  std::string buffer_;
  std::uint64_t quarantines_ = 0;
  std::uint64_t explanations_ = 0;
  Time last_progress_;
  bool progress_shown_ = false;
  bool output_failed_ = false;
};

// Whether none of `paths` is an address in S3, which this version cannot read; complains about those that are.
[[nodiscard]] bool are_local(const std::vector<std::string>& paths, const Io& io);

// The words of --progress, and whether progress is to be shown.
[[nodiscard]] bool is_progress_choice(const std::string& choice);
[[nodiscard]] bool wants_progress(const std::string& choice, const Io& io);

}  // namespace gw::app

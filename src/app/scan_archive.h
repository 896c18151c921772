// Addresses in S3 among a scan's paths. Internal to app.
#pragma once

#include <memory>
#include <string>

#include "app/aws_context.h"
#include "app/io.h"
#include "edge/sources/s3_archive.h"
#include "engine/scan/scan.h"

namespace gw::app {

// Outlives the scan.
class ScanArchive {
 public:
  ScanArchive(const scan::Options& options, const Io& io);
  [[nodiscard]] ports::Archive& archive() { return archive_; }

 private:
  std::shared_ptr<AwsContext> aws_;
  sources::S3Archive archive_;
};

// nullptr when no path is an address in S3. Says on standard error what a range of time leaves out.
[[nodiscard]] std::unique_ptr<ScanArchive> make_scan_archive(const scan::Options& options, const Io& io);

}  // namespace gw::app

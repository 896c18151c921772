#include "app/scan_archive.h"

#include <algorithm>

namespace gw::app {
namespace {

// Sixteen objects are in memory or on their way.
constexpr std::size_t kInMemory = std::size_t{4} << 20;

sources::S3Question question_of(const scan::Options& options) { return {options.from, options.to, options.regions}; }

sources::ObjectRules rules_of(const Io& io) {
  sources::ObjectRules rules;
  rules.in_memory = kInMemory;
  rules.limit = std::uint64_t{4} << 30;
  rules.spool_folder = io.environment("TMPDIR").value_or("/tmp");
  return rules;
}

}  // namespace

ScanArchive::ScanArchive(const scan::Options& options, const Io& io)
    : aws_(aws_of(io)), archive_(question_of(options), rules_of(io), [aws = aws_](const std::string& region) {
        return aws->client(aws::Service::s3, region);
      }) {}

std::unique_ptr<ScanArchive> make_scan_archive(const scan::Options& options, const Io& io) {
  const bool any = std::any_of(options.paths.begin(), options.paths.end(),
                               [](const std::string& path) { return path.starts_with("s3://"); });
  if (!any) return nullptr;
  if (options.to) {
    complain(io, "note: objects delivered until " + std::to_string(sources::kDeliveryLag / 3'600'000'000) +
                     " hours after --to are read: what CloudTrail delivered later is not seen");
  }
  return std::make_unique<ScanArchive>(options, io);
}

}  // namespace gw::app

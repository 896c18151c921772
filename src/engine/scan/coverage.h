// Counting what a feed holds: accounts, regions, hours, families of events. One counter per thread, merged at the end.
#pragma once

#include <string_view>

#include "domain/model/record.h"
#include "engine/scan/scan.h"

namespace gw::scan {

class CoverageCounter {
 public:
  // `records_counted`: every record of the input will be shown to record().
  explicit CoverageCounter(bool records_counted) { coverage_.records_counted = records_counted; }

  // The object's name, where it follows the S3 layout; counts digests and Insights too.
  void object(std::string_view path);
  void feed(std::string_view name) { ++coverage_.feeds[std::string(name)]; }
  void record(const model::Record& record);
  void insight() { ++coverage_.families[static_cast<std::size_t>(Family::insights)]; }

  void merge_into(Coverage& total) const;

 private:
  static void hour(Seen& seen, Time time);
  Coverage coverage_;
  // The last account and region: records of a file share them.
  AccountRegion last_;
  Seen* last_seen_ = nullptr;
};

}  // namespace gw::scan

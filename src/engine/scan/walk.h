// The inputs in a fixed order: paths as given, folders by name, depth first, read lazily.
//
// A folder of any size costs a bounded number of names in memory: it is read again for every `kNamesAtOnce` of them. Hidden
// names (.DS_Store, .git) are passed over; symbolic links to files are followed, those to folders are told and not followed.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/archive.h"

namespace gw::scan {

struct Input {
  std::string path;        // "-" is standard input
  std::string problem;     // not empty: cannot be read, and why
  bool is_remote = false;  // the archive has it
};

class Walk {
 public:
  // `archive` may be null, and outlives this.
  explicit Walk(std::vector<std::string> paths, ports::Archive* archive = nullptr,
                std::size_t names_at_once = kNamesAtOnce);
  [[nodiscard]] std::optional<Input> next();

 private:
  static constexpr std::size_t kNamesAtOnce = 16384;
  struct Folder {
    std::string path;
    std::vector<std::string> names;  // the next ones, last first
    std::string last;                // the last name that was taken into `names`
    bool more = true;                // there may be names behind `last`
  };
  bool refill(Folder& folder, std::string& problem) const;
  [[nodiscard]] std::optional<Input> visit(std::string path, bool named);

  std::vector<std::string> paths_;
  std::size_t next_path_ = 0;
  std::vector<Folder> folders_;
  ports::Archive* archive_;
  std::unique_ptr<ports::Archive::Listing> listing_;  // of the path at hand
  std::size_t names_at_once_;
};

}  // namespace gw::scan

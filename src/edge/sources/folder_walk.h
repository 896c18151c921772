// One folder's entries in order, without holding them all: the smallest names behind the last one that was given, again and
// again. Hidden names, links and what is neither a file nor a folder are passed over. One thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gw::sources {

class FolderWalk {
 public:
  enum class Kind : std::uint8_t { files, folders };
  FolderWalk(std::string path, Kind kind, std::size_t names_at_once = 1000);

  // The next name; nullopt behind the last. A folder that is gone is empty.
  [[nodiscard]] Result<std::optional<std::string>> next();

 private:
  Status refill();

  const std::string path_;
  const Kind kind_;
  const std::size_t names_at_once_;
  std::vector<std::string> names_;  // descending
  std::string last_;
  bool more_ = true;
};

}  // namespace gw::sources

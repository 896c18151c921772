// Inputs of a scan that lie in no file system. Implementation: edge/sources/s3_archive (and a test's own).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace gw::ports {

class Archive {
 public:
  virtual ~Archive() = default;

  struct Entry {
    std::string path;
    std::string problem;  // not empty: what is below this path cannot be listed, and why
  };
  // The names below one path, one after another, in the order in which a walk over the same names on disk would take them.
  class Listing {
   public:
    virtual ~Listing() = default;
    [[nodiscard]] virtual std::optional<Entry> next() = 0;
  };
  // The bytes of an input, or the file where they lie; whoever gets the file removes it.
  struct Content {
    std::string bytes;
    std::string file;
  };

  // MUST NOT block.
  [[nodiscard]] virtual bool owns(const std::string& path) const = 0;
  // A Listing is used by one thread at a time, and ends before its Archive.
  [[nodiscard]] virtual std::unique_ptr<Listing> list(const std::string& path) = 0;
  // MUST be safe from any thread.
  [[nodiscard]] virtual Result<Content> fetch(const std::string& path) = 0;
};

}  // namespace gw::ports

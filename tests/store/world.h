// A store in a folder of its own, and the one commit that the tests of faults make of everything a commit can hold.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "edge/store/sqlite/store.h"
#include "engine/ports/store.h"

namespace gw::faults {

class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] std::string store() const { return (path / "store.db").string(); }
  std::filesystem::path path;
};

[[nodiscard]] std::unique_ptr<ports::Store> open_store(const std::string& path, const std::string& vfs = {});

// Session `n` with `events` events, an alert for two receivers, and counters. An even one absorbs the session before it.
[[nodiscard]] Status commit_number(ports::Store& store, int n, int events = 6);
// How many of the parts of commit `n` can be seen, of kParts.
[[nodiscard]] int parts_seen(ports::Store& store, int n, int events = 6);
inline constexpr int kParts = 6;
// Empty when `store check` finds nothing.
[[nodiscard]] std::string problems(const std::string& path);

}  // namespace gw::faults

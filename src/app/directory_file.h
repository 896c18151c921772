// Where a Directory outlives the process, and the directories themselves. Internal to app.
#pragma once

#include <memory>
#include <string>

#include "app/config/daemon.h"
#include "base/result.h"
#include "domain/watch/directory.h"

namespace gw::app {

inline constexpr std::size_t kMaxDirectoryFile = std::size_t{64} << 20;

// `directory.cache`, else the store's file with `-directory.json` behind its name.
[[nodiscard]] std::string directory_file(const DaemonConfig& config);

// `not_found` when there is no such file; `corrupt` for one that is damaged, too large or none of ours: to be told, and done without.
[[nodiscard]] Result<watch::Directory> load_directory(const std::string& path);
// All or nothing, and durable; readable for the owner alone.
[[nodiscard]] Status save_directory(const std::string& path, const watch::Directory& directory);

// What of it the configuration asks for: parts that are switched off, and the people of another store, are left out.
[[nodiscard]] watch::Directory configured_part(watch::Directory directory, const DirectoryConfig& config);

// What the last `serve` has kept of it, for commands that look at things beside it; nullptr: nothing, or damaged.
[[nodiscard]] std::shared_ptr<const watch::Directory> kept_directory(const DaemonConfig& config);

}  // namespace gw::app

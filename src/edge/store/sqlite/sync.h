// What stands beside SQLite's own files is made durable by hand. Both throw Failure: `denied` when it cannot be opened,
// `unavailable` when the disk refuses.
#pragma once

#include <string>

namespace gw::sqlite {

// Waits until what was written to a file, or the names in a folder, are on the disk.
void sync_path(const std::string& path);
// A new name is durable when its folder is.
void sync_folder_of(const std::string& path);

}  // namespace gw::sqlite

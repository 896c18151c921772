#include "edge/store/sqlite/sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "edge/store/sqlite/db.h"

namespace gw::sqlite {

void sync_path(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(Errc::denied, "opening " + path + ": " + std::strerror(errno));
  const int code = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (code != 0) fail(Errc::unavailable, "writing " + path + ": " + std::strerror(error));
}

void sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  sync_path(folder.empty() ? "." : folder);
}

}  // namespace gw::sqlite

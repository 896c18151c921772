#include "app/directory_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/io.h"
#include "app/store_path.h"

namespace gw::app {

std::string directory_file(const DaemonConfig& config) {
  if (!config.directory.cache.empty()) return config.directory.cache;
  const auto store = store_file(config.store);
  return store ? *store + "-directory.json" : std::string();
}

Result<watch::Directory> load_directory(const std::string& path) {
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(path, error)) return Error{Errc::not_found, path + ": there is none"};
  std::string why;
  const auto text = read_file(path, kMaxDirectoryFile, why);
  if (!text) return Error{Errc::corrupt, path + ": " + why};
  auto directory = watch::parse_directory(*text);
  if (!directory) return std::move(directory).error().in(path);
  return directory;
}

Status save_directory(const std::string& path, const watch::Directory& directory) {
  std::string made = path + ".XXXXXX";
  const int fd = ::mkostemp(made.data(), O_CLOEXEC);
  bool good = fd >= 0 && write_all(fd, watch::to_json(directory)) && ::fsync(fd) == 0;
  if (fd >= 0) good = ::close(fd) == 0 && good;
  good = good && ::rename(made.c_str(), path.c_str()) == 0;
  if (!good) {
    if (fd >= 0) ::unlink(made.c_str());
    return Error{Errc::unavailable, path + ": it cannot be written"};
  }
  const auto folder = std::filesystem::path(path).parent_path();
  const int parent = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    (void)::fsync(parent);
    ::close(parent);
  }
  return ok();
}

watch::Directory configured_part(watch::Directory d, const DirectoryConfig& config) {
  if (!config.organizations.is_on) {
    d.accounts.clear();
    d.units.clear();
    d.accounts_at.reset();
    d.units_at.reset();
  }
  if (!config.identity_store.is_on || d.identity_store != config.identity_store.id) {
    d.users.clear();
    d.users_at.reset();
    d.identity_store.clear();
  }
  if (!config.sso_admin.is_on) {
    d.permission_sets.clear();
    d.permission_sets_at.reset();
  }
  return d;
}

std::shared_ptr<const watch::Directory> kept_directory(const DaemonConfig& config) {
  if (!config.directory.is_on()) return nullptr;
  auto read = load_directory(directory_file(config));
  if (!read) return nullptr;
  return std::make_shared<const watch::Directory>(configured_part(std::move(*read), config.directory));
}

}  // namespace gw::app

#include "app/directory_file.h"

#include <filesystem>

#include "app/io.h"
#include "app/new_file.h"
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
  NewFile file;
  if (file.open(path) && file.write(watch::to_json(directory)) && file.finish()) return ok();
  return Error{Errc::unavailable, path + ": it cannot be written"};
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

// Configuration → the parts of the daemon, ready to be put together. The explicit list of what there is: a new receiver, source or
// store is a line here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/io.h"
#include "base/result.h"
#include "edge/web/web.h"
#include "engine/notify/notifier.h"
#include "engine/notify/routing.h"
#include "engine/pipeline/settings.h"

namespace gw::app {

// Who can be told; without receivers in the configuration alerts go to standard output.
[[nodiscard]] notify::Routes make_routes(const AppConfig& config);
[[nodiscard]] Result<notify::Notifier::Receivers> make_receivers(const AppConfig& config, const Io& io);
[[nodiscard]] notify::Setup make_setup(const AppConfig& config);
// What the pipeline works by. `routes` are those of make_routes(); `directory` holds only what is configured (directory_file.h).
[[nodiscard]] Result<pipeline::SettingsPtr> make_settings(
    const AppConfig& config, const Io& io, const std::shared_ptr<const watch::Directory>& directory = nullptr);
[[nodiscard]] Result<web::Config> make_web(const AppConfig& config, const Io& io);

// The configuration of `serve` and its kin: the file, or GLASSWATCH_CONFIG, or none; then the environment. Complains and
// answers nullopt when it cannot be used.
[[nodiscard]] std::optional<AppConfig> load_daemon_config(const std::string& file, const Io& io);
// The same, telling each mistake to `complain` instead.
[[nodiscard]] std::optional<AppConfig> load_daemon_config(const std::string& file, const Io& io,
                                                          const std::function<void(const std::string&)>& complain);

}  // namespace gw::app

// YAML → DaemonConfig. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include "app/config/daemon.h"

namespace gw::app {

void read_daemon(const YAML::Node& root, DaemonConfig& daemon);

}  // namespace gw::app

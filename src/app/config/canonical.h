// A YAML tree as JSON that depends on its values only. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

namespace gw::app {

// Keys sorted, no spaces, scalars as strings, members without a value left out. False, with `out` cut short, when it would
// be longer than 4 MiB or deeper than 64: aliases may unfold to anything, or into themselves.
[[nodiscard]] bool append_canonical(std::string& out, const YAML::Node& node, unsigned depth = 0);

}  // namespace gw::app

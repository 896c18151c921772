// The rules that a schema cannot say. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "app/config/validate.h"

namespace gw::app {

// Names that occur twice or are missing, windows that end before they begin, ignore rules about everything or nothing, keys
// that a type of receiver or source needs. What is worth knowing but not wrong goes to `notes`.
void check_references(const YAML::Node& root, Validator& validator, std::vector<std::string>& notes);

}  // namespace gw::app

// Reading YAML nodes that may not be what they should be. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>
#include <vector>

namespace gw::app {

inline std::string text_of(const YAML::Node& parent, const char* key) {
  const YAML::Node node = parent[key];
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

inline std::vector<std::string> texts_of(const YAML::Node& parent, const char* key) {
  std::vector<std::string> out;
  const YAML::Node node = parent[key];
  if (!node || !node.IsSequence()) return out;
  for (const auto& item : node) {
    if (item.IsScalar()) out.push_back(item.Scalar());
  }
  return out;
}

// Elements of a list that are mappings.
template <class Use>
void each(const YAML::Node& root, const char* key, Use&& use) {
  const YAML::Node list = root[key];
  if (!list || !list.IsSequence()) return;
  for (const auto& item : list) {
    if (item.IsMap()) use(item);
  }
}

}  // namespace gw::app

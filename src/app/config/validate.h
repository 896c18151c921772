// Holds a YAML document against the schema. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/schema.h"

namespace gw::app {

class Validator {
 public:
  Validator(std::string file, std::vector<Problem>& problems) : file_(std::move(file)), problems_(problems) {}
  void check(const YAML::Node& node, const Schema& schema, const std::string& path);
  void problem(const YAML::Node& node, const std::string& path, std::string message);

 private:
  void object(const YAML::Node& node, const Schema& schema, const std::string& path);
  void scalar(const YAML::Node& node, const Schema& schema, const std::string& path);
  std::string file_;
  std::vector<Problem>& problems_;
  std::size_t visited_ = 0;
};

// The candidate nearest to `word`, when it is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace gw::app

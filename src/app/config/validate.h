// Holds a YAML document against the schema. Internal to this folder.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/config/schema.h"

namespace gw::app {

class Validator {
 public:
  // `text` is what the nodes were made from; it must outlive the Validator.
  Validator(std::string file, std::string_view text, std::vector<Problem>& problems)
      : file_(std::move(file)), text_(text), problems_(problems) {}
  void check(const YAML::Node& node, const Schema& schema, const std::string& path);
  void problem(const YAML::Node& node, const std::string& path, const std::string& message);
  void problem_at(const YAML::Mark& mark, const std::string& path, const std::string& message);
  // False when aliases unfolded to more than was looked at.
  [[nodiscard]] bool saw_all() const;

 private:
  void object(const YAML::Node& node, const Schema& schema, const std::string& path);
  void list(const YAML::Node& node, const Schema& element, const std::string& path);
  void map(const YAML::Node& node, const Schema& schema, const std::string& path);
  void word(const YAML::Node& node, const std::vector<std::string_view>& words, const std::string& path);
  void record_pattern(const YAML::Node& node, const std::string& path);
  void scalar(const YAML::Node& node, const Schema& schema, const std::string& path);
  std::string file_;
  std::string_view text_;
  std::vector<Problem>& problems_;
  std::size_t visited_ = 0;
};

// In backquotes, at most 60 characters, nothing that a terminal would obey.
[[nodiscard]] std::string quoted(std::string_view text);

// What a terminal would obey, and what is no UTF-8, as `?`.
[[nodiscard]] std::string showable(std::string_view text);

// The line and a caret below it, see Problem::excerpt. Runs of letters and digits as long as a token are blotted out; a line
// that names a secret is not shown at all.
[[nodiscard]] std::string excerpt_of(std::string_view text, int line, int column);

// The candidate nearest to `word`, when it is near enough to be meant.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace gw::app

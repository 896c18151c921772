// A first look at a YAML text, before anything is built from it. Internal to this folder.
#pragma once

#include <yaml-cpp/mark.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gw::app {

struct Survey {
  std::size_t documents = 0;  // 0 or 1
  // Why the text must not be loaded, and where.
  struct Damage {
    YAML::Mark mark;
    std::string message;
  };
  std::optional<Damage> damage;
};

// Throws what yaml-cpp throws.
[[nodiscard]] Survey survey_yaml(std::string_view text);

}  // namespace gw::app

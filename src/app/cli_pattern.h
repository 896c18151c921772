// match and pattern, for the parser. Internal to app; only cli.cpp includes it, as CLI11 is slow to compile.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "app/io.h"

namespace gw::app {

class PatternCommands {
 public:
  explicit PatternCommands(CLI::App& app);
  ~PatternCommands();
  // Runs the one that was parsed; nullopt when it was none of these.
  [[nodiscard]] std::optional<int> run(const Io& io) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::app

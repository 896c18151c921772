// What a configuration allows that may not be what was meant: for the log at the start and after a reload. Internal to app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"

namespace gw::app {

struct Doubt {
  std::string_view message;
  std::string_view key;  // of `value`; empty: there is none
  std::string value;
};
[[nodiscard]] std::vector<Doubt> doubts_of(const AppConfig& config);

// `host:port`, `[v6]:port`.
struct ListenAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};
[[nodiscard]] std::optional<ListenAddress> parse_listen(const std::string& listen);

}  // namespace gw::app

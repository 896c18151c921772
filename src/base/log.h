// Log lines on standard error: one event, one line, whatever its values hold.
//
// Values are written by attackers as often as not: in JSON they are escaped, in text made visible (base/neutralise.h). Secrets
// and raw records never go in. Safe from any thread; a line is written by one write().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace gw {

class Log {
 public:
  enum class Format : std::uint8_t { text, json };
  enum class Level : std::uint8_t { debug, info, warning, error };
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Log(int fd, Format format, Level least = Level::info) : fd_(fd), format_(format), least_(least) {}

  // `message` is ours, a sentence; what varies goes into `fields`.
  void write(Level level, Time now, std::string_view message, Fields fields = {}) const;

 private:
  int fd_;
  Format format_;
  Level least_;
};

}  // namespace gw

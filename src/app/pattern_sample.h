// Which records of a sample the patterns of watches match, for `config check --sample`. Internal to app.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/io.h"
#include "domain/watch/config.h"

namespace gw::app {

struct Sample {
  std::map<std::string, std::string> lines;  // by the watch's name: how many of how many, and which, for people
  bool unreadable = false;                   // some input could not be read, or was quarantined: it was told
};

// `watches` are good ones (check_whole); paths are read as `scan` reads them.
[[nodiscard]] Sample read_sample(const std::vector<watch::Watch>& watches, const std::vector<std::string>& paths,
                                 const Io& io);

}  // namespace gw::app

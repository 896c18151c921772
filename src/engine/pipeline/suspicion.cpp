#include "engine/pipeline/suspicion.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/glob.h"
#include "engine/pipeline/batch.h"

namespace gw::pipeline {
namespace {

// With the quote in front: the paths of roles hold such names as well.
constexpr std::string_view kSources[] = {"\"sso.amazonaws.com", "\"signin.amazonaws.com", "\"signin.amazon.com",
                                         "\"sts.amazonaws.com"};
constexpr std::size_t kMinStem = 4;
// Of globs that say nothing else; every record holds them.
constexpr std::string_view kCommon[] = {"user", "role", "assumed-role", "amazonaws"};

bool holds(std::string_view text, std::string_view what) {
  if (text.empty()) return false;  // and may be null, which memmem() must not see
  return ::memmem(text.data(), text.size(), what.data(), what.size()) != nullptr;
}

}  // namespace

Suspicion::Suspicion(const watch::WatchSet& watches) {
  const auto add = [&](const std::vector<std::string>& globs) {
    for (const std::string& glob : globs) {
      std::string stem = glob_stem(glob);
      if (stem.size() >= kMinStem && std::find(std::begin(kCommon), std::end(kCommon), stem) == std::end(kCommon))
        literals_.push_back(std::move(stem));
    }
  };
  const watch::Config& config = watches.config();
  for (const watch::Watch& watch : config.watches) {
    add(watch.roles);
    add(watch.principals);
  }
  for (const watch::Watch& watch : watch::builtin_watches()) {
    const auto change = config.builtin.find(watch.name.substr(watch.name.find('/') + 1));
    if (change != config.builtin.end() && change->second.disabled) continue;
    add(watch.roles);
    add(watch.principals);
  }
}

std::string_view Suspicion::of(std::string_view text) const {
  for (const std::string_view source : kSources) {
    if (holds(text, source)) return "it names a service of sign-ins";
  }
  for (const std::string& literal : literals_) {
    if (holds(text, literal)) return "it holds a word of a watch";
  }
  return {};
}

std::string head_of(const std::string& path, std::size_t& size) {
  std::string head(kMaxPayload, '\0');
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  size = in ? static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0)) : 0;
  in.seekg(0);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return head;
}

}  // namespace gw::pipeline

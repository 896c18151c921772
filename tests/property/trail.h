// Records to deliver: as texts, each with the time at which it happened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/watch/config.h"

namespace gw::property {

struct Source {
  std::vector<std::string> records;  // in the order of their times
  watch::Config config;
};

// The bundled sample trail, with its configuration.
[[nodiscard]] Source sample_trail();
// A made organization: people who come through the portal and the command line and renew, role chains, copies of cross-account
// calls, root, emergency users, failures, tampering, and noise. The same for the same seed. No two people enter one role
// within five seconds, where the order of arrival may show (domain/session/README.md).
[[nodiscard]] Source organization(std::uint64_t seed);

}  // namespace gw::property

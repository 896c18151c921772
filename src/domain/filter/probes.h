// Records that a configuration needs, made up: one for each event that detection knows, each role and each person that a watch names.
// A filter that lets them through and what the configuration needs are compared by them. Pure, and the same for the same
// configuration.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "domain/filter/render.h"
#include "domain/pattern/pattern.h"
#include "domain/watch/config.h"

namespace gw::filter {

struct Probe {
  std::string what;    // for people: "AssumeRole into BreakGlassAdmin"
  std::string record;  // CloudTrail's JSON
  bool read_only = false;
};

// Each of them is a break-glass access of the configuration, or a call by somebody who is watched. Errors are those of
// WatchSet::compile().
[[nodiscard]] Result<std::vector<Probe>> needed_probes(const watch::Config& config);
// What nobody needs, of an ordinary day.
[[nodiscard]] std::vector<Probe> ordinary_probes();

// Whether a pattern of a feed lets the record through: asked of the event around it in the language of EventBridge.
[[nodiscard]] bool lets_through(const pattern::Pattern& pattern, const std::string& record);

}  // namespace gw::filter

// What both property tests run.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/property/trail.h"
#include "tests/property/world.h"

namespace gw::property {

inline std::vector<Plan> plans(std::uint64_t seed) {
  return {
      {seed, false, 7, 0.3, 0, false, false, false},
      {seed, true, 40, 0, 0, false, false, false},
      {seed, true, 10, 0.2, 0.5, true, false, false},
      {seed, true, 25, 0.2, 0.3, true, true, true},
  };
}

inline void expect_the_same(const Source& source, std::uint64_t seed, Time now) {
  const Outcome expected = deliver(source.records, source.config, {}, now);
  EXPECT_FALSE(expected.events.empty());
  int number = 0;
  for (const Plan& plan : plans(seed)) {
    const Outcome got = deliver(source.records, source.config, plan, now);
    const std::string text = difference(expected, got);
    EXPECT_TRUE(text.empty()) << "seed " << seed << ", plan " << number << ": " << text;
    ++number;
  }
}

}  // namespace gw::property

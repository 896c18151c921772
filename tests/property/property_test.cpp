// Sessions, joins, totals and reached facts are the same for any order, batching, duplication and split over feeds; the books
// balance after each delivery.
#include <gtest/gtest.h>

#include "tests/property/trail.h"
#include "tests/property/world.h"

namespace gw::property {
namespace {

Time after_all(const char* text) { return *parse_time(text); }

std::vector<Plan> plans(std::uint64_t seed) {
  return {
      {seed, false, 7, 0.3, 0, false, false, false},
      {seed, true, 40, 0, 0, false, false, false},
      {seed, true, 10, 0.2, 0.5, true, false, false},
      {seed, true, 25, 0.2, 0.3, true, true, true},
  };
}

void expect_the_same(const Source& source, std::uint64_t seed, Time now) {
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

TEST(Property, MadeOrganizations) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    expect_the_same(organization(seed), seed, after_all("2026-07-03T00:00:00Z"));
}

TEST(Property, TheSampleTrail) { expect_the_same(sample_trail(), 1, after_all("2026-09-20T00:00:00Z")); }

}  // namespace
}  // namespace gw::property

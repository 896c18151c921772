// The same as property_test.cpp, for many more.
#include "tests/property/plans.h"

namespace gw::property {
namespace {

TEST(PropertySlow, MadeOrganizations) {
  for (std::uint64_t seed = 100; seed < 300; ++seed)
    expect_the_same(organization(seed), seed, *parse_time("2026-07-03T00:00:00Z"));
}

TEST(PropertySlow, TheSampleTrail) {
  const Source trail = sample_trail();
  for (std::uint64_t seed = 100; seed < 120; ++seed) expect_the_same(trail, seed, *parse_time("2026-09-20T00:00:00Z"));
}

}  // namespace
}  // namespace gw::property

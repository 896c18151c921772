// Sessions, joins, totals and reached facts are the same for any order, batching, duplication and split over feeds; the books
// balance after each delivery.
#include <gtest/gtest.h>

#include "tests/property/plans.h"

namespace gw::property {
namespace {

TEST(Property, MadeOrganizations) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    expect_the_same(organization(seed), seed, *parse_time("2026-07-03T00:00:00Z"));
}

TEST(Property, TheSampleTrail) { expect_the_same(sample_trail(), 1, *parse_time("2026-09-20T00:00:00Z")); }

}  // namespace
}  // namespace gw::property

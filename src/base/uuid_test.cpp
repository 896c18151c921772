#include "base/uuid.h"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Uuid7, HoldsTimeVersionAndVariant) {
  // RFC 9562, appendix A.6.
  EXPECT_EQ(uuid7(Time{1645557742000LL * 1000}, 0xCC3, 0x18C4DC0C0C07398F), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid7, SortsByTime) {
  EXPECT_LT(uuid7(Time{1'000'000}, ~0ull, ~0ull), uuid7(Time{1'001'000}, 0, 0));
  EXPECT_NE(random_uuid7(Time{5}), random_uuid7(Time{5}));
}

}  // namespace
}  // namespace gw

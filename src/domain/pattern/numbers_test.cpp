#include "domain/pattern/numbers.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

bool comparable(const char* text) { return is_comparable(text, std::strtod(text, nullptr)); }

TEST(Numbers, ComparableWhereADoubleSaysWhatIsWritten) {
  for (const char* text :
       {"0", "-0", "0.0e5", "1", "300", "3.0e2", "-4e-8", "0.1", "0.00000033", "123456789012", "1E22",
        "27.807807921694092", "1000000000000000000000", "5e-324", "1.50", "9007199254740992"})
    EXPECT_TRUE(comparable(text)) << text;
  for (const char* text : {"1e309", "-2.0e422", "9007199254740993", "0.1000000000000000055511151231257827", "1e-400",
                           "12345678901234567891", "1e99999999999999999999", "1e-99999999999999999999"})
    EXPECT_FALSE(comparable(text)) << text;
}

}  // namespace
}  // namespace gw::pattern

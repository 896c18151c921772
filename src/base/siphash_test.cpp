#include "base/siphash.h"

#include <gtest/gtest.h>

#include <string>

namespace gw {
namespace {

TEST(SipHash, AnswersTheVectorsOfThePaper) {
  const SipKey key{0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull};
  std::string text;
  for (char c = 0; c < 15; ++c) text.push_back(c);
  EXPECT_EQ(siphash(key, text), 0xa129ca6149be45e5ull);
  EXPECT_EQ(siphash(key, ""), 0x726fdb47dd0e0e31ull);
}

}  // namespace
}  // namespace gw

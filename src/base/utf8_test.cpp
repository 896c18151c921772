#include "base/utf8.h"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Utf8, EveryCodePointComesBack) {
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const Utf8Char got = next_utf8(text, 0);
    ASSERT_TRUE(got.valid) << c;
    ASSERT_EQ(got.code_point, c);
    ASSERT_EQ(got.length, text.size());
  }
}

TEST(Utf8, DamageIsOneByteLong) {
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    const Utf8Char got = next_utf8(text, 0);
    EXPECT_FALSE(got.valid) << text;
    EXPECT_EQ(got.length, 1) << text;
  }
}

TEST(Utf8, KnowsWhatMustNotBeShown) {
  for (const std::uint32_t c : {0x1Bu, 0x7Fu, 0x85u, 0x202Eu, 0x2066u, 0x200Bu, 0x2028u, 0xFEFFu, 0xE0041u}) {
    EXPECT_TRUE(is_unsafe_to_show(c)) << c;
  }
  for (const std::uint32_t c : {0x20u, 0x41u, 0xE9u, 0x4E2Du, 0x1F534u}) EXPECT_FALSE(is_unsafe_to_show(c)) << c;
}

}  // namespace
}  // namespace gw

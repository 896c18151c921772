#include "domain/pattern/letter_case.h"

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

bool same(std::string_view operand, std::string_view text) {
  return matches_ignoring_case(operand, text, Anchor::whole);
}

TEST(LetterCase, EachCharacterStandsForItsTwoCases) {
  EXPECT_TRUE(same("AbC", "aBc"));
  EXPECT_FALSE(same("abc", "abcd"));
  EXPECT_TRUE(same("ÄÖß", "äöß"));
  EXPECT_TRUE(same("straße", "STRASSE"));
  EXPECT_FALSE(same("strasse", "STRAßE"));  // no symmetric relation
  EXPECT_TRUE(same("ⱥ", "Ⱥ"));              // two bytes and three
  EXPECT_TRUE(same("Ⱥ", "ⱥ"));
  EXPECT_TRUE(same("Привет", "ПРИВЕТ"));
  EXPECT_TRUE(same("\u03b0", "\u03a5\u0308\u0301"));
  EXPECT_TRUE(same("ǆ", "Ǆ"));
  EXPECT_FALSE(same("k", "\xE2\x84\xAA"));  // the Kelvin sign
  EXPECT_TRUE(same("😀x", "😀X"));
}

TEST(LetterCase, AtEitherEnd) {
  EXPECT_TRUE(matches_ignoring_case("US-", "us-east-1", Anchor::front));
  EXPECT_FALSE(matches_ignoring_case("US-", "eu-us-", Anchor::front));
  EXPECT_TRUE(matches_ignoring_case(".PNG", "a.pnG", Anchor::back));
  EXPECT_TRUE(matches_ignoring_case("ß", "groSS", Anchor::back));
  EXPECT_TRUE(matches_ignoring_case("Ⱥ", "ⱥbc", Anchor::front));
  EXPECT_FALSE(matches_ignoring_case("Ⱥx", "ⱥ", Anchor::front));
  EXPECT_TRUE(matches_ignoring_case("", "x", Anchor::back));
}

}  // namespace
}  // namespace gw::pattern

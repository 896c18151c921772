#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace gw {
namespace {

// The obvious recursive definition, as the oracle.
bool naive(std::string_view p, std::string_view t) {
  if (p.empty()) return t.empty();
  if (p[0] == '*') return naive(p.substr(1), t) || (!t.empty() && naive(p, t.substr(1)));
  if (t.empty()) return false;
  return (p[0] == '?' || p[0] == t[0]) && naive(p.substr(1), t.substr(1));
}

TEST(Glob, AgreesWithTheDefinitionOnAllSmallCases) {
  const std::string pattern_chars = "ab*?";
  const std::string text_chars = "ab";
  std::vector<std::string> patterns = {""};
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < patterns.size() && patterns[i].size() < 5; ++i) {
    for (const char c : pattern_chars) patterns.push_back(patterns[i] + c);
  }
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < 5; ++i) {
    for (const char c : text_chars) texts.push_back(texts[i] + c);
  }
  for (const auto& p : patterns) {
    for (const auto& t : texts) ASSERT_EQ(glob_match(p, t), naive(p, t)) << p << " on " << t;
  }
}

TEST(Glob, EscapesAndCase) {
  EXPECT_TRUE(glob_match("a\\*b", "a*b"));
  EXPECT_FALSE(glob_match("a\\*b", "axb"));
  EXPECT_FALSE(glob_match("breakglass*", "BreakGlassAdmin"));
  EXPECT_TRUE(glob_match("arn:aws:iam::*:user/breakglass/*", "arn:aws:iam::111122223333:user/breakglass/a"));
  EXPECT_TRUE(glob_is_literal("a\\*b"));
  EXPECT_FALSE(glob_is_literal("a*"));
}

TEST(Glob, StemIsTheLongestPlainRun) {
  EXPECT_EQ(glob_stem("BreakGlass*"), "BreakGlass");
  EXPECT_EQ(glob_stem("arn:aws:iam::*:user/breakglass/*"), "breakglass");
  EXPECT_EQ(glob_stem("*"), "");
  EXPECT_EQ(glob_stem("a?bcd*x"), "bcd");
}

TEST(GlobSet, MatchesAsItsGlobsDo) {
  const std::vector<std::string> patterns = {"Break*", "*:user*/Emergency?dmin*", "a\\*b", "*", "", "?-x"};
  const std::vector<std::string> texts = {
      "BreakGlass", "arn:aws:iam::1:user/ops/EmergencyAdmin-1", "a*b", "axb", "", "q-x", "Bre"};
  for (const std::string& pattern : patterns) {
    for (const std::string& other : patterns) {
      for (const std::string& text : texts) {
        EXPECT_EQ(GlobSet({pattern, other}).matches(text), glob_match(pattern, text) || glob_match(other, text))
            << pattern << " " << other << " " << text;
      }
    }
  }
  EXPECT_FALSE(GlobSet().matches(""));
}

}  // namespace
}  // namespace gw

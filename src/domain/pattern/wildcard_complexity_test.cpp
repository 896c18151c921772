// The figures are those of the engine's own tests, where the quotes around a value, which count here, change nothing.
#include "domain/pattern/wildcard_complexity.h"

#include <gtest/gtest.h>

#include "domain/pattern/eventbridge.h"

namespace gw::pattern {
namespace {

std::size_t complexity(std::vector<std::string> wildcards) {
  std::vector<std::vector<std::string>> lists;
  for (std::string& one : wildcards) lists.push_back({std::move(one)});
  return wildcard_complexity(std::move(lists), 100);
}

TEST(WildcardComplexity, OfOne) {
  EXPECT_EQ(complexity({"abc"}), 1U);
  EXPECT_EQ(complexity({"*ab"}), 2U);
  EXPECT_EQ(complexity({"*aa"}), 3U);
  EXPECT_EQ(complexity({"a*bb"}), 3U);
  EXPECT_EQ(complexity({"a*bbb"}), 4U);
  EXPECT_EQ(complexity({"*ab*ad"}), 4U);
  EXPECT_EQ(complexity({"*aba*"}), 4U);
  EXPECT_EQ(complexity({"a*b*bb"}), 5U);
  EXPECT_EQ(complexity({"*ab*b*b*"}), 7U);
  EXPECT_EQ(complexity({"*a*a*a*a*a*a*a*a*"}), 17U);
  EXPECT_EQ(complexity({"*:*:*:*:*:event-bus/*"}), 11U);
}

TEST(WildcardComplexity, OfSeveral) {
  EXPECT_EQ(complexity({"*", "ab*c"}), 4U);
  EXPECT_EQ(complexity({"*abc", "*abcde"}), 4U);
  EXPECT_EQ(complexity({"a*aaa", "aa*aa"}), 7U);
  EXPECT_EQ(complexity({"abc*", "abcde*"}), 4U);
  EXPECT_EQ(complexity({"ab*cd", "ab*wx", "ab*yz"}), 6U);
  EXPECT_EQ(complexity({"ab*c", "ab*c"}), 2U);
  EXPECT_EQ(wildcard_complexity({{"*foo*", "*bar*"}}, 100), 4U);
}

TEST(WildcardComplexity, IsBounded) {
  EXPECT_EQ(wildcard_complexity({{std::string(30, 'a') + "*" + std::string(1000, 'a')}}, 10), 10U);
  std::string many = "*";
  for (int i = 0; i < 500; ++i) many += static_cast<char>('a' + i * 7 % 26);
  EXPECT_LE(wildcard_complexity({{many}}, 10), 10U);
}

TEST(WildcardComplexity, IsALimitOfPatterns) {
  constexpr std::string_view kTooMuch = R"({"a":[{"wildcard":"*:*:*:*:*:event-bus/*"}]})";
  const auto parsed = parse_event_pattern(kTooMuch);
  ASSERT_TRUE(std::holds_alternative<PatternError>(parsed));
  EXPECT_NE(std::get<PatternError>(parsed).message.find("wildcards on \"a\""), std::string::npos);
  EventLimits lifted;
  lifted.lifted = true;
  EXPECT_TRUE(std::holds_alternative<EventPattern>(parse_event_pattern(kTooMuch, lifted)));
}

}  // namespace
}  // namespace gw::pattern

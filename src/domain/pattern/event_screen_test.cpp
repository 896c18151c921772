#include "domain/pattern/event_screen.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace gw::pattern {
namespace {

EventPattern pattern_of(const std::string& text) { return std::get<EventPattern>(parse_event_pattern(text)); }

std::vector<Literals> choices_of(std::initializer_list<std::string> patterns) {
  ScreenTexts texts;
  for (const std::string& text : patterns) texts.add(pattern_of(text));
  return std::move(texts).build();
}

const std::string kBoth = R"({"detail":{"eventName":["AssumeRole"],"eventSource":["sts.amazonaws.com"]}})";

std::string event(const std::string& name, const std::string& source) {
  return R"({"detail":{"eventName":")" + name + R"(","eventSource":")" + source + R"("}})";
}

unsigned let_through(EventScreen& screen, const std::string& text, unsigned times) {
  unsigned out = 0;
  for (unsigned i = 0; i < times; ++i) out += screen.may_match(text) ? 1 : 0;
  return out;
}

TEST(EventScreen, OneRareTextIsEnoughToLeaveAnEventOut) {
  const auto choices = choices_of({kBoth});
  EventScreen screen(choices);
  EXPECT_FALSE(screen.may_match(event("GetObject", "sts.amazonaws.com")));
  EXPECT_TRUE(screen.may_match(event("AssumeRole", "sts.amazonaws.com")));
}

TEST(EventScreen, GoesOverToTheTextThatIsRareInTheseEvents) {
  const auto choices = choices_of({kBoth});
  EventScreen screen(choices);
  const std::string other_source = event("AssumeRole", "signin.amazonaws.com");
  EXPECT_GT(let_through(screen, other_source, 1'000), 200U);
  EXPECT_EQ(let_through(screen, other_source, 1'000), 0U);
  EXPECT_TRUE(screen.may_match(event("AssumeRole", "sts.amazonaws.com")));
}

TEST(EventScreen, ComesBackWhenTheEventsChange) {
  const auto choices = choices_of({kBoth});
  EventScreen screen(choices);
  const std::string other_source = event("AssumeRole", "signin.amazonaws.com");
  const std::string other_name = event("GetCallerIdentity", "sts.amazonaws.com");
  (void)let_through(screen, other_source, 1'000);
  (void)let_through(screen, other_name, 200'000);
  EXPECT_EQ(let_through(screen, other_name, 1'000), 0U);
}

TEST(EventScreen, LetsThroughWhatHoldsAllHoweverCommonItIs) {
  const auto choices = choices_of({kBoth});
  EventScreen screen(choices);
  const std::string text = event("AssumeRole", "sts.amazonaws.com");
  EXPECT_EQ(let_through(screen, text, 50'000), 50'000U);
}

TEST(EventScreen, LetsThroughWhatMayBeEscaped) {
  const auto choices = choices_of({kBoth});
  EventScreen screen(choices);
  EXPECT_TRUE(screen.may_match(event("\\u0041ssumeRole", "sts.amazonaws.com")));
}

TEST(EventScreen, OfSeveralPatternsEachIsLetThrough) {
  const auto choices = choices_of({kBoth, R"({"detail":{"eventName":["Federate"]}})"});
  EventScreen screen(choices);
  EXPECT_TRUE(screen.may_match(event("Federate", "sso.amazonaws.com")));
  EXPECT_TRUE(screen.may_match(event("AssumeRole", "sts.amazonaws.com")));
  EXPECT_FALSE(screen.may_match(event("GetObject", "s3.amazonaws.com")));
}

TEST(EventScreen, SaysNothingWhereAPatternHasNoText) {
  const auto choices = choices_of({kBoth, R"({"detail":{"errorCode":[{"exists":true}]}})"});
  EventScreen screen(choices);
  EXPECT_TRUE(choices.empty());
  EXPECT_TRUE(screen.may_match("{}"));
}

}  // namespace
}  // namespace gw::pattern

#include "domain/pattern/decisions.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

TEST(Decisions, AreTheTableOfTheDocs) {
  std::ifstream page(std::string(GW_SOURCE_DIR) + "/docs/patterns.md");
  ASSERT_TRUE(page);
  std::string rows;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| CloudWatch Logs |") || line.starts_with("| EventBridge |")) rows += line + "\n";
  std::string wanted;
  for (const Decision& one : decisions())
    wanted +=
        "| " + std::string(one.language) + " | " + std::string(one.question) + " | " + std::string(one.answer) + " |\n";
  EXPECT_EQ(rows, wanted);
}

std::string first_words(std::string_view text) {
  const auto parsed = parse_pattern(text);
  const auto* pattern = std::get_if<Pattern>(&parsed);
  if (pattern == nullptr) return "refused";
  std::string out;
  for (const Decision* one : decisions_on(*pattern)) out += std::string(one->question.substr(0, 18)) + ";";
  return out;
}

TEST(Decisions, OnlyThoseThatBearOnThePattern) {
  EXPECT_EQ(first_words("{ $.a NOT EXISTS }"), "does `NOT EXISTS` ;");
  EXPECT_EQ(first_words("ERROR"), "does a term need w;what may a term wi;");
  EXPECT_EQ(first_words("[a = x, b]"), "what characters ma;does the last fiel;");
  EXPECT_EQ(first_words(R"({"a":[1]})"), "are `300`, `300.0`;of two equal keys,;is the key `\"a.b\"`;");
  EXPECT_EQ(first_words(R"({"a":[{"exists":false}]})"), "of two equal keys,;is the key `\"a.b\"`;must `exists: fals;");
}

TEST(Pattern, TheLanguageIsRecognised) {
  const auto is_event = [](std::string_view text, PatternOptions options = {}) {
    const auto parsed = parse_pattern(text, options);
    return std::holds_alternative<Pattern>(parsed) && std::get<Pattern>(parsed).event() != nullptr;
  };
  EXPECT_TRUE(is_event(" {\n \"a\": [1] }"));
  EXPECT_FALSE(is_event("{ $.a = 1 }"));
  EXPECT_FALSE(is_event("[a, b]"));
  EXPECT_FALSE(is_event("\"a\""));
  EXPECT_TRUE(is_event(R"({"a":[1]})", {.syntax = Syntax::eventbridge}));
  EXPECT_FALSE(is_event(R"({"a":[1]})", {.syntax = Syntax::cloudwatch}));
}

}  // namespace
}  // namespace gw::pattern

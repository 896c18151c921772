// The cases of ../shared/data/patterns, where those files are at hand: every answer is AWS's or that of its own engine.
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/eventbridge.h"

namespace gw::pattern {
namespace {

const std::string kFolder = std::string(GW_SOURCE_DIR) + "/../shared/data/patterns/";

// The exact text of a value of a case: `<name>_text` where given, else the JSON under `name`.
std::string text_of(const json::Value& row, const std::string& name) {
  const json::Value text = row[name + "_text"];
  return std::string(text.is_string() ? text.text() : row[name].raw());
}

TEST(Patterns, EventBridgeCases) {
  std::ifstream file(kFolder + "eventbridge.jsonl");
  if (!file) GTEST_SKIP() << "the cases are not at hand: " << kFolder;
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    // Beside the exact text of a number beyond a double stands what a lenient writer made of it.
    if (const std::size_t at = line.find("Infinity"); at != std::string::npos && line.find("pattern_text") != line.npos)
      line.replace(at, 8, "0");
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << doc.damage().reason;
    const json::Value row = doc.root();
    SCOPED_TRACE(row["id"].text());
    ++rows;
    const std::string pattern = text_of(row, "pattern");
    const auto parsed = parse_event_pattern(pattern);
    const auto* error = std::get_if<PatternError>(&parsed);
    if (row["matches"].is_missing()) {
      EXPECT_NE(error, nullptr) << "accepted: " << pattern;
      continue;
    }
    ASSERT_EQ(error, nullptr) << pattern << '\n' << error->text();
    const std::string event = text_of(row, "event");
    EXPECT_EQ(matches(std::get<EventPattern>(parsed), event), row["matches"].boolean().value_or(false))
        << pattern << '\n'
        << event;
  }
  EXPECT_GT(rows, 0);
}

TEST(Patterns, CloudWatchCases) {
  std::ifstream file(kFolder + "cloudwatch.jsonl");
  if (!file) GTEST_SKIP() << "the cases are not at hand: " << kFolder;
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << doc.damage().reason;
    const json::Value row = doc.root();
    SCOPED_TRACE(row["id"].text());
    ++rows;
    const std::string pattern(row["pattern"].text());
    const auto parsed = parse_log_pattern(pattern);
    const auto* error = std::get_if<PatternError>(&parsed);
    if (row["invalid"].boolean().value_or(false)) {
      EXPECT_NE(error, nullptr) << "accepted: " << pattern;
      continue;
    }
    ASSERT_EQ(error, nullptr) << pattern << '\n' << error->text();
    const std::string message(row["message"].text());
    EXPECT_EQ(matches(std::get<LogPattern>(parsed), message), row["matches"].boolean().value_or(false))
        << pattern << '\n'
        << message;
  }
  EXPECT_GT(rows, 0);
}

}  // namespace
}  // namespace gw::pattern

#include "base/json/structure.h"

#include <gtest/gtest.h>

#include <simdjson.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace gw::json::internal {
namespace {

struct Found {
  StructureDamage damage = StructureDamage::none;
  std::vector<std::uint32_t> positions;
  std::string characters;
  bool spaced = false;
};

Found find(const std::string& text) {
  std::vector<std::uint32_t> positions(text.size() + Structure::kSlack);
  std::vector<char> characters(text.size() + Structure::kSlack);
  std::vector<std::uint32_t> escapes(text.size() / 64 + 2);
  Structure structure;
  structure.positions = positions.data();
  structure.characters = characters.data();
  structure.escapes = escapes.data();
  Found found;
  found.damage = find_structure()(text.data(), text.size(), structure);
  positions.resize(structure.count);
  found.positions = positions;
  found.characters.assign(characters.data(), structure.count);
  found.spaced = structure.spaced;
  return found;
}

class StructureTest : public testing::Test {
 protected:
  void SetUp() override {
    if (find_structure() == nullptr) GTEST_SKIP() << "no variant for this processor";
  }
};

// Random texts of what matters to the first stage, valid JSON or not.
TEST_F(StructureTest, EqualsSimdjson) {
  std::mt19937 random(21);
  constexpr std::string_view kPieces[] = {
      "{",          "}",        "[",   "]",  ":", ",",  "\"",   "\\",
      "\\\"",       "\\\\",     " ",   "\n", "a", "12", "true", "\"key\":\"value\",",
      "\"\":[{}],", "\xC3\xA9", "\x0C"};
  int good = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t pieces = random() % 60;
    const std::size_t kinds = round % 2 == 0 ? std::size(kPieces) : 6;
    for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % 4 == 0 ? 15 + random() % 2 : random() % kinds];
    if (text.empty()) continue;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
    ASSERT_EQ(simdjson::get_active_implementation()->create_dom_parser_implementation(text.size() + 64, 64, parser),
              simdjson::SUCCESS);
    const simdjson::padded_string padded(text);
    const auto error = parser->stage1(reinterpret_cast<const std::uint8_t*>(padded.data()), text.size(),
                                      simdjson::stage1_mode::regular);
    const Found found = find(text);
    EXPECT_EQ(found.damage == StructureDamage::unclosed_string, error == simdjson::UNCLOSED_STRING) << text;
    if (found.damage != StructureDamage::none || (error != simdjson::SUCCESS && error != simdjson::EMPTY)) continue;
    ++good;
    ASSERT_EQ(found.positions.size(), parser->n_structural_indexes) << text;
    for (std::size_t i = 0; i < found.positions.size(); ++i) {
      ASSERT_EQ(found.positions[i], parser->structural_indexes[i]) << text;
      ASSERT_EQ(found.characters[i], text[found.positions[i]]) << text;
    }
  }
  EXPECT_GT(good, 1000);
}

TEST_F(StructureTest, KnowsWhiteSpaceBetweenCharacters) {
  for (std::size_t size = 1; size < 200; ++size) {
    const std::string plain = "{\"" + std::string(size, ' ') + "\":1}";
    EXPECT_FALSE(find(plain).spaced) << size;
    EXPECT_TRUE(find(plain + " ").spaced) << size;
    EXPECT_TRUE(find("\n" + plain).spaced) << size;
    EXPECT_TRUE(find("{ \"" + std::string(size, 'x') + "\":1}").spaced) << size;
  }
}

}  // namespace
}  // namespace gw::json::internal

#include "base/json/doc.h"

#include <gtest/gtest.h>

#include <simdjson.h>

#include <random>
#include <string>

#include "base/json/write.h"

namespace gw::json {
namespace {

using std::string_literals::operator""s;

bool accepts(std::string_view text) {
  Doc doc;
  return doc.parse(text);
}

TEST(Json, ReadsValuesOfEveryType) {
  Doc doc;
  ASSERT_TRUE(doc.parse(R"( {"s":"x","n":-1.5e3,"t":true,"f":false,"z":null,"a":[1,[],{}],"o":{"k":""}} )"));
  const Value root = doc.root();
  EXPECT_EQ(root["s"].text(), "x");
  EXPECT_EQ(root["n"].raw(), "-1.5e3");
  EXPECT_EQ(root["t"].boolean(), true);
  EXPECT_EQ(root["f"].boolean(), false);
  EXPECT_EQ(root["z"].type(), Type::null);
  EXPECT_EQ(root["a"].size(), 3u);
  EXPECT_EQ(root["a"].raw(), "[1,[],{}]");
  EXPECT_EQ(root["o"]["k"].string(), "");
  EXPECT_TRUE(root["absent"].is_missing());
  EXPECT_TRUE(root["s"]["not an object"].is_missing());
  EXPECT_EQ(root["z"].string(), std::nullopt);
}

// Trap: lookups that compare raw key bytes do not find "event\u004eame".
TEST(Json, EscapedKeysAreFoundByTheirMeaning) {
  Doc doc;
  ASSERT_TRUE(doc.parse(R"({"event\u004eame":"Feder\u0061te"})"));
  EXPECT_EQ(doc.root()["eventName"].text(), "Federate");
}

// Trap: which of two equal keys wins depends on the order of reading.
TEST(Json, TheLastOfDuplicateKeysWinsAlways) {
  Doc doc;
  ASSERT_TRUE(doc.parse(R"({"a":1,"b":2,"\u0061":3})"));
  EXPECT_EQ(doc.root()["b"].raw(), "2");
  EXPECT_EQ(doc.root()["a"].raw(), "3");
  EXPECT_EQ(doc.root().occurrence("a", 0).raw(), "1");
  EXPECT_EQ(doc.root().occurrence("a", 1).raw(), "3");
  EXPECT_TRUE(doc.root().occurrence("a", 2).is_missing());
  EXPECT_TRUE(doc.root().has_duplicate_keys());
  ASSERT_TRUE(doc.parse(R"({"a":1,"b":{"a":2}})"));
  EXPECT_FALSE(doc.root().has_duplicate_keys());
}

// Trap: skipped values are not validated.
TEST(Json, EveryValueIsValidated) {
  for (const char* text : {R"({"a":tru,"b":2})",
                           R"({"a":01})",
                           R"({"a":1.})",
                           R"({"a":.5})",
                           R"({"a":+1})",
                           R"({"a":1e})",
                           R"({"a":Infinity})",
                           R"({"a":"\x"})",
                           R"({"a":"\u12"})",
                           R"({"a":"b"c})",
                           R"({"a" "b"})",
                           R"({"a":1,})",
                           R"([1,])",
                           R"([1 2])",
                           R"({'a':1})",
                           R"({"a":1)",
                           R"([)",
                           R"({"a":})",
                           R"({,})",
                           R"([,1])",
                           R"({"a"})",
                           R"({1:2})",
                           "[1]]",
                           "[1]x",
                           "{}{}",
                           "",
                           " ",
                           "\"abc",
                           "nul",
                           "-",
                           "--1",
                           "[\"a\nb\"]",
                           "[1}",
                           "{\"a\":1]",
                           ":",
                           ",",
                           "\"a\":1",
                           "true false"}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
  for (const char* text : {"0", "-0", "1e400", "1E-400", "-9223372036854775809", R"("")", "[]", "{}", "[[[]]]", "true",
                           R"("\u0000")", R"(["\/"])", " \t\r\n1 "}) {
    EXPECT_TRUE(accepts(text)) << text;
  }
}

// Trap: lone surrogates give an error when read; here they never do, and what comes out is UTF-8.
TEST(Json, LoneSurrogatesBecomeTheReplacementCharacter) {
  Doc doc;
  ASSERT_TRUE(doc.parse(R"(["\ud83d\ude00","\ud83d","\ude00\ud83d","\ud83dx","\u0000"])"));
  std::vector<std::string> got;
  for (Value v = doc.root().first_child(); !v.is_missing(); v = v.next_sibling()) got.emplace_back(v.text());
  EXPECT_EQ(got, (std::vector<std::string>{"\xF0\x9F\x98\x80", "\xEF\xBF\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD",
                                           "\xEF\xBF\xBDx", "\0"s}));
}

TEST(Json, InvalidUtf8IsNamedWithItsOffset) {
  Doc doc;
  ASSERT_FALSE(doc.parse("[\"ab\xED\xA0\x80\"]"));
  EXPECT_EQ(doc.damage().reason, "invalid UTF-8");
  EXPECT_EQ(doc.damage().offset, 4u);
}

TEST(Json, DepthAndNumberOfValuesAreBounded) {
  Doc doc;
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  ASSERT_FALSE(doc.parse(deep));
  EXPECT_EQ(doc.damage().reason, "nested too deeply");
  EXPECT_TRUE(doc.parse(std::string(256, '[') + std::string(256, ']')));
  EXPECT_FALSE(doc.parse(std::string(257, '[') + std::string(257, ']')));
  std::string wide = "[0";
  for (int i = 0; i < 70000; ++i) wide += ",0";
  wide += "]";
  ASSERT_FALSE(doc.parse(wide));
  EXPECT_EQ(doc.damage().reason, "too many values");
  EXPECT_TRUE(doc.parse(wide, {.max_depth = 2, .max_values = 100000}));
}

// Trap: parsers want padding behind the text. Views of exactly the right size must do (checked by ASan).
TEST(Json, ReadsAListValueByValue) {
  Doc doc;
  const std::string text = R"({"a":"\u0062"} , {"c":[1,2]},{"d":tru})";
  ASSERT_TRUE(doc.index(text));
  ASSERT_TRUE(doc.parse_next());
  EXPECT_EQ(doc.root()["a"].text(), "b");
  EXPECT_EQ(doc.next_char(), ',');
  EXPECT_EQ(doc.next_offset(), 15u);
  doc.skip_char();
  ASSERT_TRUE(doc.parse_next());
  EXPECT_EQ(doc.root().raw(), R"({"c":[1,2]})");
  EXPECT_EQ(doc.root().offset(), 17u);
  doc.skip_char();
  EXPECT_FALSE(doc.parse_next());
  EXPECT_EQ(doc.damage().reason, "not a JSON value");
}

TEST(Json, NeedsNoPadding) {
  const std::string text = R"({"k":"value","n":12345})";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    Doc doc;
    EXPECT_EQ(doc.parse({exact.data(), exact.size()}), size == text.size()) << size;
  }
}

TEST(Json, ViewsStayValidWhileOtherStringsAreUnescaped) {
  Doc doc;
  std::string text = "[";
  for (int i = 0; i < 3000; ++i) text += (i == 0 ? "" : ",") + ("\"\\u0061"s + std::to_string(i) + "\"");
  text += "]";
  ASSERT_TRUE(doc.parse(text));
  std::vector<std::string_view> views;
  for (Value v = doc.root().first_child(); !v.is_missing(); v = v.next_sibling()) views.push_back(v.text());
  for (std::size_t i = 0; i < views.size(); ++i) ASSERT_EQ(views[i], "a" + std::to_string(i));
}

// Differential: random damage to a valid text is accepted exactly when simdjson's own full parser accepts it.
TEST(Json, AgreesWithSimdjsonAboutValidity) {
  const std::string base =
      R"({"a":[1,2.5,-3e4,{"b":"c\"d\\"}],"e":null,"f":[true,false,""],"g":{"h":{"i":"\u00e9x"}}})";
  const std::string alphabet = "{}[]:,\"\\ 0123abtruefalsn-+.eE\n\x80";
  std::mt19937 random(7);
  simdjson::dom::parser reference;
  Doc doc;
  int accepted = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string text = base;
    const auto edits = random() % 3 + 1;
    for (auto i = edits; i > 0; --i) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0: text[at] = c; break;
        case 1: text.erase(at, 1); break;
        default: text.insert(at, 1, c); break;
      }
    }
    const auto error = reference.parse(text).error();
    // Numbers out of range and lone surrogates are fine with us.
    if (error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR) continue;
    ASSERT_EQ(doc.parse(text), error == simdjson::SUCCESS) << text << " " << simdjson::error_message(error);
    accepted += error == simdjson::SUCCESS ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(JsonWrite, EscapesWhatATerminalWouldObey) {
  std::string out;
  append_string(out, "a\"b\\\n\x1B[31m\x7F\xC2\x85\xE2\x80\xAE\xFF\xF3\xA0\x81\x81\xC3\xA9");
  EXPECT_EQ(out, R"("a\"b\\\n\u001b[31m\u007f\u0085\u202e\ufffd\udb40\udc41)"
                 "\xC3\xA9\"");
  out.clear();
  append_string_or_null(out, "");
  EXPECT_EQ(out, "null");
}

TEST(JsonWrite, WhatIsWrittenReadsBackTheSame) {
  std::string all;
  for (char32_t c = 1; c < 0x3000; ++c) {
    if (c < 0x80) {
      all.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      all.push_back(static_cast<char>(0xC0 | c >> 6));
      all.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
      all.push_back(static_cast<char>(0xE0 | c >> 12));
      all.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
      all.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
  }
  std::string out;
  append_string(out, all);
  Doc doc;
  ASSERT_TRUE(doc.parse(out));
  EXPECT_EQ(doc.root().text(), all);
}

TEST(Write, IntoMemoryAsIntoAString) {
  std::mt19937 random(3);
  constexpr std::string_view kPieces[] = {
      "a", "plain text ", "\"", "\\", "\n", "\x1B", "\x7F", "\xC3\xA9", "\xFF", "\xE2\x80\xAE", "\xF3\xA0\x81\x81"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t pieces = random() % 12;
    for (std::size_t i = 0; i < pieces; ++i)
      text += kPieces[random() % 3 == 0 ? random() % std::size(kPieces) : random() % 2];
    std::string want;
    append_string(want, text);
    ASSERT_LE(want.size(), longest(text));
    std::string got(longest(text), '#');
    got.resize(static_cast<std::size_t>(put_string(got.data(), text) - got.data()));
    ASSERT_EQ(got, want);
  }
}

}  // namespace
}  // namespace gw::json

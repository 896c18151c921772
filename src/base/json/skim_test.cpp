// skim_next() against parse_next(), which is the reference.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/json/doc.h"

namespace gw::json {
namespace {

constexpr std::uint64_t kAllSizes = ~std::uint64_t{0} >> 2;

std::string random_value(std::mt19937& random, int depth) {
  const std::string space = random() % 12 == 0 ? " " : "";
  switch (random() % (depth > 3 ? 4 : 6)) {
    case 0: return "\"" + std::string(random() % 20, 'v') + "\"" + space;
    case 1: return random() % 2 == 0 ? "true" : "null" + space;
    case 2: return std::to_string(random() % 1000) + space;
    case 3: return random() % 20 == 0 ? "\"a\\nb\"" : "false";
    case 4: {
      std::string list = "[";
      for (auto i = random() % 4; i > 0; --i) list += random_value(random, depth + 1) + (i > 1 ? "," : "");
      return list + "]";
    }
    default: {
      std::string object = "{" + space;
      for (auto i = random() % 6; i > 0; --i) {
        object += "\"" + std::string(random() % 12, static_cast<char>('a' + random() % 3)) +
                  "\":" + random_value(random, depth + 1) + (i > 1 ? "," : "");
      }
      return object + "}" + space;
    }
  }
}

TEST(Skim, AcceptsOnlyWhatParsingAcceptsAndShowsTheSame) {
  std::mt19937 random(31);
  Doc skimmed;
  Doc parsed;
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text = "{\"k\":" + random_value(random, 0) + "," + "\"in\":{\"x\":" + random_value(random, 2) + "}}";
    if (round % 3 == 0) text[random() % text.size()] = "{}[]:,\"1t "[random() % 10];
    if (round % 5 == 0) text.erase(random() % text.size(), 1);
    text += ",{}";
    if (!skimmed.index(text) || !parsed.index(text)) continue;
    const std::size_t before = skimmed.next_offset();
    std::vector<std::string> shown;
    const bool ok = skimmed.skim_next(
        kAllSizes,
        [&](const Doc::Member& member) {
          shown.push_back(std::string(member.is_nested() ? "  " : "") + std::string(member.key()) + "=" +
                          std::string(member.text()));
          return member.key() == "in" ? Doc::Seen::enter : Doc::Seen::pass;
        },
        [] { return true; });
    const bool good = parsed.parse_next();
    if (!ok) {
      EXPECT_EQ(skimmed.next_offset(), before) << text;  // the cursor has not moved
      ++refused;
      continue;
    }
    ASSERT_TRUE(good) << text;
    ++accepted;
    EXPECT_EQ(skimmed.next_offset(), parsed.next_offset()) << text;
    std::vector<std::string> wanted;
    const Value root = parsed.root();
    for (Value v = root.first_child(); !v.is_missing(); v = v.next_sibling()) {
      wanted.push_back(std::string(v.key()) + "=" + std::string(v.text()));
      if (v.key() != "in" || !v.is_object()) continue;
      for (Value w = v.first_child(); !w.is_missing(); w = w.next_sibling())
        wanted.push_back("  " + std::string(w.key()) + "=" + std::string(w.text()));
    }
    EXPECT_EQ(shown, wanted) << text;
  }
  EXPECT_GT(accepted, 10'000);
  EXPECT_GT(refused, 2'000);
}

TEST(Skim, ShowsKeysOfTheSizesAskedFor) {
  Doc doc;
  ASSERT_TRUE(doc.index(R"({"ab":"1","abc":{"cd":2},"x":[],"yz":{"q":1}})"));
  std::string shown;
  ASSERT_TRUE(doc.skim_next(
      1ull << 2,
      [&](const Doc::Member& member) {
        shown += std::string(member.key()) + (member.is_object() ? "{} " : " ");
        return Doc::Seen::pass;
      },
      [] { return true; }));
  EXPECT_TRUE(shown.find("ab ") != std::string::npos && shown.find("yz{} ") != std::string::npos) << shown;
}

TEST(Skim, LeavesTheUnusualToParsing) {
  for (const std::string& text : {std::string(R"({"a\u0062":1})"), std::string(R"({"a":"\n"})"), std::string(R"([1])"),
                                  "{\"a\":" + std::string(80, '[') + std::string(80, ']') + "}"}) {
    Doc doc;
    ASSERT_TRUE(doc.index(text));
    EXPECT_FALSE(doc.skim_next(
        kAllSizes, [](const Doc::Member&) { return Doc::Seen::pass; }, [] { return true; }))
        << text;
    EXPECT_TRUE(doc.parse_next()) << text;
  }
  const std::string whole = R"({"a":[1,{"b":"c","d":null}],"e":true})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const std::string text = whole.substr(0, size);
    Doc cut;
    if (!cut.index(text)) continue;
    EXPECT_FALSE(cut.skim_next(
        kAllSizes, [](const Doc::Member&) { return Doc::Seen::enter; }, [] { return true; }))
        << size;
  }
  Doc doc;
  ASSERT_TRUE(doc.index(R"({"a":1})"));
  EXPECT_FALSE(doc.skim_next(
      kAllSizes, [](const Doc::Member&) { return Doc::Seen::refuse; }, [] { return true; }));
  EXPECT_FALSE(doc.skim_next(
      kAllSizes, [](const Doc::Member&) { return Doc::Seen::pass; }, [] { return false; }));
  EXPECT_TRUE(doc.skim_next(
      kAllSizes, [](const Doc::Member&) { return Doc::Seen::pass; }, [] { return true; }));
}

}  // namespace
}  // namespace gw::json

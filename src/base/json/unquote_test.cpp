#include "base/json/unquote.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace gw::json {
namespace {

class Unquoting : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    use = unquoter(GetParam());
    if (std::string(use.name) != GetParam()) GTEST_SKIP() << "not on this processor";
  }
  QuotedEnd end_of(std::string text) const {
    const std::size_t size = text.size();
    text.append(kUnquoteSlack, '"');  // what must not be taken for the end
    return use.find_end(text.data(), size);
  }
  std::string unquoted(std::string text) const {
    const std::size_t size = text.size();
    text.append(kUnquoteSlack, '\\');
    std::string out(size + kUnquoteSlack, '?');
    out.resize(use.unquote(text.data(), size, out.data()));
    return out;
  }
  Unquoter use{};
};

TEST_P(Unquoting, FindsTheClosingQuote) {
  for (std::size_t before = 0; before < 140; ++before) {
    const std::string text(before, 'x');
    EXPECT_FALSE(end_of(text).closed) << before;
    const QuotedEnd end = end_of(text + "\"\\n");
    EXPECT_TRUE(end.closed && end.plain) << before;
    EXPECT_EQ(end.end, before);
    for (std::size_t slashes = 1; slashes < 6; ++slashes) {
      const std::string escaped = text + std::string(slashes, '\\');
      const QuotedEnd then = end_of(escaped + "\"y\"");
      EXPECT_TRUE(then.closed && then.plain) << before << " " << slashes;
      EXPECT_EQ(then.end, slashes % 2 == 0 ? escaped.size() : escaped.size() + 2);
    }
  }
}

TEST_P(Unquoting, SaysWhatIsNotPlain) {
  for (const std::size_t before : {0u, 1u, 62u, 63u, 64u, 65u, 127u}) {
    const std::string text(before, 'x');
    for (const char* bad : {"\\n", "\\u0041", "\\x", "\n", "\x1f", "\t"}) {
      const QuotedEnd end = end_of(text + bad + "\"");
      EXPECT_TRUE(end.closed) << before;
      EXPECT_FALSE(end.plain) << before << bad;
    }
    // Behind the closing quote anything may stand.
    EXPECT_TRUE(end_of(text + "\"\n\\n").plain);
    EXPECT_TRUE(end_of(text + "\x7f\xc3\xa9\\/\"").plain);
  }
}

TEST_P(Unquoting, UnquotesAsTheSimplestLoopDoes) {
  std::mt19937 random(7);  // NOLINT: the same every time
  const std::string pieces[] = {"\\\"", "\\\\", "\\/", "a", "{", ":", "\xc3\xa9", "some text that is longer, "};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    std::string expected;
    for (std::size_t n = random() % 60; n > 0; --n) {
      const std::string& piece = pieces[random() % std::size(pieces)];
      text += piece;
      expected += piece[0] == '\\' ? piece.substr(1) : piece;
    }
    const QuotedEnd end = end_of(text + "\"");
    ASSERT_TRUE(end.closed && end.plain) << text;
    ASSERT_EQ(end.end, text.size());
    ASSERT_EQ(unquoted(text), expected) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, Unquoting, testing::Values("portable", "avx2", "avx512"),
                         [](const auto& variant) { return std::string(variant.param); });

}  // namespace
}  // namespace gw::json

#include "base/neutralise.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace gw {
namespace {

TEST(Neutralise, NothingThatATerminalObeysIsLeft) {
  EXPECT_EQ(visible("a\x1B[31mred\x1B]8;;http://evil\x07x"), "a\\u{1b}[31mred\\u{1b}]8;;http://evil\\u{7}x");
  EXPECT_EQ(visible("a\nb\tc\r"), "a\\u{a}b\\u{9}c\\u{d}");
  EXPECT_EQ(visible("\xE2\x80\xAE"
                    "abc\xE2\x80\x8B\xC2\x9B"),
            "\\u{202e}abc\\u{200b}\\u{9b}");
  EXPECT_EQ(visible("\xFFz\xC3"), "\\x{ff}z\\x{c3}");
  EXPECT_EQ(visible("M\xC3\xBCller \xE4\xB8\xAD"), "M\xC3\xBCller \xE4\xB8\xAD");
  for (std::uint32_t c = 0; c < 0x11000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const std::string shown = visible(text);
    for (std::size_t i = 0; i < shown.size();) {
      const Utf8Char got = next_utf8(shown, i);
      ASSERT_TRUE(got.valid && !is_unsafe_to_show(got.code_point)) << c;
      i += got.length;
    }
  }
}

TEST(Neutralise, CsvCellsAreNoFormulas) {
  const auto cell = [](std::string_view text) {
    std::string out;
    append_csv_cell(out, text);
    return out;
  };
  EXPECT_EQ(cell("plain"), "plain");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(cell("=1+1"), "\"'=1+1\"");
  EXPECT_EQ(cell("  =1+1"), "\"'  =1+1\"");
  EXPECT_EQ(cell("a;b"), "\"a;b\"");
  EXPECT_EQ(cell("\xEF\xBC\x9D"
                 "1"),
            "\"'\xEF\xBC\x9D"
            "1\"");
  for (const char* text : {"+1", "-1", "@x", "\tx", "\rx", "\nx", "\xC2\xA0=1", "\xE3\x80\x80@x"})
    EXPECT_TRUE(cell(text).starts_with("\"'")) << text;
  EXPECT_EQ(cell("a\nb"), "a\\u{a}b");
}

TEST(Neutralise, WidthCountsColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("\xE4\xB8\xAD\xC3\xA9"), 3u);
}

TEST(Neutralise, HtmlHasNoMarkup) {
  std::string out;
  append_html(out, "<a href='x' b=\"y\">&amp;\x1b[0m\xE2\x80\xAE\xff");
  EXPECT_EQ(out, "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;amp;\\u{1b}[0m\\u{202e}\\x{ff}");
}

}  // namespace
}  // namespace gw

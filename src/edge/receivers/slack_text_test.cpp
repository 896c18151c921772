#include "edge/receivers/slack_text.h"

#include <gtest/gtest.h>

#include "edge/receivers/links.h"
#include "edge/receivers/local_time.h"

namespace gw::receivers {
namespace {

TEST(SlackText, CountsUtf16Units) {
  EXPECT_EQ(slack_length("abc"), 3u);
  EXPECT_EQ(slack_length("é"), 1u);
  EXPECT_EQ(slack_length("😀"), 2u);
}

TEST(SlackText, EscapesFirstAndCutsSecondNeverInsideAnEntityOrCharacter) {
  EXPECT_EQ(plain_text("a<b>&c", 100), "a&lt;b&gt;&amp;c");
  EXPECT_EQ(plain_text("a\nb\x1b\xE2\x80\xAE\xff", 100), "a\nb\\u{1b}\\u{202e}\\x{ff}");
  for (std::size_t limit = 1; limit < 40; ++limit) {
    const std::string cut = plain_text("<<<<&&&&>>>>😀😀é", limit);
    EXPECT_LE(slack_length(cut), limit);
    for (std::size_t at = cut.find('&'); at != std::string::npos; at = cut.find('&', at + 1))
      EXPECT_LT(cut.find(';', at), at + 5) << cut;
  }
  EXPECT_EQ(plain_text("<<<", 8), "&lt;…");
  EXPECT_EQ(plain_text("<<<", 12), "&lt;&lt;&lt;");
  EXPECT_EQ(plain_text("😀😀", 3), "😀…");
  EXPECT_EQ(plain_text("ab", 0), "");
}

TEST(SlackText, APieceIsOneVisibleLine) {
  EXPECT_EQ(piece("a\nb\x1b[31m"), "a\\u{a}b\\u{1b}[31m");
  EXPECT_EQ(piece("\xE2\x80\xAEx"), "\\u{202e}x");
  EXPECT_EQ(piece("\xff"), "\\x{ff}");
  EXPECT_EQ(piece(std::string(1'000'000, 'x'), 10), "xxxxxxxxx…");
  EXPECT_EQ(piece(std::string(10, 'x'), 10), std::string(10, 'x'));
}

TEST(SlackText, MarkupBecomesLookAlikes) {
  EXPECT_EQ(mrkdwn_piece("*b* _i_ ~s~ `c`"), "∗b∗ ＿i＿ ∼s∼ ˋcˋ");
  EXPECT_EQ(mrkdwn_piece("> q > r"), "› q &gt; r");
  EXPECT_EQ(mrkdwn_piece("<!channel>"), "&lt;!channel&gt;");
  EXPECT_EQ(mrkdwn_piece("see https://evil.example"), "see https∶//evil.example");
  EXPECT_EQ(mrkdwn_piece("@here @Channel @EVERYONE alice@example.com"),
            "＠here ＠Channel ＠EVERYONE alice@example.com");
}

TEST(SlackText, LinksAreOursOrNone) {
  EXPECT_EQ(link_target("https://x.example/a?b=1&c=2"), "https://x.example/a?b=1&amp;c=2");
  for (const char* bad : {"", "javascript:alert(1)", "https://x|y", "https://x>y", "https://x y", "https://x\ny"})
    EXPECT_EQ(link_target(bad), "") << bad;
  EXPECT_EQ(link_target("https://" + std::string(1000, 'x')), "");
}

TEST(Links, FillTemplatesAndKeepOutWhatIsNoRegion) {
  LinkValues v;
  v.region = "cn-north-1";
  v.event = "a/b|c";
  EXPECT_EQ(link("https://{region}.{console}/e/{event}", v), "https://cn-north-1.console.amazonaws.cn/e/a%2Fb%7Cc");
  EXPECT_EQ(link("https://{console}/{session}", v), "");  // not known
  EXPECT_EQ(link("https://x/{unknown}", v), "");
  EXPECT_EQ(link("https://x/{event", v), "");
  EXPECT_EQ(link("", v), "");
  v.region = "evil.example/";
  EXPECT_EQ(link("https://{region}.{console}/", v), "");
}

TEST(LocalTime, ShowsTheZonesOwnName) {
  const Time summer{std::int64_t{1'785'550'491} * 1'000'000};
  EXPECT_EQ(utc_day_clock(summer), "01 Aug 02:14:51 UTC");
  EXPECT_EQ(local_clock(summer, "Europe/London"), "03:14:51 BST");
  EXPECT_EQ(local_clock(summer, "America/New_York"), "22:14:51 EDT");
  EXPECT_EQ(local_clock(summer, "UTC"), "");
  EXPECT_EQ(local_clock(summer, "Mars/Base"), "");
  EXPECT_TRUE(is_known_zone("Europe/Berlin"));
  EXPECT_FALSE(is_known_zone("../../etc/passwd"));
  EXPECT_EQ(hours_minutes(std::int64_t{95'940} * 1'000'000), "26:39");
  EXPECT_EQ(hours_minutes(-5), "00:00");
  EXPECT_EQ(ago(6'400'000), "6 s");
  EXPECT_EQ(ago(std::int64_t{3} * 86400 * 1'000'000), "3 d");
}

}  // namespace
}  // namespace gw::receivers

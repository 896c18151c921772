#include "engine/scan/seen_keys.h"

#include <gtest/gtest.h>

#include <string>

namespace gw::scan {
namespace {

using Answer = SeenKeys::Answer;

std::uint64_t entry(std::string_view key, std::string_view content) { return SeenKeys::entry({1, 2}, key, content); }

TEST(SeenKeys, TellsCopiesFromConflicts) {
  for (const Dedupe mode : {Dedupe::exact, Dedupe::window}) {
    SeenKeys seen(mode);
    EXPECT_EQ(seen.add(entry("a", "x")), Answer::fresh);
    EXPECT_EQ(seen.add(entry("a", "x")), Answer::duplicate);
    EXPECT_EQ(seen.add(entry("a", "y")), Answer::conflict);
    EXPECT_EQ(seen.add(entry("a", "y")), Answer::duplicate);
    EXPECT_EQ(seen.add(entry("a", "x")), Answer::duplicate);
    EXPECT_EQ(seen.add(entry("b", "x")), Answer::fresh);
  }
  SeenKeys off(Dedupe::off);
  EXPECT_EQ(off.add(entry("a", "x")), Answer::fresh);
  EXPECT_EQ(off.add(entry("a", "x")), Answer::fresh);
}

TEST(SeenKeys, TheWindowHoldsAtLeastTheLastMillion) {
  SeenKeys window(Dedupe::window);
  SeenKeys exact(Dedupe::exact);
  const auto key = [](std::size_t i) { return std::to_string(i); };
  const std::size_t total = kDedupeWindow * 2;
  for (std::size_t i = 0; i < total; ++i) {
    ASSERT_EQ(window.add(entry(key(i), "")), Answer::fresh) << i;
    ASSERT_EQ(exact.add(entry(key(i), "")), Answer::fresh) << i;
    if (i >= kDedupeWindow && i % 1000 == 0) {
      ASSERT_EQ(window.add(entry(key(i - kDedupeWindow + 1), "")), Answer::duplicate) << i;
    }
  }
  EXPECT_EQ(window.add(entry(key(0), "")), Answer::fresh);  // long forgotten
  EXPECT_EQ(exact.add(entry(key(0), "")), Answer::duplicate);
}

}  // namespace
}  // namespace gw::scan

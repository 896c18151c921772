#include "engine/scan/seen_keys.h"

#include <gtest/gtest.h>

#include <string>

namespace gw::scan {
namespace {

using Answer = SeenKeys::Answer;

TEST(SeenKeys, TellsCopiesFromConflicts) {
  for (const Dedupe mode : {Dedupe::exact, Dedupe::window}) {
    SeenKeys seen(mode, {1, 2});
    EXPECT_EQ(seen.add("a", "x"), Answer::fresh);
    EXPECT_EQ(seen.add("a", "x"), Answer::duplicate);
    EXPECT_EQ(seen.add("a", "y"), Answer::conflict);
    EXPECT_EQ(seen.add("a", "y"), Answer::duplicate);
    EXPECT_EQ(seen.add("a", "x"), Answer::duplicate);
    EXPECT_EQ(seen.add("b", "x"), Answer::fresh);
  }
  SeenKeys off(Dedupe::off, {1, 2});
  EXPECT_EQ(off.add("a", "x"), Answer::fresh);
  EXPECT_EQ(off.add("a", "x"), Answer::fresh);
}

TEST(SeenKeys, TheWindowHoldsAtLeastTheLastMillion) {
  SeenKeys window(Dedupe::window, {3, 4});
  SeenKeys exact(Dedupe::exact, {3, 4});
  const auto key = [](std::size_t i) { return std::to_string(i); };
  const std::size_t total = kDedupeWindow * 2;
  for (std::size_t i = 0; i < total; ++i) {
    ASSERT_EQ(window.add(key(i), ""), Answer::fresh) << i;
    ASSERT_EQ(exact.add(key(i), ""), Answer::fresh) << i;
    if (i >= kDedupeWindow && i % 1000 == 0) {
      ASSERT_EQ(window.add(key(i - kDedupeWindow + 1), ""), Answer::duplicate) << i;
    }
  }
  EXPECT_EQ(window.add(key(0), ""), Answer::fresh);  // long forgotten
  EXPECT_EQ(exact.add(key(0), ""), Answer::duplicate);
}

}  // namespace
}  // namespace gw::scan

#include "base/literals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace gw {
namespace {

using Found = std::multiset<std::pair<std::size_t, std::size_t>>;

Found naive(const std::vector<std::string>& literals, std::string_view text) {
  Found found;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    for (std::size_t at = text.find(literals[i]); at != std::string_view::npos; at = text.find(literals[i], at + 1)) {
      found.insert({i, at});
    }
  }
  return found;
}

TEST(Literals, FindsExactlyWhatIsThere) {
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> literals;
    const std::size_t count = random() % 20 + 1;
    const std::size_t letters = random() % 4 + 2;
    for (std::size_t i = 0; i < count; ++i) {
      std::string literal;
      const std::size_t size = random() % 6 + 3;
      for (std::size_t k = 0; k < size; ++k) literal.push_back(static_cast<char>('a' + random() % letters));
      literals.push_back(literal);
    }
    std::string text;
    const std::size_t size = random() % 700;
    for (std::size_t k = 0; k < size; ++k) text.push_back(static_cast<char>('a' + random() % letters));
    // What stands behind the text must not matter: make it look like a literal.
    std::string padded = text;
    while (padded.size() < text.size() + Literals::kSlack) padded += literals[0];
    const Literals set(literals);
    Found found;
    set.find(std::string_view(padded).substr(0, text.size()), [&](std::size_t index, std::size_t at) {
      found.insert({index, at});
    });
    ASSERT_EQ(found, naive(literals, text));
  }
}

TEST(Literals, EveryVariantHasTheSameHits) {
  literals::Tables tables{};
  for (const char c : {'x', 'y', 'z'}) tables.add(static_cast<std::size_t>(c - 'x'), static_cast<unsigned char>(c), 1);
  std::mt19937 random(9);
  std::string text(4096 + Literals::kSlack, ' ');
  for (std::size_t i = 0; i < 4096; ++i) text[i] = static_cast<char>('w' + random() % 4);
  std::vector<std::size_t> expected;
  for (const char* name : {"portable", "avx2", "avx512"}) {
    const literals::Search search = literals::search_variant(name);
    if (search == nullptr) continue;  // not on this processor
    std::vector<std::size_t> got;
    std::size_t at = 0;
    while (at < 4096) {
      literals::Hit hits[100];
      std::size_t count = 0;
      at = search(tables, text.data(), 4096, at, hits, 100, count);
      for (std::size_t i = 0; i < count; ++i) got.push_back(hits[i].at);
    }
    if (expected.empty()) expected = got;
    EXPECT_FALSE(got.empty());
    EXPECT_EQ(got, expected) << name;
  }
}

}  // namespace
}  // namespace gw

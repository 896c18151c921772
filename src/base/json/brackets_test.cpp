#include "base/json/brackets.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace gw::json {
namespace {

// One character at a time, as the oracle.
struct Naive {
  bool in_string = false;
  bool escaped = false;
  std::int64_t depth = 0;
};

void naive_block(Naive& state, const char* text, BracketMasks& masks) {
  masks = {};
  for (unsigned i = 0; i < kBlock; ++i) {
    const char c = text[i];
    const bool escaped = state.escaped;
    state.escaped = c == '\\' && !escaped;
    if (c == '"' && !escaped) state.in_string = !state.in_string;
    if (state.in_string) continue;
    if (c == '{' || c == '[') masks.opens |= 1ull << i;
    if (c == '}' || c == ']') masks.closes |= 1ull << i;
  }
}

TEST(Brackets, EveryVariantAgreesWithOneCharacterAtATime) {
  const std::string alphabet = "{}[]\"\\\\abc{\"";
  for (const char* name : {"portable", "avx2", "avx512"}) {
    const SkipBlocks skip = skip_blocks_variant(name);
    if (skip == nullptr) continue;  // not on this processor
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
      std::string text(kBlock * 40, 'x');
      const std::size_t noise = random() % 60 + 1;
      for (char& c : text) {
        if (random() % noise == 0) c = alphabet[random() % alphabet.size()];
      }
      const std::int64_t level = static_cast<std::int64_t>(random() % 4);
      BracketState state;
      state.depth = static_cast<std::int64_t>(random() % 40);
      Naive naive;
      naive.depth = state.depth;
      std::size_t block = 0;
      while (block < 40) {
        BracketMasks masks;
        const std::size_t skipped = skip(text.data() + block * kBlock, 40 - block, level, state, masks);
        for (std::size_t i = 0; i < skipped; ++i) {
          BracketMasks expected;
          naive_block(naive, text.data() + (block + i) * kBlock, expected);
          ASSERT_GT(naive.depth - __builtin_popcountll(expected.closes), level) << name;
          naive.depth += __builtin_popcountll(expected.opens) - __builtin_popcountll(expected.closes);
        }
        block += skipped;
        ASSERT_EQ(state.depth, naive.depth) << name;
        if (block == 40) break;
        BracketMasks expected;
        naive_block(naive, text.data() + block * kBlock, expected);
        ASSERT_EQ(masks.opens, expected.opens) << name;
        ASSERT_EQ(masks.closes, expected.closes) << name;
        ASSERT_EQ(state.in_string != 0, naive.in_string);
        naive.depth += __builtin_popcountll(expected.opens) - __builtin_popcountll(expected.closes);
        state.depth = naive.depth;
        ++block;
      }
    }
  }
}

// Many elements of up to `size` characters; where each begins is added to `starts`.
std::string make_list(std::mt19937& random, std::size_t count, std::size_t size, std::vector<std::size_t>& starts) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) list += random() % 3 == 0 ? " , " : ",";
    starts.push_back(list.size());
    list += "{\"k\":\"" + std::string(random() % size, 'x') + "}{\\\"\",\"o\":[{},[1]]}";
  }
  return list + "]}";
}

TEST(ElementFinder, NumbersTheElementsOfAList) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::size_t> starts;
    const std::string list = make_list(random, random() % 40 + 1, 90, starts);
    ElementFinder every(list);
    std::size_t next = 0;
    for (std::size_t at = 0; at < list.size() - 2; ++at) {
      const auto number = every.number_at(at);
      const bool is_start = next < starts.size() && starts[next] == at;
      if (is_start) ++next;
      ASSERT_EQ(number.has_value(), is_start) << at;
    }
  }
}

TEST(ElementFinder, NumbersTheElementsOfALongList) {
  std::mt19937 random(12);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::size_t> starts;
    const std::string list = make_list(random, 300, 600, starts);
    ElementFinder finder(list);
    for (std::size_t i = random() % 9; i < starts.size(); i += random() % 50) {
      ASSERT_EQ(finder.number_at(starts[i]), i + 1);
      ASSERT_FALSE(finder.number_at(starts[i] + 1));
    }
  }
}

TEST(ElementFinder, EndsWithTheList) {
  const std::string text = "{},{}]" + std::string(200, ' ') + "{}";
  ElementFinder finder(text);
  EXPECT_EQ(finder.number_at(3), 2u);
  EXPECT_FALSE(finder.number_at(text.size() - 2));
}

}  // namespace
}  // namespace gw::json

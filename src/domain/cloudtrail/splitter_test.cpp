#include "domain/cloudtrail/splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gw::cloudtrail {
namespace {

struct Collect : SplitHandler {
  std::vector<std::string> elements;
  std::vector<std::string> problems;
  std::vector<std::uint64_t> offsets;
  Step element(std::string_view text, std::uint64_t offset) override {
    elements.emplace_back(text);
    offsets.push_back(offset);
    return {};
  }
  void problem(std::string_view reason, std::uint64_t offset) override {
    problems.push_back(std::string(reason) + "@" + std::to_string(offset));
  }
};

// Feeds `text` in windows that grow by `step` bytes, as a stream would.
Collect split(Splitter::Level level, const std::string& text, std::size_t step, std::size_t max_element = 1 << 20,
              std::string* rest = nullptr) {
  Collect out;
  Splitter splitter(level, 0, max_element);
  std::string window;
  std::size_t at = 0;
  for (;;) {
    const std::size_t n = std::min(step, text.size() - at);
    window.append(text, at, n);
    at += n;
    const bool final = at == text.size();
    const std::vector<char> exact(window.begin(), window.end());  // ASan sees a read past the end
    const std::size_t used = splitter.feed({exact.data(), exact.size()}, final, out);
    window.erase(0, used);
    if (splitter.ended() && rest != nullptr) *rest = window + text.substr(at);
    if (final || splitter.ended() || splitter.stopped()) return out;
  }
}

const std::size_t kSteps[] = {1, 3, 63, 64, 65, 200, 100000};

TEST(Splitter, CutsRecordsWhateverTheWindows) {
  const std::vector<std::string> records = {R"({"a":"}]{[\"\\"})", R"({"b":[{"c":{}},[]],"d":"\\\\\\\""})", "{}",
                                            R"({"e":")" + std::string(300, 'x') + R"({"})"};
  std::string text;
  for (const auto& r : records) text += (text.empty() ? " " : " ,\n ") + r;
  text += " ]} tail";
  for (const std::size_t step : kSteps) {
    std::string rest;
    const Collect got = split(Splitter::Level::records, text, step, 1 << 20, &rest);
    EXPECT_EQ(got.elements, records) << step;
    EXPECT_TRUE(got.problems.empty()) << step << got.problems[0];
    EXPECT_EQ(rest, "} tail") << step;
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(text.substr(got.offsets[i], records[i].size()), records[i]);
    }
  }
}

TEST(Splitter, FindsARecordsBeginningWhateverItsLayout) {
  EXPECT_EQ(find_record_start(R"(x{"a":1},{"eventVersion":1})", 0), 9u);
  EXPECT_EQ(find_record_start("x{\r\n\t \"eventVersion\": 1}", 0), 1u);
  EXPECT_EQ(find_record_start(R"({"eventVersion":1},{)", 1), std::nullopt);
}

TEST(Splitter, TellsWhatStandsBetweenElements) {
  struct Case {
    const char* text;
    std::size_t elements;
    const char* problem;
  };
  for (const Case& c : {Case{"{}{}]", 2, "a comma is missing@2"}, Case{"{},,{}]", 2, "a comma too many@4"},
                        Case{"{},]", 1, "a comma too many@3"}, Case{",{}]", 1, "a comma too many@1"},
                        Case{"{},5,{}]", 2, "an element of the list is not an object@3"},
                        Case{"{}, \"}{\" ]", 1, "an element of the list is not an object@4"},
                        Case{"{},{}", 2, "cut off@5"}, Case{"]", 0, nullptr}, Case{" ", 0, "cut off@1"}}) {
    for (const std::size_t step : kSteps) {
      const Collect got = split(Splitter::Level::records, c.text, step);
      EXPECT_EQ(got.elements.size(), c.elements) << c.text;
      if (c.problem == nullptr) {
        EXPECT_TRUE(got.problems.empty()) << c.text;
      } else {
        ASSERT_EQ(got.problems.size(), 1u) << c.text;
        EXPECT_EQ(got.problems[0], c.problem);
      }
    }
  }
}

TEST(Splitter, StopsWhenTold) {
  struct Stop : Collect {
    Step element(std::string_view text, std::uint64_t offset) override {
      (void)Collect::element(text, offset);
      return {Step::Kind::stop, 0};
    }
  } handler;
  const std::string text = "{},{\"a\":1}]}" + std::string(100, ' ');
  Splitter splitter(Splitter::Level::records, 0, 1000);
  (void)splitter.feed(text, true, handler);
  EXPECT_TRUE(splitter.stopped());
  EXPECT_EQ(handler.elements.size(), 1u);
  EXPECT_TRUE(handler.problems.empty());
}

TEST(Splitter, DocumentsFollowOneAnother) {
  for (const std::size_t step : kSteps) {
    const Collect got = split(Splitter::Level::documents, "{\"a\":1}{\"b\":2}\r[3]\n\n{\"c\":{}} x ] {}", step);
    EXPECT_EQ(got.elements, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "[3]", "{\"c\":{}}", "{}"}));
    EXPECT_EQ(got.problems.size(), 2u);
  }
}

TEST(Splitter, FindsItsWayAfterAnUnclosedString) {
  const std::string text =
      R"({"eventVersion":"1.08","x":"open},{"eventVersion":"1.08","n":2},{"eventVersion":"1.08","n":3}])";
  const Collect got = split(Splitter::Level::records, text, 100000);
  ASSERT_EQ(got.elements.size(), 2u);
  EXPECT_EQ(got.elements[1], R"({"eventVersion":"1.08","n":3})");
  ASSERT_FALSE(got.problems.empty());
  EXPECT_EQ(got.problems[0], "cut off@0");
}

TEST(Splitter, AnElementThatIsTooLargeIsLeftOutAndTheNextIsRead) {
  const std::string text = "{\"a\":1},{\"b\":\"" + std::string(5000, 'x') + "\"},{\"c\":3}]";
  for (const std::size_t step : kSteps) {
    const Collect got = split(Splitter::Level::records, text, step, 1000);
    EXPECT_EQ(got.elements, (std::vector<std::string>{"{\"a\":1}", "{\"c\":3}"})) << step;
    EXPECT_EQ(got.problems, (std::vector<std::string>{"record too large@8"})) << step;
  }
}

}  // namespace
}  // namespace gw::cloudtrail

// The machine against the evaluator of single patterns: exhaustively in the small, at random in the large, and again for the same event with
// its keys in another order, white space and escapes.
#include "domain/pattern/event_set.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "domain/pattern/envelope.h"

namespace gw::pattern {
namespace {

using Numbers = std::vector<std::uint32_t>;

struct Compiled {
  std::vector<std::string> texts;
  std::vector<EventPattern> patterns;
  EventSet set;
};

EventLimits lifted() {
  EventLimits limits;
  limits.lifted = true;
  return limits;
}

Compiled compile(const std::vector<std::string>& texts) {
  Compiled out;
  EventSet::Builder builder(lifted());
  for (const std::string& text : texts) {
    auto parsed = parse_event_pattern(text, lifted());
    if (std::holds_alternative<PatternError>(parsed)) continue;
    EXPECT_FALSE(builder.add(text)) << text;
    out.texts.push_back(text);
    out.patterns.push_back(std::move(std::get<EventPattern>(parsed)));
  }
  out.set = std::move(builder).build();
  EXPECT_EQ(out.set.size(), out.texts.size());
  return out;
}

Numbers naive(const Compiled& compiled, std::string_view event) {
  Numbers out;
  for (std::uint32_t i = 0; i < compiled.patterns.size(); ++i)
    if (matches(compiled.patterns[i], event)) out.push_back(i);
  return out;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string shown(const Compiled& compiled, const Numbers& numbers) {
  std::string out;
  for (const std::uint32_t i : numbers) out += "\n  " + compiled.texts[i];
  return out;
}

// The same event, written otherwise.
class Rewriter {
 public:
  explicit Rewriter(std::mt19937& random) : random_(random) {}
  std::string write(const Node& node) {
    std::string out = space();
    switch (node.kind) {
      case Node::Kind::object: {
        std::vector<const Member*> members;
        for (const Member& member : node.members) members.push_back(&member);
        std::shuffle(members.begin(), members.end(), random_);
        out += "{" + space();
        for (std::size_t i = 0; i < members.size(); ++i)
          out += (i > 0 ? "," : "") + space() + string(members[i]->first) + space() + ":" + write(members[i]->second);
        return out + "}" + space();
      }
      case Node::Kind::array:
        out += "[" + space();
        for (std::size_t i = 0; i < node.items.size(); ++i) out += (i > 0 ? "," : "") + write(node.items[i]);
        return out + "]" + space();
      case Node::Kind::string: return out + string(node.text) + space();
      case Node::Kind::number: return out + node.text + space();
      case Node::Kind::boolean: return out + (node.truth ? "true" : "false") + space();
      default: return out + "null" + space();
    }
  }

 private:
  std::string space() { return random_() % 4 == 0 ? std::string(random_() % 70, " \n\t"[random_() % 3]) : ""; }
  std::string string(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      const bool must = c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
      const bool may = static_cast<unsigned char>(c) < 0x80 && random_() % 8 == 0;
      out += must || may ? std::string(escape) : std::string(1, c);
    }
    return out + "\"";
  }
  std::mt19937& random_;
};

void expect_equal(const Compiled& compiled, EventMatcher& matcher, const std::string& event, std::mt19937& random) {
  const Numbers wanted = naive(compiled, event);
  const Numbers got = sorted(matcher.match(event));
  ASSERT_EQ(got, wanted) << event << "\ngot" << shown(compiled, got) << "\nwanted" << shown(compiled, wanted);
  // Of equal keys the order counts, so that only a tree without them is shuffled; the tree has lost all but the last.
  const auto tree = parse_tree(event);
  if (const Node* root = std::get_if<Node>(&tree)) {
    const std::string again = Rewriter(random).write(*root);
    ASSERT_EQ(sorted(matcher.match(again)), wanted) << again;
  }
}

// Sanitizers make it twenty times as slow: there a part of the cases is enough, as all of them run without.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
constexpr std::size_t kEach = 5;
#else
constexpr std::size_t kEach = 1;
#endif

TEST(EventSet, ExhaustivelyInTheSmall) {
  const std::vector<std::string> leaves = {R"(["x"])",
                                           R"([1])",
                                           R"([null,true])",
                                           R"([{"exists":false}])",
                                           R"([{"exists":true}])",
                                           R"(["y",{"exists":false}])",
                                           R"([{"anything-but":"x"}])",
                                           R"([{"prefix":"x"},{"suffix":"x"}])",
                                           R"([{"numeric":["<",2]}])",
                                           R"([{"equals-ignore-case":"X"}])"};
  std::vector<std::string> patterns;
  for (const std::string& a : leaves) {
    patterns.push_back("{\"a\":" + a + "}");
    patterns.push_back("{\"a\":{\"b\":" + a + "}}");
    for (const std::string& b : leaves) {
      patterns.push_back("{\"a\":" + a + ",\"c\":" + b + "}");
      patterns.push_back("{\"a\":{\"b\":" + a + ",\"c\":" + b + "}}");
      patterns.push_back("{\"$or\":[{\"a\":{\"b\":" + a + "}},{\"c\":" + b + "}]}");
    }
  }
  const Compiled compiled = compile(patterns);
  EXPECT_EQ(compiled.patterns.size(), patterns.size());
  EventMatcher matcher(compiled.set);
  std::mt19937 random(1);
  const std::vector<std::string> scalars = {"\"x\"", "\"X\"", "\"\"", "1", "1.0", "2", "null", "true", "[]", "{}"};
  std::vector<std::string> values = scalars;
  for (const std::string& s : scalars) {
    values.push_back("[" + s + ",\"xx\"]");
    values.push_back("{\"b\":" + s + "}");
    values.push_back("{\"b\":" + s + ",\"b\":\"x\"}");
    values.push_back("[{\"b\":" + s + "},{\"c\":\"x\"}]");
    values.push_back("[[{\"b\":\"x\",\"c\":" + s + "}],3]");
  }
  for (const std::string& a : values) {
    expect_equal(compiled, matcher, "{\"a\":" + a + "}", random);
    expect_equal(compiled, matcher, "{\"a.b\":" + a + "}", random);
    for (std::size_t i = random() % kEach; i < values.size(); i += kEach)
      expect_equal(compiled, matcher, "{\"a\":" + a + ",\"c\":" + values[i] + "}", random);
    if (HasFatalFailure()) return;
  }
}

// Patterns and events from few names and values, so that they meet.
class Generator {
 public:
  explicit Generator(unsigned seed) : random(seed) {}

  std::string pattern() { return object(0, false); }
  std::string event() {
    std::string out = "{";
    const unsigned n = below(5);
    for (unsigned i = 0; i < n; ++i) out += (i > 0 ? "," : "") + name(true) + ":" + value(0);
    return out + "}";
  }

  std::mt19937 random;

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random() % n); }
  std::string name(bool event) {
    static const char* const kNames[] = {"a", "b", "c", "a.b", "b.c", "$or", "prefix", "", ".b"};
    return "\"" + std::string(kNames[below(event ? 9 : 5) + (event || below(9) > 0 ? 0 : 4)]) + "\"";
  }
  std::string text() {
    static const char* const kTexts[] = {"",        "x",        "xy",        "XY",    "yx",      "ß",
                                         "SS",      "10.0.0.1", "010.0.0.1", "::1",   "0:0::01", "10.0.9.9",
                                         "a*b\\\\", "1",        "true",      "x/y/x", "Ⱥ",       "ⱥ"};
    return "\"" + std::string(kTexts[below(18)]) + "\"";
  }
  std::string number() {
    static const char* const kNumbers[] = {
        "0", "-0.0", "1", "1.0", "1e0", "2", "5e-1", "12345678901234567890", "12345678901234567891", "1e400", "-3"};
    return kNumbers[below(11)];
  }
  std::string scalar() {
    switch (below(6)) {
      case 0: return number();
      case 1: return below(3) == 0 ? "null" : below(2) == 0 ? "true" : "false";
      default: return text();
    }
  }
  std::string value(unsigned depth) {
    const unsigned kind = below(depth > 3 ? 6 : 9);
    if (kind < 6) return scalar();
    std::string out = kind == 6 ? "[" : "{";
    const unsigned n = below(4);
    for (unsigned i = 0; i < n; ++i) {
      if (i > 0) out += ",";
      out += kind == 6 ? value(depth + 1) : name(true) + ":" + value(depth + 1);
    }
    return out + (kind == 6 ? "]" : "}");
  }
  std::string list(const std::string& a, const std::string& b) { return below(2) == 0 ? a : "[" + a + "," + b + "]"; }
  std::string test() {
    switch (below(15)) {
      case 0: return R"({"prefix":)" + text() + "}";
      case 1: return R"({"suffix":)" + text() + "}";
      case 2: return R"({"prefix":{"equals-ignore-case":)" + text() + "}}";
      case 3: return R"({"suffix":{"equals-ignore-case":)" + text() + "}}";
      case 4: return R"({"equals-ignore-case":)" + text() + "}";
      case 5: return R"({"anything-but":)" + list(text(), text()) + "}";
      case 6: return R"({"anything-but":)" + list(number(), number()) + "}";
      case 7: return R"({"anything-but":{"prefix":)" + list(text(), text()) + "}}";
      case 8: return R"({"anything-but":{"equals-ignore-case":)" + list(text(), text()) + "}}";
      case 9: return R"({"numeric":[">=",)" + number() + R"(,"<",)" + number() + "]}";
      case 10: return R"({"numeric":["<=",)" + number() + "]}";
      case 11: return below(2) == 0 ? R"({"cidr":"10.0.0.0/20"})" : R"({"cidr":"::/64"})";
      case 12: return below(2) == 0 ? R"({"exists":true})" : R"({"exists":false})";
      case 13: return below(2) == 0 ? R"({"wildcard":"*x*"})" : R"({"anything-but":{"wildcard":"x*"}})";
      default: return R"({"exactly":)" + text() + "}";
    }
  }
  std::string leaf() {
    std::string out = "[";
    const unsigned n = 1 + below(3);
    for (unsigned i = 0; i < n; ++i) out += (i > 0 ? "," : "") + (below(2) == 0 ? scalar() : test());
    return out + "]";
  }
  std::string object(unsigned depth, bool in_or) {
    std::string out = "{";
    const unsigned n = 1 + below(3);
    for (unsigned i = 0; i < n; ++i) {
      if (i > 0) out += ",";
      if (depth < 3 && below(8) == 0) {
        out += "\"$or\":[" + object(depth + 1, true) + "," + object(depth + 1, true) + "]";
      } else {
        out += name(false) + ":" + (depth < 3 && below(3) == 0 ? object(depth + 1, in_or) : leaf());
      }
    }
    return out + "}";
  }
};

TEST(EventSet, AtRandom) {
  std::size_t found = 0;
  for (unsigned seed = 1; seed <= 60; seed += unsigned{kEach}) {
    Generator generator(seed);
    std::vector<std::string> patterns;
    const unsigned n = seed % 3 == 0 ? 1 : 1 + seed * 4;
    for (unsigned i = 0; i < n; ++i) patterns.push_back(generator.pattern());
    const Compiled compiled = compile(patterns);
    EventMatcher matcher(compiled.set);
    for (int i = 0; i < 300; ++i) {
      const std::string event = generator.event();
      expect_equal(compiled, matcher, event, generator.random);
      if (HasFatalFailure()) return;
      found += matcher.match(event).size();
    }
  }
  EXPECT_GT(found, 20'000U / kEach / 2);  // they do meet
}

TEST(EventSet, NothingMatchesWhatIsNoEvent) {
  const Compiled compiled = compile({R"({"a":[{"exists":false}]})"});
  EventMatcher matcher(compiled.set);
  EXPECT_EQ(matcher.match(R"({"b":1})"), Numbers{0});
  for (const char* event : {"", "{", "[]", "5", R"({"b":1} x)", R"({"b":1}{})", R"({"b":01})", R"({"b":"\x"})",
                            "{\"b\":\"\n\"}", R"({"b":nul})", R"({"b" 1})", R"({b:1})"})
    EXPECT_EQ(matcher.match(event), Numbers{}) << event;
  EventMatcher empty{EventSet()};
  EXPECT_EQ(empty.match("{}"), Numbers{});
}

TEST(EventSet, DeepAndWideEventsAreBounded) {
  const Compiled compiled = compile({R"({"a":[1]})", R"({"a":{"a":{"a":[1]}}})"});
  EventMatcher matcher(compiled.set);
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100; ++i) deep += "[";
  deep += "1" + std::string(100, ']') + "}";
  EXPECT_EQ(matcher.match(deep), Numbers{0});
  EXPECT_EQ(matcher.match("{\"a\":" + std::string(100'000, '[')), Numbers{});
  std::string wide = "{\"a\":[0";
  for (int i = 0; i < 100'000; ++i) wide += ",2";
  EXPECT_EQ(matcher.match(wide + ",1]}"), Numbers{0});
}

TEST(EventSet, LongKeysAndManyNames) {
  std::vector<std::string> patterns;
  for (int i = 0; i < 100; ++i)
    patterns.push_back("{\"" + std::string(static_cast<std::size_t>(i) + 1, 'k') + "\":[" + std::to_string(i) + "]}");
  const Compiled compiled = compile(patterns);
  EventMatcher matcher(compiled.set);
  std::mt19937 random(1);
  for (std::uint32_t i = 0; i < 100; ++i)
    expect_equal(compiled, matcher, "{\"" + std::string(i + 1, 'k') + "\":" + std::to_string(i) + "}", random);
}

TEST(EventSet, NamesMayBeEmpty) {
  const Compiled compiled = compile({R"({".a":{"b":[1]}})", R"({"":{"a":[1]}})", R"({"a":{"":[1]}})", R"({"":[1]})"});
  EventMatcher matcher(compiled.set);
  std::mt19937 random(1);
  for (const char* event : {R"({"a":{"b":1}})", R"({"":{"a":{"b":1}}})", R"({".a.b":1})", R"({"a":1})",
                            R"({"":{"a":1}})", R"({"a.":1})", R"({"a":{"":1}})", R"({"":1})", R"({"":[1,{"a":1}]})"})
    expect_equal(compiled, matcher, event, random);
  EXPECT_EQ(matcher.match(R"({"a":1})"), Numbers{});
}

TEST(EventSet, ARecordIsTheDetailOfItsEvent) {
  const Compiled compiled =
      compile({R"({"source":["aws.sts"]})", R"({"detail-type":["AWS API Call via CloudTrail"]})",
               R"({"detail":{"eventName":["AssumeRole"]},"region":["us-east-1"]})", R"({"account":["1"]})",
               R"({"account":["2"],"version":["0"]})", R"({"resources":[{"exists":false}],"id":[{"exists":true}]})",
               R"({"detail":{"resources":{"ARN":["x"],"type":["y"]}}})", R"({"time":[{"exists":false}]})",
               R"({"source":[{"exists":false}]})", R"({"detail-type":[{"prefix":"AWS API"}]})"});
  EventMatcher matcher(compiled.set);
  const std::vector<std::string> records = {
      R"({"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"us-east-1","eventID":"e","recipientAccountId":"1"})",
      R"({"eventName":"x","eventTime":"t","eventType":"AwsServiceEvent","userIdentity":{"accountId":"2"}})",
      R"({"eventName":"x","resources":[{"ARN":"x","type":"z"},{"ARN":"z","type":"y"}]})",
      R"({"eventName":"x","resources":[{"ARN":"x","type":"y"}],"eventSource":5,"eventSource":"sts.x"})",
      R"({"eventName":"\u0041ssumeRole","awsRegion":"us-east-1"})",
      R"({"eventSource":"a.b","eventName":"x","recipientAccountId":["1"],"userIdentity":{"accountId":"2"}})",
      R"({"eventSource":["sts.amazonaws.com"],"eventName":"x"})",
      R"({"eventSource":"a.b","eventName":"x","eventType":"AwsServiceEvent","eventType":5})",
      R"({"eventSource":"a.b","eventName":"x","userIdentity":[{"accountId":"2"}]})",
      R"({"eventSource":"a.b","eventName":"x","userIdentity":{"accountId":["2"]},"eventTime":["t"],"awsRegion":[["us-east-1"]]})",
      R"({"eventSource":"a.b","eventName":"x","userIdentity":{"accountId":"2"},"userIdentity":{}})",
      "{}"};
  std::string list;
  for (const std::string& record : records) list += record + ",";
  list.back() = ']';
  json::Doc index;
  ASSERT_TRUE(index.index(list));
  json::Doc doc;
  for (const std::string& record : records) {
    ASSERT_TRUE(doc.parse(record));
    const Numbers wanted = naive(compiled, event_of_record(doc.root()));
    EXPECT_EQ(sorted(matcher.match_record(doc.root())), wanted) << record;
    const std::size_t before = index.mark();
    if (const auto* got = matcher.match_next_record(index)) {
      EXPECT_EQ(sorted(*got), wanted) << record;
    } else {
      EXPECT_EQ(index.mark(), before);
      ASSERT_TRUE(index.parse_next());
    }
    index.skip_char();
  }
}

TEST(EventSet, ManyPatternsAreFoundByTheirValues) {
  EventSet::Builder builder;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = R"({"detail":{"eventSource":["s)" + std::to_string(i % 100) + R"("],"eventName":["n)" +
                             std::to_string(i % 1000) + R"("],"recipientAccountId":["a)" + std::to_string(i) +
                             R"("]}})";
    ASSERT_FALSE(builder.add(text));
  }
  const EventSet set = std::move(builder).build();
  EXPECT_EQ(set.size(), 10'000U);
  EXPECT_LT(set.memory(), std::size_t{32} << 20);
  EventMatcher matcher(set);
  for (const std::uint32_t i : {0U, 77U, 9999U}) {
    const std::string event = R"({"detail":{"recipientAccountId":"a)" + std::to_string(i) + R"(","eventName":"n)" +
                              std::to_string(i % 1000) + R"(","eventSource":"s)" + std::to_string(i % 100) + R"("}})";
    EXPECT_EQ(matcher.match(event), Numbers{i});
  }
  EXPECT_EQ(matcher.match(R"({"detail":{"recipientAccountId":"a1","eventName":"n2","eventSource":"s1"}})"), Numbers{});
}

}  // namespace
}  // namespace gw::pattern

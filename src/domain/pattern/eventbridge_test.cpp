#include "domain/pattern/eventbridge.h"

#include <string>

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

bool match(std::string_view pattern, std::string_view event) {
  const auto parsed = parse_event_pattern(pattern);
  if (const auto* error = std::get_if<PatternError>(&parsed)) {
    ADD_FAILURE() << pattern << ": " << error->text();
    return false;
  }
  return matches(std::get<EventPattern>(parsed), event);
}

PatternError refused(std::string_view pattern) {
  const auto parsed = parse_event_pattern(pattern);
  if (const auto* error = std::get_if<PatternError>(&parsed)) return *error;
  ADD_FAILURE() << "accepted: " << pattern;
  return {};
}

TEST(EventBridge, ExactValuesKeepTheirType) {
  EXPECT_TRUE(match(R"({"a":["x",5,true,null,""]})", R"({"a":"x"})"));
  EXPECT_TRUE(match(R"({"a":[5]})", R"({"a":5.0e0})"));
  EXPECT_FALSE(match(R"({"a":[5]})", R"({"a":"5"})"));
  EXPECT_TRUE(match(R"({"a":[null]})", R"({"a":null})"));
  EXPECT_FALSE(match(R"({"a":[null]})", R"({})"));
  EXPECT_FALSE(match(R"({"a":[null]})", R"({"a":[]})"));
  EXPECT_FALSE(match(R"({"a":["x"]})", R"({"a":"X"})"));
  EXPECT_FALSE(match(R"({"a":["x"]})", "[]"));
}

TEST(EventBridge, TextOperators) {
  EXPECT_TRUE(match(R"({"a":[{"prefix":"us-"}]})", R"({"a":"us-east-1"})"));
  EXPECT_TRUE(match(R"({"a":[{"prefix":{"equals-ignore-case":"US-"}}]})", R"({"a":"us-east-1"})"));
  EXPECT_TRUE(match(R"({"a":[{"suffix":{"equals-ignore-case":".PNG"}}]})", R"({"a":"b.pNg"})"));
  EXPECT_FALSE(match(R"({"a":[{"suffix":".png"}]})", R"({"a":"b.PNG"})"));
  EXPECT_TRUE(match(R"({"a":[{"equals-ignore-case":"ÄbC"}]})", R"({"a":"äBc"})"));
  EXPECT_TRUE(match(R"({"a":[{"wildcard":"d*/*.png"}]})", R"({"a":"dir/b.x.png"})"));
  EXPECT_FALSE(match(R"({"a":[{"wildcard":"d*.png"}]})", R"({"a":"dir.png2"})"));
  EXPECT_TRUE(match(R"({"a":[{"wildcard":"\\*b\\\\*"}]})", R"({"a":"*b\\c"})"));
  EXPECT_FALSE(match(R"({"a":[{"wildcard":"*"}]})", R"({"a":5})"));
}

TEST(EventBridge, AnythingButNeedsTheField) {
  EXPECT_FALSE(match(R"({"a":[{"anything-but":"x"}]})", R"({"b":1})"));
  EXPECT_TRUE(match(R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":["x","z"]})"));
  EXPECT_FALSE(match(R"({"a":[{"anything-but":[1,2]}]})", R"({"a":2.0})"));
  EXPECT_FALSE(match(R"({"a":[{"anything-but":{"prefix":["i","j"]}}]})", R"({"a":"joe"})"));
  EXPECT_FALSE(match(R"({"a":[{"anything-but":{"wildcard":"*/lib/*"}}]})", R"({"a":"/lib/x"})"));
  EXPECT_FALSE(match(R"({"a":[{"anything-but":{"equals-ignore-case":["a","b"]}}]})", R"({"a":"B"})"));
  EXPECT_TRUE(match(R"({"a":[{"anything-but":{"suffix":".x"}}]})", R"({"a":null})"));
}

TEST(EventBridge, NumericAndCidr) {
  EXPECT_TRUE(match(R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":5})"));
  EXPECT_FALSE(match(R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":0})"));
  EXPECT_FALSE(match(R"({"a":[{"numeric":["=",5]}]})", R"({"a":"5"})"));
  EXPECT_TRUE(match(R"({"a":[{"cidr":"10.0.0.0/23"}]})", R"({"a":"10.0.1.9"})"));
  EXPECT_FALSE(match(R"({"a":[{"cidr":"10.0.0.0/23"}]})", R"({"a":"10.0.2.0"})"));
  EXPECT_TRUE(match(R"({"a":[{"cidr":"2001:db8::/33"}]})", R"({"a":"2001:db8:7fff::1"})"));
  EXPECT_FALSE(match(R"({"a":[{"cidr":"0.0.0.0/0"}]})", R"({"a":"AWS Internal"})"));
}

TEST(EventBridge, NumbersBeyondADoubleAreTheirText) {
  EXPECT_TRUE(match(R"({"a":[12345678901234567890123]})", R"({"a":12345678901234567890123})"));
  EXPECT_FALSE(match(R"({"a":[12345678901234567890123]})", R"({"a":12345678901234567890124})"));
  EXPECT_FALSE(match(R"({"a":[{"numeric":[">",0]}]})", R"({"a":12345678901234567890123})"));
  EXPECT_TRUE(match(R"({"a":[{"anything-but":5}]})", R"({"a":12345678901234567890123})"));
  refused(R"({"a":[{"numeric":[">",12345678901234567890123]}]})");
  refused(R"({"a":[{"anything-but":[1,12345678901234567890123]}]})");
}

TEST(EventBridge, AddressesAreEqualHoweverTheyAreWritten) {
  EXPECT_TRUE(match(R"({"a":["2001:db8::1"]})", R"({"a":"2001:0DB8:0:0::1"})"));
  EXPECT_TRUE(match(R"({"a":["10.0.0.1"]})", R"({"a":"010.0.0.01"})"));
  EXPECT_TRUE(match(R"({"a":["10.0.0.1"]})", R"({"a":"::ffff:0a00:1"})"));
  EXPECT_FALSE(match(R"({"a":["10.0.0.1"]})", R"({"a":"10.0.0.10"})"));
  EXPECT_FALSE(match(R"({"a":[{"exactly":"10.0.0.1"}]})", R"({"a":"010.0.0.1"})"));
  EXPECT_TRUE(match(R"({"a":[{"cidr":"10.0.0.77/24"}]})", R"({"a":"10.0.0.1"})"));
  EXPECT_TRUE(match(R"({"a":[{"cidr":"::/0"}]})", R"({"a":"2001:db8::"})"));
  EXPECT_FALSE(match(R"({"a":[{"cidr":"::/0"}]})", R"({"a":"10.0.0.1"})"));
}

TEST(EventBridge, ExistsLooksAtLeavesOfTheWholeEvent) {
  EXPECT_TRUE(match(R"({"a":{"b":[{"exists":false}]}})", R"({"c":1})"));
  EXPECT_TRUE(match(R"({"a":[{"exists":false}]})", R"({"a":{"b":1}})"));
  EXPECT_FALSE(match(R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})"));
  EXPECT_TRUE(match(R"({"a":[{"exists":true}]})", R"({"a":null})"));
  EXPECT_TRUE(match(R"({"a":["x",{"exists":false}]})", R"({"a":"x"})"));
}

// The case of the open engine's own test: the element that meets what stands before by name is the one to lack the field.
TEST(EventBridge, AnAbsenceIsAskedOfTheElementThatIsBound) {
  constexpr std::string_view kAfter = R"({"a":{"b":["x"],"c":{"d":[{"exists":false}]}}})";
  EXPECT_TRUE(match(kAfter, R"({"a":[{"b":"x"},{"c":[{"d":2}]}]})"));
  EXPECT_TRUE(match(kAfter, R"({"a":[[{"b":"x","c":[]}],[{"b":"x","c":{"d":2}}]]})"));
  EXPECT_FALSE(match(kAfter, R"({"a":[{"b":"x","c":[{},{"d":2}]},{"b":"y"}]})"));
  // Nothing is bound where the absence comes first, or where another array is.
  EXPECT_FALSE(match(R"({"a":{"b":[{"exists":false}],"c":["x"]}})", R"({"a":[{"c":"x"},{"b":2}]})"));
  EXPECT_TRUE(match(R"({"a":{"b":[{"exists":false},"y"],"c":["x"]}})", R"({"a":[{"c":"x"},{"b":"y","c":"x"}]})"));
  EXPECT_FALSE(match(R"({"a":["x"],"b":{"c":["y"]},"e":{"d":[{"exists":false}]}})",
                     R"({"a":["x"],"b":[{"c":"y"}],"e":[{},{"d":2}]})"));
  EXPECT_TRUE(match(R"({"a":{"b":[{"exists":false}],"c":[{"exists":false}]}})", R"({"a":[{"d":1},{"d":2}]})"));
}

TEST(EventBridge, AValueAndAFieldOfOneName) {
  constexpr std::string_view kBoth = R"({"a":["x"],"a":{"b":["y"]}})";
  EXPECT_TRUE(match(kBoth, R"({"a":["x",{"b":"y"}]})"));
  EXPECT_TRUE(match(kBoth, R"({"a":[["x",{"b":"y"}],["z"]]})"));
  EXPECT_FALSE(match(kBoth, R"({"a":[["x",{"b":"z"}],["z",{"b":"y"}]]})"));
  EXPECT_FALSE(match(kBoth, R"({"a":[{"b":"y"}]})"));
}

TEST(EventBridge, ArraysOfObjectsAreMetByOneElement) {
  EXPECT_TRUE(match(R"({"a":{"b":[1],"c":[2]}})", R"({"a":[{"b":1,"c":2}]})"));
  EXPECT_FALSE(match(R"({"a":{"b":[1],"c":[2]}})", R"({"a":[{"b":1},{"c":2}]})"));
  EXPECT_TRUE(match(R"({"a":{"b":[1]},"d":["y"]})", R"({"a":[{"b":0},{"b":[3,1]}],"d":["x","y"]})"));
}

TEST(EventBridge, OrAtAnyLevelAndAsAFieldName) {
  constexpr std::string_view kNested = R"({"s":["x"],"$or":[{"a":[1]},{"d":{"$or":[{"b":[2]},{"c":[3]}]}}]})";
  EXPECT_TRUE(match(kNested, R"({"s":"x","d":{"c":3}})"));
  EXPECT_TRUE(match(kNested, R"({"s":"x","a":1})"));
  EXPECT_FALSE(match(kNested, R"({"s":"x","d":{"c":2}})"));
  EXPECT_TRUE(match(R"({"$or":["q"]})", R"({"$or":"q"})"));
  EXPECT_TRUE(match(R"({"$or":{"a":[1]}})", R"({"$or":{"a":1}})"));
  EXPECT_TRUE(match(R"({"$or":[{"prefix":"q"},{"suffix":"r"}]})", R"({"$or":"qs"})"));
  EXPECT_TRUE(match(R"({"$or":[{"a":[1]},{"b":[2]}],"$or":[{"c":[3]},{"d":[4]}]})", R"({"b":2,"c":3})"));
}

TEST(EventBridge, AFieldInsideOrReplacesTheOneBefore) {
  constexpr std::string_view kBefore = R"({"n":["a"],"$or":[{"n":["b"]},{"c":[1]}]})";
  EXPECT_TRUE(match(kBefore, R"({"n":"b"})"));
  EXPECT_TRUE(match(kBefore, R"({"n":"a","c":1})"));
  EXPECT_FALSE(match(kBefore, R"({"n":"a"})"));
  EXPECT_FALSE(match(R"({"$or":[{"n":["b"]},{"c":[1]}],"n":["a"]})", R"({"n":"b"})"));
}

TEST(EventBridge, DottedKeysArePaths) {
  EXPECT_TRUE(match(R"({"a":{"b":[1]}})", R"({"a.b":1})"));
  EXPECT_TRUE(match(R"({"a.b":[1]})", R"({"a":{"b":1}})"));
  EXPECT_TRUE(match(R"({"a":{"b":[1],"c":[2]}})", R"({"a.b":1,"a":{"c":2}})"));
  EXPECT_TRUE(match(R"({"a.b":[2]})", R"({"a.b":1,"a":{"b":2}})"));
  EXPECT_TRUE(match(R"({"a":{"b":[1],"c":[2]},"a":[3]})", R"({"a.b":1,"a":3,"a.c":2})"));
  EXPECT_TRUE(match(R"({"a":{"b":[1],"c":[2]},"a":[4]})", R"({"a":[3,4],"a.b":1,"a.c":2})"));
}

TEST(EventBridge, ManyDottedKeysCostNoQuadraticTimeAndNoStack) {
  std::string event = "{";
  for (int i = 0; i < 50'000; ++i) event += "\"a.k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(match(R"({"a":{"k49999":[1]}})", event + R"("b":0})"));
  std::string deep;
  for (int i = 0; i < 250; ++i) deep += "{\"" + std::string(400, '.') + "\":";
  deep += "1" + std::string(250, '}');
  EXPECT_FALSE(match(R"({"a":[1]})", deep));
}

TEST(EventBridge, DuplicateKeysLastWins) {
  EXPECT_TRUE(match(R"({"a":[1],"a":[2]})", R"({"a":1,"a":2})"));
  EXPECT_FALSE(match(R"({"a":[1],"a":[2]})", R"({"a":2,"a":1})"));
}

TEST(EventBridge, APlaceThatIsWrittenAgainReplacesTheOneBefore) {
  EXPECT_TRUE(match(R"({"a":{"b":[1]},"a.b":[2]})", R"({"a":{"b":2}})"));
  EXPECT_FALSE(match(R"({"a.b":[1],"a":{"b":[2]}})", R"({"a":{"b":1}})"));
  EXPECT_FALSE(match(R"({"a":{"b":[1]},"a":{"c":[2]}})", R"({"a":{"c":2}})"));  // two places
  EXPECT_TRUE(match(R"({"a":{"b":[1]},"a":{"c":[2]}})", R"({"a":{"c":2,"b":1}})"));
  EXPECT_TRUE(match(R"({"a":{"b":[1]},"$or":[{"a":{"b":[2]}},{"c":[3]}]})", R"({"a":{"b":2}})"));
  EXPECT_FALSE(match(R"({"$or":[{"a":{"b":[2]}},{"c":[3]}],"a":{"b":[1]}})", R"({"a":{"b":2}})"));
}

TEST(EventBridge, ErrorsSayWhereAndWhat) {
  const PatternError error = refused("{\n  \"ä\": [{\"prefix\": 3}]\n}");
  EXPECT_EQ(error.line, 2U);
  EXPECT_EQ(error.column, 20U);
  EXPECT_EQ(error.text(), "line 2, column 20: prefix compares strings only; expected a string");
  EXPECT_EQ(refused(R"({"a":5})").hint, "write a single value as an array of one");
}

TEST(EventBridge, RefusesWhatAwsRefuses) {
  for (const char* pattern : {"{}",
                              "[]",
                              "x",
                              "",
                              R"({"a":{}})",
                              R"({"a":[]})",
                              R"({"a":[[1]]})",
                              R"({"a":[{"numeric":[">",5,"<",5]}]})",
                              R"({"a":[{"numeric":["<",5,">",1]}]})",
                              R"({"a":[{"numeric":["=",1,"<",5]}]})",
                              R"({"a":[{"numeric":[]}]})",
                              R"({"a":[{"anything-but":[1,"x"]}]})",
                              R"({"a":[{"anything-but":[]}]})",
                              R"({"a":[{"anything-but":true}]})",
                              R"({"a":[{"wildcard":"a\\b"}]})",
                              R"({"a":[{"wildcard":"a\\"}]})",
                              R"({"a":[{"cidr":"10.0.0.1"}]})",
                              R"({"a":[{"cidr":"10.0.0.0/33"}]})",
                              R"({"a":[{"cidr":"10.0.0.1/32"}]})",
                              R"({"a":[{"cidr":"::1/128"}]})",
                              R"({"a":[{"cidr":"10.0.0/8"}]})",
                              R"({"a":[{"exactly":33}]})",
                              R"({"a":[{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}]})",
                              R"({"a":[{"anything-but":{"suffix":{"equals-ignore-case":["x"]}}}]})",
                              R"({"a":[{"exists":1}]})",
                              R"({"a":[{"prefix":"x","prefix":"y"}]})",
                              R"({"$or":[{"a":[1]}]})",
                              R"({"$or":[{"a":{"prefix":[1]}},{"b":[2]}]})",
                              R"({"$or":[{"a":[1]},{"b":[2]}],"c":{"$or":["x"]}})",  // a choice and a field
                              R"({"a":[1]} x)",
                              R"({"a":[01]})"}) {
    EXPECT_FALSE(refused(pattern).message.empty()) << pattern;
  }
}

TEST(EventBridge, LimitsCanBeLifted) {
  const std::string longer = R"({"a":[")" + std::string(3000, 'x') + R"("]})";
  EXPECT_NE(refused(longer).message.find("longer"), std::string::npos);
  EventLimits lifted;
  lifted.lifted = true;
  EXPECT_TRUE(std::holds_alternative<EventPattern>(parse_event_pattern(longer, lifted)));
  const std::string deep(100'000, '[');
  EXPECT_TRUE(std::holds_alternative<PatternError>(parse_event_pattern(deep, lifted)));
}

}  // namespace
}  // namespace gw::pattern

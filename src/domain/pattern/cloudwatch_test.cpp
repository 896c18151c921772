#include "domain/pattern/cloudwatch.h"

#include <string>

#include <gtest/gtest.h>

namespace gw::pattern {
namespace {

bool match(std::string_view pattern, std::string_view message, const LogLimits& limits = {}) {
  const auto parsed = parse_log_pattern(pattern, limits);
  if (const auto* error = std::get_if<PatternError>(&parsed)) {
    ADD_FAILURE() << pattern << ": " << error->text();
    return false;
  }
  const bool matched = matches(std::get<LogPattern>(parsed), message);
  json::Doc doc;
  if (doc.parse(message)) {
    EXPECT_EQ(matches(std::get<LogPattern>(parsed), doc.root()), matched) << pattern;
  }
  return matched;
}

PatternError refused(std::string_view pattern) {
  const auto parsed = parse_log_pattern(pattern);
  if (const auto* error = std::get_if<PatternError>(&parsed)) return *error;
  ADD_FAILURE() << "accepted: " << pattern;
  return {};
}

TEST(CloudWatch, OfEqualMembersTheLastCounts) {
  EXPECT_FALSE(match("{ $.a.* = 7 }", R"({"a":{"k":7,"k":8}})"));
  EXPECT_TRUE(match("{ $.a.* = 8 }", R"({"a":{"k":7,"k":8}})"));
  EXPECT_TRUE(match("{ $.a.* = 7 }", R"({"a":{"k":7,"k":8,"l":7}})"));
  EXPECT_TRUE(match("{ $.a.* = 7 }", R"({"a":{"k":8,"k":7}})"));
}

TEST(CloudWatch, Terms) {
  EXPECT_TRUE(match("", "anything"));
  EXPECT_TRUE(match("\" \"", "anything"));
  EXPECT_FALSE(match("-\" \"", "two words"));
  EXPECT_TRUE(match("B \"A x\"", "A x B"));
  EXPECT_FALSE(match("A -B", "A B"));
  EXPECT_TRUE(match("?A ?B", "B"));
  EXPECT_FALSE(match("?A ?B", "C"));
  EXPECT_TRUE(match("?A C", "C"));
  EXPECT_FALSE(match("?A -C", "A C"));
}

TEST(CloudWatch, SelectorsAndValues) {
  constexpr std::string_view kEvent = R"({"a":{"b.c":[1,[2,"x"]],"n":null,"t":true},"l":[{"v":5},{"v":"5*"}],"e":1e3})";
  EXPECT_TRUE(match("{ $.a.['b.c'][1][1] = x }", kEvent));
  EXPECT_TRUE(match("{ $['a']['b.c'][0] = 1.0 }", kEvent));
  EXPECT_TRUE(match("{ $.l[*].v >= 5 }", kEvent));
  EXPECT_FALSE(match("{ $.l[*].v > 5 }", kEvent));
  EXPECT_TRUE(match("{ $.a.* IS NULL }", kEvent));
  EXPECT_TRUE(match("{ $.a.t IS TRUE && $.a.x NOT EXISTS }", kEvent));
  EXPECT_FALSE(match("{ $.a.n NOT EXISTS || $.a.t IS FALSE }", kEvent));
  EXPECT_FALSE(match("{ $.a = * }", kEvent));
  EXPECT_TRUE(match("{ $.e = 1000 && $.e < 1.1e+3 }", kEvent));
  EXPECT_TRUE(match("{ $.e=1 || ($.e = 2 || $.e=1*) && $.e != 3 }", kEvent));
  EXPECT_FALSE(match("{ $.e = 1000 }", "not JSON"));
}

TEST(CloudWatch, OfEqualKeysTheLastCounts) {
  constexpr std::string_view kEvent = R"({"a":{"k":1,"k":2,"j":[3]},"a":{"k":4,"k":{"x":5},"l":null}})";
  EXPECT_FALSE(match("{ $.a.k = 4 }", kEvent));
  EXPECT_TRUE(match("{ $.a.k.x = 5 && $.a.j NOT EXISTS }", kEvent));
  EXPECT_FALSE(match("{ $.a.* = 4 }", kEvent));
  EXPECT_TRUE(match("{ $.a.* IS NULL }", kEvent));
  EXPECT_FALSE(match("{ $.a[0] = 4 || $.a[*] = 4 }", kEvent));
}

TEST(CloudWatch, DifferenceFromAMissingFieldIsAChoice) {
  LogLimits limits;
  EXPECT_FALSE(match("{ $.a != 1 }", "{}", limits));
  limits.missing_differs = true;
  EXPECT_TRUE(match("{ $.a != 1 }", "{}", limits));
}

TEST(CloudWatch, Regexes) {
  EXPECT_TRUE(match("%^a{,2}$%", "aa"));
  EXPECT_FALSE(match("%^a{,2}$%", "aaa"));
  EXPECT_TRUE(match("%\\x3A%", "a:b"));
  EXPECT_TRUE(match("{ $.a = %^Del[a-z]+$% && $.a != %x% }", R"({"a":"Delete"})"));
  EXPECT_EQ(refused("{ $.a = %^(Del% }").text(),
            "line 1, column 11: parentheses are not allowed in a regex; expected an operator of AWS's subset; "
            "write \\x28 and \\x29");
  for (const char* bad : {"%a!%", "%\\b%", "%[a%", "%%", "%a", "%é%", "{ $.a = %a% && $.b = %b% && $.c = %c% }"})
    EXPECT_FALSE(refused(bad).message.empty()) << bad;
}

TEST(CloudWatch, Fields) {
  constexpr std::string_view kLine = R"(10.0.0.1 - [a b] "GET /x.html" 404 1534)";
  EXPECT_TRUE(match("[ip, user, time, request = *.html, code = 4* || code = 500, bytes > 1000]", kLine));
  EXPECT_FALSE(match("[ip, user, time, request, code, bytes > 2000]", kLine));
  EXPECT_FALSE(match("[ip, user]", kLine));
  EXPECT_TRUE(match("[..., code = 404, bytes]", kLine));
  EXPECT_TRUE(match("[ip = 10.*, ..., bytes = 1534]", kLine));
  EXPECT_TRUE(match("[ip != 11.* && ip != 12.*, rest]", kLine));
  EXPECT_TRUE(match("[..., request = *.html*, code = 4*,]", kLine));
  EXPECT_TRUE(match("[ip@, user:name = -, größe, *, code/1, $bytes]", kLine));
}

TEST(CloudWatch, RefusesWhatAwsRefuses) {
  for (const char* bad : {"{ }", "{ $.a }", "{ $.a EXISTS }", "{ $.a IS NOT NULL }", "{ $.a = }", "{ $.a = 1 } x",
                          "{ $.a > x }", "{ a = 1 }", "{ ($.a = 1 }", "{ $.a[*].b[*] = 1 }", "[a, b",
                          "[a = 1 && b = 2]", "\"open", "\"\"", "a.b", "a:", "?a-b", "(a", "{ $.a[x] = 1 }"})
    EXPECT_FALSE(refused(bad).message.empty()) << bad;
  EXPECT_FALSE(refused(std::string(1025, 'x')).message.empty());
  std::string umlauts;
  for (int i = 0; i < 1024; ++i) umlauts += "ä";
  EXPECT_TRUE(match(umlauts, umlauts));  // characters count, not bytes
  EXPECT_FALSE(refused("{" + std::string(500, '(')).message.empty());
}

}  // namespace
}  // namespace gw::pattern

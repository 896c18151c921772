#include "edge/web/target.h"

#include <gtest/gtest.h>

namespace gw::web {
namespace {

TEST(Target, PathAndQuery) {
  const auto target = parse_target("/api/v1/x%2Fy?a=1&b=%C3%A9+%2B&c");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"api", "v1", "x/y"}));
  EXPECT_EQ(target->query, (std::map<std::string, std::string>{{"a", "1"}, {"b", "\xc3\xa9 +"}, {"c", ""}}));
  EXPECT_EQ(to_string(*target), "/api/v1/x%2Fy?a=1&b=%C3%A9%20%2B&c=");
  EXPECT_TRUE(parse_target("/")->path.empty());
  EXPECT_TRUE(parse_target("/?")->query.empty());
  EXPECT_TRUE(parse_target("/a?&&x=1&")->query.contains("x"));
}

TEST(Target, RefusesWhatIsNotPlain) {
  for (const char* text : {"",          "a",    "*",         "http://h/a", "//a",     "/a//b", "/a/",
                           "/%",        "/%4",  "/%zz",      "/%00",       "/%0a",    "/%ff",  "/%c0%af",
                           "/\x80",     "/a#b", "/?a=1&a=2", "/?=1",       "/?a=%0d", "/?a=%", "/1/2/3/4/5/6/7/8/9",
                           "/?a=%C2%85"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  std::string many = "/?";
  for (int i = 0; i < 33; ++i) many += "p" + std::to_string(i) + "=1&";
  EXPECT_FALSE(parse_target(many));
}

TEST(Target, Hosts) {
  EXPECT_EQ(host_of("Example.COM:80"), "example.com");
  EXPECT_EQ(host_of("[::1]:8080"), "::1");
  EXPECT_EQ(host_of("127.0.0.1"), "127.0.0.1");
  for (const char* text : {"", ":80", "a:b", "[::1", "[a]", "[::1]x", "a:1:2", "a:1234567"})
    EXPECT_FALSE(host_of(text)) << text;
  for (const char* text : {"localhost", "127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback_host(text)) << text;
  for (const char* text : {"", "a", "localhost.", "127.0.0.1.example", "128.0.0.1", "::2", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback_host(text)) << text;
  }
}

}  // namespace
}  // namespace gw::web

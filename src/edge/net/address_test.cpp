#include "edge/net/address.h"

#include <gtest/gtest.h>

namespace gw::net {
namespace {

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Address{});
}

TEST(Address, ReadsLiteralsOnly) {
  EXPECT_EQ(to_string(address("192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(to_string(address("[2001:DB8::1]")), "2001:db8::1");
  EXPECT_EQ(to_string(address("fe80::1%eth0")), "fe80::1");
  for (const char* text : {"", "localhost", "1.2.3", "0x7f.0.0.1", "127.1", "::g", "1.2.3.4.5", "[::1", " 1.2.3.4"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0.x", 10)));
}

TEST(Address, AMappedAddressIsTheOneThatItWraps) {
  EXPECT_EQ(address("::ffff:127.0.0.1"), address("127.0.0.1"));
  EXPECT_TRUE(is_loopback(address("::ffff:127.8.8.8")));
  EXPECT_TRUE(is_loopback(address("::1")));
  EXPECT_FALSE(is_loopback(address("::2")));
  EXPECT_FALSE(is_loopback(address("128.0.0.1")));
}

TEST(Address, WhatIsNotReachableForEverybodyIsNotPublic) {
  for (const char* text : {"0.0.0.0",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "169.254.169.254",
                           "169.254.170.2",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:a9fe:a9fe",
                           "64:ff9b::a00:1",
                           "64:ff9b::169.254.169.254",
                           "2002:a00:1::1",
                           "2002:7f00:1::",
                           "2001::1",
                           "2001:db8::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "100::1",
                           "4000::1",
                           "3fff::1"}) {
    EXPECT_FALSE(is_public(address(text))) << text;
  }
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.0.0.1",
                           "172.15.0.1", "172.32.0.1", "192.167.1.1", "192.169.1.1", "223.255.255.255", "2600:1f00::1",
                           "2a00:1450::1", "64:ff9b::101:101", "2002:101:101::1"}) {
    EXPECT_TRUE(is_public(address(text))) << text;
  }
}

TEST(Address, Networks) {
  EXPECT_TRUE(is_in_network(address("10.1.2.3"), "10.0.0.0/8"));
  EXPECT_TRUE(is_in_network(address("10.1.2.3"), "10.1.2.3"));
  EXPECT_TRUE(is_in_network(address("10.1.2.3"), "0.0.0.0/0"));
  EXPECT_TRUE(is_in_network(address("fd00::1"), "fd00::/8"));
  for (const char* network : {"11.0.0.0/8", "10.1.2.4", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/-1", "::/0", "x", ""}) {
    EXPECT_FALSE(is_in_network(address("10.1.2.3"), network)) << network;
  }
}

}  // namespace
}  // namespace gw::net

#include "edge/curl/ca_bundle.h"

#include <gtest/gtest.h>

#include <array>

namespace gw::curl {
namespace {

TEST(CaBundle, IsTheFirstThatCanBeRead) {
  const std::array<const char*, 3> places = {"/nowhere/ca.pem", "/dev/null", "/dev/zero"};
  EXPECT_EQ(first_readable(places), "/dev/null");
  EXPECT_EQ(first_readable(std::span(places).first(1)), "");
}

}  // namespace
}  // namespace gw::curl

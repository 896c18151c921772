#include "edge/sources/standard_input.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "edge/sources/test_taker.h"

namespace gw::sources {
namespace {

using Names = std::vector<std::string>;

class StandardInputTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(pipe_), 0); }
  void TearDown() override {
    ::close(pipe_[0]);
    if (pipe_[1] >= 0) ::close(pipe_[1]);
  }
  void write(const std::string& text) {
    ASSERT_EQ(::write(pipe_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() { ::close(std::exchange(pipe_[1], -1)); }
  StandardInputResult read(StandardInputConfig config = {}) {
    config.descriptor = pipe_[0];
    auto result = read_standard_input(config, taker_.submit(), [] { return Time{}; }, {});
    EXPECT_TRUE(result);
    return *result;
  }

  int pipe_[2] = {-1, -1};
  Taker taker_;
};

TEST_F(StandardInputTest, LinesComeInParts) {
  StandardInputConfig config;
  config.part = 10;
  write("{\"a\":1}\n{\"b\":2}\n{\"cccccccccccccccc\":3}\n{}");
  end();
  const StandardInputResult result = read(config);
  Names parts;
  for (const ports::Delivery& delivery : taker_.taken) parts.push_back(delivery.bytes);
  EXPECT_EQ(parts, (Names{"{\"a\":1}\n", "{\"b\":2}\n", "{\"cccccccccccccccc\":3}\n", "{}"}));
  EXPECT_EQ(result.deliveries, 4u);
  EXPECT_EQ(result.bytes, 41u);
  EXPECT_EQ(result.not_stored, 0u);
}

TEST_F(StandardInputTest, LinesDoNotWaitForMoreOfThem) {
  std::jthread reader([&] { (void)read(); });
  write("{\"a\":1}\n{\"b\"");
  taker_.wait_for(1);
  EXPECT_EQ(taker_.taken[0].bytes, "{\"a\":1}\n");
  write(":2}\n");
  end();
  taker_.wait_for(2);
  reader.join();
  EXPECT_EQ(taker_.taken[1].bytes, "{\"b\":2}\n");
}

TEST_F(StandardInputTest, ADocumentComesWhole) {
  for (const std::string& text : {std::string("{\n \"Records\": [\n]}\n"), std::string("\x1f\x8b\x08 x\ny\nz"),
                                  std::string("{\"Records\":[]}"), std::string("no JSON\nat all\n")}) {
    taker_.taken.clear();
    ::close(pipe_[0]);
    ASSERT_EQ(::pipe(pipe_), 0);
    write(text);
    end();
    StandardInputConfig config;
    config.part = 4096;
    read(config);
    ASSERT_EQ(taker_.taken.size(), 1u) << text;
    EXPECT_EQ(taker_.taken[0].bytes, text);
  }
}

TEST_F(StandardInputTest, TooMuchIsSetAside) {
  StandardInputConfig config;
  config.whole = 1000;
  write("{\n" + std::string(2000, ' '));
  end();
  read(config);
  ASSERT_EQ(taker_.taken.size(), 1u);
  EXPECT_FALSE(taker_.taken[0].problem.empty());
}

TEST_F(StandardInputTest, WhatIsNotStoredIsCounted) {
  taker_.give_back = 1;
  write("{}\n");
  end();
  EXPECT_EQ(read().not_stored, 1u);
}

TEST_F(StandardInputTest, StoppingEndsTheWait) {
  std::stop_source stop;
  StandardInputConfig config;
  config.descriptor = pipe_[0];
  std::jthread reader([&] {
    EXPECT_TRUE(read_standard_input(
        config, taker_.submit(), [] { return Time{}; }, stop.get_token()));
  });
  stop.request_stop();
  reader.join();
  EXPECT_TRUE(taker_.taken.empty());
}

}  // namespace
}  // namespace gw::sources

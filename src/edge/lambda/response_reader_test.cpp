#include "edge/lambda/response_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace gw::lambda {
namespace {

using State = ResponseReader::State;

State read(ResponseReader& reader, std::string_view bytes, std::size_t step) {
  State state = State::more;
  for (std::size_t i = 0; i < bytes.size(); i += step) state = reader.feed(bytes.substr(i, step));
  return state;
}

TEST(ResponseReader, ReadsWhatCountsItsBytesAndWhatComesInChunksHoweverItIsCut) {
  const std::vector<std::string_view> answers = {
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-One:  a b \t\r\n\r\nhello world",
      "HTTP/1.1 200\r\ntransfer-encoding: Chunked\r\nx-one: a b\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: "
      "u\r\n\r\n",
      "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nx-one:a "
      "b\r\ncontent-length:11\r\n\r\nhello "
      "world",
  };
  for (const auto answer : answers) {
    for (std::size_t step = 1; step <= answer.size(); ++step) {
      ResponseReader reader(11);
      ASSERT_EQ(read(reader, answer, step), State::done) << answer << step;
      EXPECT_EQ(reader.response().status, 200);
      EXPECT_EQ(reader.response().body, "hello world");
      EXPECT_EQ(reader.response().header("x-one"), "a b");
      EXPECT_TRUE(reader.keeps_alive());
    }
  }
}

TEST(ResponseReader, KeepsTheConnectionOnlyWhereTheAnswerEndsByItself) {
  ResponseReader until_close(100);
  EXPECT_EQ(until_close.feed("HTTP/1.1 200 OK\r\n\r\nall of it"), State::more);
  EXPECT_EQ(until_close.finish(), State::done);
  EXPECT_EQ(until_close.response().body, "all of it");
  EXPECT_FALSE(until_close.keeps_alive());
  for (const char* answer :
       {"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 None\r\n\r\nmore than was asked for"}) {
    ResponseReader reader(100);
    EXPECT_EQ(reader.feed(answer), State::done) << answer;
    EXPECT_FALSE(reader.keeps_alive()) << answer;
  }
}

TEST(ResponseReader, RefusesABodyOverTheLimitButTellsTheHeaders) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nid: 1\r\nContent-Length: 18446744073709551615\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nid: 1\r\nContent-Length: 11\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nid: 1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n",
                             "HTTP/1.1 200 OK\r\nid: 1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
                             "HTTP/1.1 200 OK\r\nid: 1\r\n\r\n12345678901"}) {
    ResponseReader reader(10);
    ASSERT_EQ(reader.feed(answer), State::done) << answer;
    EXPECT_TRUE(reader.response().too_long) << answer;
    EXPECT_EQ(reader.response().header("id"), "1");
    EXPECT_EQ(reader.response().body, "");
    EXPECT_FALSE(reader.keeps_alive());
  }
}

TEST(ResponseReader, RefusesWhatIsNotPlainlyRight) {
  for (const char* answer : {
           "HTTP/2 200 OK\r\n",
           "HTTP/1.1 20 OK\r\n",
           "HTTP/1.1 2000\r\n",
           "HTTP/1.1 -20 OK\r\n",
           "ICY 200 OK\r\n\r\n",
           "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
           "HTTP/1.1 101 Upgrade\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n",
           "HTTP/1.1 200 OK\r\n: nameless\r\n",
           "HTTP/1.1 200 OK\r\nspace : before\r\n",
           "HTTP/1.1 200 OK\r\n folded: line\r\n",
           "HTTP/1.1 200 OK\r\nx: a\rb\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length:\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
       }) {
    ResponseReader reader(100);
    EXPECT_EQ(reader.feed(answer), State::failed) << answer;
    EXPECT_FALSE(reader.damage().empty());
    EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), State::failed);
  }
}

TEST(ResponseReader, HoldsNoHeadWithoutEndAndTellsWhatWasCutOff) {
  for (const std::string& begin : {std::string(), std::string("HTTP/1.1 200 OK\r\nx: ")}) {
    ResponseReader reader(100);
    EXPECT_EQ(reader.feed(begin + std::string(ResponseReader::kMaxHead + 1, 'a')), State::failed);
  }
  ResponseReader trailers(100);
  (void)trailers.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  EXPECT_EQ(read(trailers, std::string(70'000, 'a'), 1000), State::failed);
  ResponseReader chunk(100);
  EXPECT_EQ(chunk.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(300, 'a')),
            State::failed);
  for (const char* cut : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"}) {
    ResponseReader reader(100);
    EXPECT_EQ(reader.feed(cut), State::more);
    EXPECT_EQ(reader.has_begun(), *cut != '\0');
    EXPECT_EQ(reader.finish(), State::failed) << cut;
  }
}

}  // namespace
}  // namespace gw::lambda

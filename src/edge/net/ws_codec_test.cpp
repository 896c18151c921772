#include "edge/net/ws_codec.h"

#include <gtest/gtest.h>

#include <vector>

namespace gw::net {
namespace {

// As a server sends it: not masked.
std::string sent(unsigned first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() < 65'536) {
    out += {126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 255)};
  } else {
    out.push_back(127);
    for (int i = 7; i >= 0; --i) out.push_back(static_cast<char>(payload.size() >> (8 * i) & 255));
  }
  return out + payload;
}

std::vector<WsMessage> read_all(WsReader& reader, const std::string& bytes, std::size_t piece, bool& failed) {
  std::vector<WsMessage> out;
  failed = false;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    reader.feed(std::string_view(bytes).substr(i, piece));
    for (;;) {
      auto next = reader.next();
      failed = !next;
      if (!next || !*next) break;
      out.push_back(std::move(**next));
    }
    if (failed) break;
  }
  return out;
}

// The example of RFC 6455, 1.3 and 4.1.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

TEST(WsHandshake, IsOpenedByTheAnswerToOurKeyAlone) {
  EXPECT_EQ(ws_accept(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto good = ws_check_answer(kAnswer + "\x81", kKey);
  ASSERT_TRUE(good && *good) << good.error().message;
  EXPECT_EQ(**good, kAnswer.size());
  const auto part = ws_check_answer(kAnswer.substr(0, 60), kKey);
  ASSERT_TRUE(part);
  EXPECT_FALSE(*part);
  const auto replaced = [](std::string from, std::string to) {
    std::string text = kAnswer;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& bad :
       {replaced("101", "200"), replaced("101", "1011"), replaced("s3p", "S3p"), replaced("upgrade\r", "close\r"),
        replaced("WebSocket", "h2c"), replaced("Sec-WebSocket-Accept", "X"),
        replaced("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        replaced("HTTP/1.1", "HTTP/1.0"), std::string(kWsHeadLimit + 1, 'x')})
    EXPECT_FALSE(ws_check_answer(bad, kKey)) << bad.substr(0, 200);
  const std::string request = ws_request("wss.example.com", "/link/?ticket=x", kKey);
  EXPECT_EQ(request.find("GET /link/?ticket=x HTTP/1.1\r\nHost: wss.example.com\r\n"), 0u);
  EXPECT_TRUE(request.ends_with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
}

// RFC 6455, 5.7.
TEST(WsFrame, IsMaskedAsTheStandardShows) {
  EXPECT_EQ(ws_frame(WsOpcode::text, "Hello", {0x37, 0xfa, 0x21, 0x3d}),
            std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
  EXPECT_EQ(ws_frame(WsOpcode::binary, std::string(256, 'x'), {0, 0, 0, 0}).substr(0, 4),
            std::string("\x82\xfe\x01\x00", 4));
  EXPECT_EQ(ws_frame(WsOpcode::binary, std::string(65'536, 'x'), {0, 0, 0, 0}).substr(0, 10),
            std::string("\x82\xff\0\0\0\0\0\1\0\0", 10));
  EXPECT_EQ(ws_close_payload(1000), "\x03\xe8");
}

TEST(WsReader, PutsFragmentsTogetherAroundControlFrames) {
  const std::string bytes = sent(0x01, "Hel") + sent(0x89, "ping") + sent(0x80, "lo") +
                            sent(0x82, std::string(70'000, 'b')) + sent(0x81, std::string(300, 'a')) +
                            sent(0x88, std::string("\x03\xe8") + "bye") + sent(0x88, "");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    WsReader reader;
    bool failed = false;
    const auto got = read_all(reader, bytes, piece, failed);
    EXPECT_FALSE(failed);
    ASSERT_EQ(got.size(), 6u);
    EXPECT_EQ(got[0].opcode, WsOpcode::ping);
    EXPECT_EQ(got[0].payload, "ping");
    EXPECT_EQ(got[1].opcode, WsOpcode::text);
    EXPECT_EQ(got[1].payload, "Hello");
    EXPECT_EQ(got[2].payload.size(), 70'000u);
    EXPECT_EQ(got[3].payload.size(), 300u);
    EXPECT_EQ(got[4].code, 1000);
    EXPECT_EQ(got[4].payload, "bye");
    EXPECT_EQ(got[5].code, 1005);
  }
}

TEST(WsReader, RefusesWhatTheStandardForbids) {
  const std::string large = sent(0x01, std::string(kWsMessageLimit, 'x')) + sent(0x80, "x");
  for (const std::string& bad :
       {ws_frame(WsOpcode::binary, "x", {0, 0, 0, 0}),  // masked
        sent(0xC1, "x"), sent(0x83, "x"), sent(0x8B, "x"), sent(0x09, "x"), sent(0x89, std::string(126, 'x')),
        sent(0x80, "x"), sent(0x01, "x") + sent(0x81, "y"), sent(0x81, "\xff"), sent(0x81, "\xed\xa0\x80"),
        sent(0x01, "\xc3") + sent(0x80, "("), std::string("\x81\x7e\x00\x05Hello", 9), sent(0x88, "x"),
        sent(0x88, std::string("\x03\xed")), sent(0x88, std::string("\x03\xe8\xff")), large,
        std::string("\x81\x7f\x00\x00\x00\x00\x00\x10\x00\x01", 10),
        std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)}) {
    WsReader reader;
    bool failed = false;
    EXPECT_TRUE(read_all(reader, bad, 4096, failed).empty());
    EXPECT_TRUE(failed) << bad.substr(0, 20);
    EXPECT_FALSE(reader.next()) << "and stays so";
  }
  WsReader reader;
  bool failed = false;
  EXPECT_EQ(read_all(reader, sent(0x01, "\xc3") + sent(0x80, "\xa4"), 1, failed).at(0).payload, "\xc3\xa4")
      << "a character may be cut by fragments";
}

}  // namespace
}  // namespace gw::net

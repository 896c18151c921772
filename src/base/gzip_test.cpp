#include "base/gzip.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace gw {
namespace {

std::string gzip(std::string_view text) {
  libdeflate_compressor* c = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_gzip_compress_bound(c, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(c, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

struct Outcome {
  InflateResult::State state;
  std::string text;
  std::string reason;
};

Outcome whole(const std::string& in, std::size_t capacity = 1 << 20) {
  WholeInflater inflater;
  std::string out(capacity, '\0');
  const InflateResult r = inflater.inflate(in, out.data(), capacity);
  return {r.state, out.substr(0, r.size), std::string(r.reason)};
}

Outcome stream(const std::string& in, std::size_t head, std::size_t source_step, std::size_t out_step) {
  StreamInflater inflater;
  std::size_t at = std::min(head, in.size());
  inflater.start(std::string_view(in).substr(0, at), [&](char* buffer, std::size_t capacity) {
    const std::size_t n = std::min({source_step, capacity, in.size() - at});
    std::copy_n(in.data() + at, n, buffer);
    at += n;
    return n;
  });
  std::string text;
  std::vector<char> out(out_step);
  for (;;) {
    const InflateResult r = inflater.read(out.data(), out.size());
    text.append(out.data(), r.size);
    if (r.state != InflateResult::State::full) return {r.state, text, std::string(r.reason)};
  }
}

std::string sample(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) text += "record " + std::to_string(random() % 1000) + ",";
  return text;
}

TEST(Gzip, SeveralMembersAndZeroPaddingAreOneText) {
  const std::string a = sample(50000);
  const std::string in = gzip(a) + gzip("") + std::string(40, '\0') + gzip("tail") + std::string(600, '\0');
  EXPECT_EQ(whole(in).text, a + "tail");
  EXPECT_EQ(whole(in).state, InflateResult::State::done);
  for (const std::size_t step : {1u, 7u, 4096u}) {
    const Outcome got = stream(in, step % 5, step, 1000 + step);
    EXPECT_EQ(got.state, InflateResult::State::done) << got.reason;
    EXPECT_EQ(got.text, a + "tail");
  }
}

// ISA-L gives back bytes that it read ahead, perhaps of the input before: members that end just behind the border of two
// inputs must come out whole.
TEST(Gzip, MembersMayEndAnywhereInTheInput) {
  const std::string in = gzip(sample(300)) + gzip("x") + gzip(sample(40));
  const std::string text = sample(300) + "x" + sample(40);
  for (std::size_t head = 0; head <= in.size(); ++head) {
    for (const std::size_t step : {1u, 2u, 5u, 100000u}) {
      const Outcome got = stream(in, head, step, 50);
      ASSERT_EQ(got.state, InflateResult::State::done) << head << " " << step << " " << got.reason;
      ASSERT_EQ(got.text, text);
    }
  }
}

TEST(Gzip, HeadersMayHoldNamesAndExtraFields) {
  std::string in = gzip("hello");
  std::string header = in.substr(0, 10);
  header[3] = '\x1F';  // text, header CRC, extra, name, comment
  header += std::string(
                "\x03\x00"
                "abc",
                5) +
            std::string("name\0comment\0", 13) + "cc";
  in = header + in.substr(10);
  EXPECT_EQ(whole(in).text, "hello");
  for (const std::size_t step : {1u, 3u, 1000u}) EXPECT_EQ(stream(in, step % 3, step, 100).text, "hello") << step;
  // Cut off in a header behind a whole member and zeros.
  const std::string cut = gzip("x") + std::string(90, '\0') + in.substr(0, 4);
  for (const std::size_t step : {1u, 35u, 1000u}) {
    EXPECT_EQ(stream(cut, 38, step, 100).state, InflateResult::State::damaged) << step;
    EXPECT_EQ(stream(cut, 38, step, 100).text, "x") << step;
  }
  const std::string endless = std::string("\x1f\x8b\x08\x08\0\0\0\0\0\0", 10) + std::string(100000, 'n');
  EXPECT_EQ(stream(endless, 5, 4096, 100).reason, "gzip header too long");
}

TEST(Gzip, EveryCutIsNoticed) {
  const std::string in = gzip(sample(500));
  for (std::size_t size = 0; size < in.size(); ++size) {
    EXPECT_EQ(whole(in.substr(0, size)).state, InflateResult::State::damaged) << size;
    EXPECT_EQ(stream(in.substr(0, size), 3, 64, 128).state, InflateResult::State::damaged) << size;
  }
}

TEST(Gzip, DamageIsNamed) {
  const std::string good = gzip("hello");
  std::string method = good;
  method[2] = 7;
  std::string flags = good;
  flags[3] = '\x20';
  std::string crc = good;
  crc[crc.size() - 6] = static_cast<char>(crc[crc.size() - 6] ^ 1);
  EXPECT_EQ(whole(method).reason, "unknown gzip compression method");
  EXPECT_EQ(stream(method, 0, 64, 64).reason, "unknown gzip compression method");
  EXPECT_EQ(whole(flags).reason, "reserved gzip header flags");
  EXPECT_EQ(whole(crc).state, InflateResult::State::damaged);
  EXPECT_EQ(stream(crc, 0, 64, 64).reason, "gzip checksum does not match");
  EXPECT_EQ(whole(good + "garbage").reason, "bytes after the gzip data");
  EXPECT_EQ(whole(good + "garbage").text, "hello");
  EXPECT_EQ(stream(good + "garbage", 0, 64, 64).text, "hello");
}

// ISA-L may count one byte more than it was given when it meets a distance that points before the text.
TEST(Gzip, DamageAtTheEndOfAWindowStaysInIt) {
  std::ifstream file(GW_SOURCE_DIR "/fuzz/regress/gzip/counted_past_the_input", std::ios::binary);
  const std::string in{std::istreambuf_iterator<char>(file), {}};
  ASSERT_EQ(in.size(), 355u);
  EXPECT_EQ(whole(in).state, InflateResult::State::damaged);
  for (const std::size_t step : {1u, 7u, 51u, 52u, 53u, 1000u}) {
    for (std::size_t head = 0; head <= in.size(); ++head) {
      const Outcome o = stream(in, head, step, 997);
      ASSERT_EQ(o.state, InflateResult::State::damaged) << head << ' ' << step;
      ASSERT_EQ(o.reason, "damaged gzip data");
    }
  }
}

TEST(Gzip, ABombStopsAtTheCapacity) {
  const std::string in = gzip(std::string(20 << 20, ' '));
  EXPECT_EQ(whole(in, 1 << 20).state, InflateResult::State::full);
  EXPECT_EQ(stream(in, 0, 4096, 65536).text.size(), 20u << 20);
}

}  // namespace
}  // namespace gw

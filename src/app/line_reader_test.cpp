#include "app/line_reader.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace gw::app {
namespace {

using Lines = std::vector<std::string>;

std::string gzipped(const std::string& text) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

Lines lines_of(LineReader& reader) {
  Lines out;
  std::string line;
  for (bool too_long = false; reader.next(line, too_long);) out.push_back(too_long ? "too long" : line);
  return out;
}
Lines lines_of(const std::string& text) {
  LineReader reader;
  reader.open({}, text);
  return lines_of(reader);
}

TEST(LineReader, LinesAsTheyAre) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("a"), Lines{"a"});
  EXPECT_EQ(lines_of("a\n"), Lines{"a"});
  EXPECT_EQ(lines_of("\n\r\nb\r\n"), (Lines{"", "\r", "b\r"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"
                     "a\n\xEF\xBB\xBF"
                     "b"),
            (Lines{"a",
                   "\xEF\xBB\xBF"
                   "b"}));
  EXPECT_EQ(lines_of(std::string("a\0b\n", 4)), Lines{std::string("a\0b", 3)});
}

TEST(LineReader, WhereverABufferEnds) {
  constexpr std::size_t kBuffer = std::size_t{64} << 10;
  for (std::size_t size = kBuffer - 2; size <= kBuffer + 2; ++size) {
    const std::string line(size, 'x');
    const Lines want = {line, "y", line};
    std::string text = line;
    text.append("\ny\n").append(line);
    EXPECT_EQ(lines_of(text), want);
    EXPECT_EQ(lines_of(gzipped(text)), want);
  }
}

TEST(LineReader, GzipOfSeveralMembers) {
  EXPECT_EQ(lines_of(gzipped("a\nb") + gzipped("c\nd\n")), (Lines{"a", "bc", "d"}));
  EXPECT_EQ(lines_of(gzipped("")), Lines{});
  LineReader reader;
  reader.open({}, "later");
  const std::string text = gzipped("{\"schema\"\n");
  reader.open({}, text);
  EXPECT_EQ(reader.beginning(), "{\"schema\"\n");
  EXPECT_EQ(lines_of(reader), Lines{"{\"schema\""});
  EXPECT_EQ(reader.problem(), "");
}

TEST(LineReader, WhatIsTooLongIsPassedOver) {
  const std::string most(LineReader::kMaxLine, 'x');
  std::string text = most;
  text.append("\n").append(most).append("x\nb\n");
  EXPECT_EQ(lines_of(text), (Lines{most, "too long", "b"}));
}

TEST(LineReader, SaysWhyATextEndsBeforeItsEnd) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text.append(std::to_string(i)).append("\n");
  const std::string whole = gzipped(text);
  const std::string half = whole.substr(0, whole.size() / 2);
  LineReader reader;
  reader.open({}, half);
  const Lines lines = lines_of(reader);
  ASSERT_GT(lines.size(), 1000u);
  for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], std::to_string(i));
  EXPECT_NE(reader.problem(), "");
  reader.open("/nowhere/at/all", {});
  EXPECT_EQ(lines_of(reader), Lines{});
  EXPECT_EQ(reader.problem(), "No such file or directory");
}

TEST(LineReader, Files) {
  const std::string path = testing::TempDir() + "/gw-lines-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << gzipped("a\nb\n");
  LineReader reader;
  reader.open(path, "passed over");
  EXPECT_EQ(lines_of(reader), (Lines{"a", "b"}));
  reader.open(testing::TempDir(), {});
  EXPECT_EQ(lines_of(reader), Lines{});
  EXPECT_EQ(reader.problem(), "Is a directory");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace gw::app

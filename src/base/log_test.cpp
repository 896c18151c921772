#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace gw {
namespace {

std::string logged(Log::Format format, std::string_view message, Log::Fields fields,
                   Log::Level level = Log::Level::info) {
  std::array<int, 2> fds{};
  if (::pipe(fds.data()) != 0) return {};
  Log(fds[1], format).write(level, Time{0}, message, fields);
  ::close(fds[1]);
  std::string out(4096, '\0');
  const ssize_t n = ::read(fds[0], out.data(), out.size());
  ::close(fds[0]);
  out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return out;
}

TEST(Log, IsOneLineWhateverTheValuesHold) {
  EXPECT_EQ(logged(Log::Format::text, "stored", {{"agent", "a\nb\x1b[31m \"q\" \\"}}),
            "1970-01-01T00:00:00Z info stored agent=\"a\\\\u{a}b\\\\u{1b}[31m \\\"q\\\" \\\\\"\n");
  EXPECT_EQ(logged(Log::Format::json, "stored", {{"agent", "a\"b"}}),
            "{\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"info\",\"message\":\"stored\",\"agent\":\"a\\\"b\"}\n");
}

TEST(Log, LeavesOutWhatNobodyAskedFor) { EXPECT_EQ(logged(Log::Format::text, "noise", {}, Log::Level::debug), ""); }

}  // namespace
}  // namespace gw

#include "app/secrets.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gw::app {
namespace {

Io test_io() {
  Io io;
  io.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "TOKEN") return "abc";
    return std::nullopt;
  };
  io.now = [] { return parse_time("2026-01-02T03:04:05Z").value(); };
  return io;
}

TEST(Secrets, ComeFromTheEnvironmentAndFromFilesAsTheyAreNow) {
  EXPECT_EQ(resolve_secret("env:TOKEN", test_io()).value().reveal(), "abc");
  const auto path = std::filesystem::temp_directory_path() / ("gw_secret_" + std::to_string(::getpid()));
  std::ofstream(path) << "first\n";
  auto source = secret_source("file:" + path.string(), test_io()).value();
  EXPECT_EQ(source.get().value().reveal(), "first");
  std::ofstream(path) << "second one\n";
  EXPECT_EQ(source.get().value().reveal(), "second one");
  std::filesystem::remove(path);
  EXPECT_EQ(source.get().error().code, Errc::invalid_input);
}

TEST(Secrets, AreRefusedByNameAndNeverShown) {
  for (const char* reference :
       {"env:NONE", "file:/nonexistent/x", "ssm:", "secretsmanager:#k", "secretsmanager:b#", "hunter2"}) {
    const auto secret = resolve_secret(reference, test_io());
    ASSERT_FALSE(secret) << reference;
    EXPECT_EQ(secret.error().message.find("hunter2"), std::string::npos);
  }
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "<secret>");
}

}  // namespace
}  // namespace gw::app

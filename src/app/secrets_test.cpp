#include "app/secrets.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gw::app {
namespace {

const Environment kEnvironment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "TOKEN") return "abc";
  return std::nullopt;
};

TEST(Secrets, ComeFromTheEnvironmentAndFromFilesAsTheyAreNow) {
  EXPECT_EQ(resolve_secret("env:TOKEN", kEnvironment).value().reveal(), "abc");
  const auto path = std::filesystem::temp_directory_path() / ("gw_secret_" + std::to_string(::getpid()));
  std::ofstream(path) << "first\n";
  auto source = secret_source("file:" + path.string(), kEnvironment).value();
  EXPECT_EQ(source().value().reveal(), "first");
  std::ofstream(path) << "second one\n";
  EXPECT_EQ(source().value().reveal(), "second one");
  std::filesystem::remove(path);
  EXPECT_EQ(source().error().code, Errc::invalid_input);
}

TEST(Secrets, AreRefusedByNameAndNeverShown) {
  for (const char* reference : {"env:NONE", "file:/nonexistent/x", "ssm:/a", "secretsmanager:b", "hunter2"}) {
    const auto secret = resolve_secret(reference, kEnvironment);
    ASSERT_FALSE(secret) << reference;
    EXPECT_EQ(secret.error().message.find("hunter2"), std::string::npos);
  }
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "<secret>");
}

}  // namespace
}  // namespace gw::app

#include "app/operate.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>

namespace gw::app {
namespace {

// An Io whose outputs are files.
class OperateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    out_ = std::tmpfile();
    err_ = std::tmpfile();
    ASSERT_NE(out_, nullptr);
    ASSERT_NE(err_, nullptr);
    io.out = ::fileno(out_);
    io.err = ::fileno(err_);
    io.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    io.now = [] { return Time{1'767'323'045'000'000}; };
  }
  void TearDown() override {
    std::fclose(out_);
    std::fclose(err_);
  }
  static std::string text_of(std::FILE* file) {
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(::pread(::fileno(file), text.data(), text.size(), 0)));
    return text;
  }
  [[nodiscard]] std::string said() const { return text_of(err_); }

  Io io;
  std::map<std::string, std::string> variables;

 private:
  std::FILE* out_ = nullptr;
  std::FILE* err_ = nullptr;
};

TEST(Cell, ShowsNothingThatATerminalObeys) {
  json::Doc doc;
  ASSERT_TRUE(doc.parse(R"({"a":"x\u001b]0;owned\u0007\n","b":null,"c":12,"d":"\u202e"})"));
  EXPECT_EQ(cell(doc.root()["a"]), "x\\u{1b}]0;owned\\u{7}\\u{a}");
  EXPECT_EQ(cell(doc.root()["b"]), "-");
  EXPECT_EQ(cell(doc.root()["missing"]), "-");
  EXPECT_EQ(cell(doc.root()["c"]), "12");
  EXPECT_EQ(cell(doc.root()["d"]), "\\u{202e}");
}

TEST(Table, AlignsByWhatIsSeen) {
  std::string out;
  append_table(out, {{"WHO", "CALLS"}, {"山田", "1"}, {"alice", "12"}});
  EXPECT_EQ(out, "WHO    CALLS\n山田   1\nalice  12\n");
}

TEST(Query, HoldsWhatIsThereAndEscapesIt) {
  EXPECT_EQ(query({{"a", ""}, {"b", "x y&c=d"}, {"c", "12h"}}), "?b=x%20y%26c%3Dd&c=12h");
  EXPECT_EQ(query({{"a", ""}}), "");
  EXPECT_EQ(body_of({{"note", "a \"quote\"\n"}, {"reason", ""}}), "{\"note\":\"a \\\"quote\\\"\\n\"}");
}

TEST(LocalUrl, IsHowThisMachineReachesAListener) {
  EXPECT_EQ(local_url("127.0.0.1:8080", false), "http://127.0.0.1:8080");
  EXPECT_EQ(local_url("0.0.0.0:8080", true), "https://127.0.0.1:8080");
  EXPECT_EQ(local_url("[::]:9", false), "http://[::1]:9");
}

TEST_F(OperateTest, ATokenDoesNotGoOverPlainHttpToAnotherMachine) {
  ApiArguments a;
  a.token = "env:T";
  variables["T"] = "secret";
  for (const char* url : {"http://glasswatch.example.com", "http://192.0.2.1:8080/", "http://localhost.example.com",
                          "http://127.0.0.1.example.com:1", "http://[2001:db8::1]:80"}) {
    a.url = url;
    const auto api = open_server(a, io);
    ASSERT_FALSE(api) << url;
    EXPECT_EQ(api.error().code, Errc::invalid_input);
  }
  for (const char* url :
       {"https://glasswatch.example.com", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1/"}) {
    a.url = url;
    EXPECT_TRUE(open_server(a, io)) << url;
  }
  a.token.clear();
  a.url = "http://glasswatch.example.com";
  EXPECT_TRUE(open_server(a, io)) << "there is nothing to protect";
}

TEST_F(OperateTest, ATokenThatCannotBeReadIsRefusedAndNeverShown) {
  ApiArguments a;
  a.token = "a-secret-typed-on-the-command-line";
  const auto typed = open_server(a, io);
  ASSERT_FALSE(typed);
  EXPECT_EQ(typed.error().message.find(a.token), std::string::npos);
  a.token = "env:NOT_SET";
  ASSERT_FALSE(open_server(a, io));
}

TEST_F(OperateTest, ATokenOfTheConfigurationIsForItsOwnServerOnly) {
  const std::string path = ::testing::TempDir() + "gw-operate-test.yaml";
  std::ofstream(path) << "http: {listen: \"192.0.2.1:8080\", tokens: [{name: o, role: operator, token: env:T}]}\n";
  variables["T"] = "secret";
  variables["GLASSWATCH_CONFIG"] = path;
  // Plain http to another machine: refused for the token's sake, so that shows whether there is one.
  EXPECT_FALSE(open_server({}, io));
  ApiArguments elsewhere;
  elsewhere.config = path;
  EXPECT_FALSE(open_server(elsewhere, io));
  elsewhere.url = "http://192.0.2.7:8080";
  EXPECT_TRUE(open_server(elsewhere, io));
  std::remove(path.c_str());
}

TEST_F(OperateTest, AStoreThatIsNotThereIsTold) {
  OperatorArguments a;
  a.api.store = "sqlite:/nonexistent/glasswatch.db";
  EXPECT_EQ(run_sessions_list(a, io), kOutside);
  EXPECT_NE(said().find("/nonexistent/glasswatch.db"), std::string::npos);
  a.api.store = "postgres://x";
  EXPECT_EQ(run_sessions_list(a, io), kUsage);
  a.api = {};
  a.api.config = "/nonexistent/glasswatch.yaml";
  EXPECT_EQ(run_ack(a, io), kUsage);
}

}  // namespace
}  // namespace gw::app

// Syslog over real TLS to a server of Python's, with an authority of our own, and what a message holds.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/receivers/syslog.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/support/aws_stand_in.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::SendResult;
using ports::SendVerdict;
using receivers::syslog_message;
using std::chrono::milliseconds;

struct SyslogTest : ::testing::Test {
  static void SetUpTestSuite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gw-syslog-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    const std::string script =
        "set -e; cd '" + folder +
        "'; exec 2>log >&2\n"
        "for n in server client; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=$n -addext subjectAltName=IP:127.0.0.1 -keyout $n.key -out $n.pem; done\n";
    ASSERT_EQ(std::system(script.c_str()), 0) << "openssl: see " << folder << "/log";
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder); }

  void start(std::vector<std::string> more, bool with_tls = true) {
    std::vector<std::string> command{"python3", GW_SOURCE_DIR "/tests/support/syslog_standin.py"};
    if (with_tls) command.insert(command.end(), {"--cert", folder + "/server.pem", "--key", folder + "/server.key"});
    command.insert(command.end(), more.begin(), more.end());
    server = std::make_unique<Helper>(command);
    const std::string ready = server->read_line();
    json::Doc doc;
    ASSERT_TRUE(doc.parse(ready));
    config.type = "syslog";
    config.address = (with_tls ? "127.0.0.1:" : "tcp://127.0.0.1:") + std::string(doc.root()["port"].raw());
    config.hostname = "watch.example.com";
    config.stream.allow_private = true;
    config.stream.ca_file = folder + "/server.pem";
  }
  SendResult send(milliseconds deadline = kLong) {
    return receiver_of(config)->send(about(AlertKind::session_opened), deadline);
  }
  std::string frame() {
    const std::string line = server->read_line();
    json::Doc doc;
    EXPECT_TRUE(doc.parse(line)) << line;
    return std::string(doc.root()["frame"].text());
  }

  static inline std::string folder;
  std::unique_ptr<Helper> server;
  receivers::Config config;
};

const std::string kHeader =
    "<34>1 2026-08-01T02:14:57.000Z watch.example.com glasswatch - session.opened "
    "[origin software=\"glasswatch\"][glasswatch@32473 id=\"0198633e-bbbb-7cde-8f01-23456789abcd\" ";

TEST_F(SyslogTest, OneFrameAFactOverOneConnection) {
  start({});
  const auto receiver = receiver_of(config);
  EXPECT_EQ(receiver->check(kLong).verdict, SendVerdict::accepted);
  for (int i = 0; i < 3; ++i) {
    const SendResult result = receiver->send(about(AlertKind::session_opened), kLong);
    ASSERT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
    EXPECT_EQ(result.reference, "0198633e-bbbb-7cde-8f01-23456789abcd");
    const std::string told = frame();
    EXPECT_EQ(told.substr(0, kHeader.size()), kHeader);
    EXPECT_EQ(told, syslog_message(about(AlertKind::session_opened), {4, "watch.example.com", 8192}));
  }
}

TEST_F(SyslogTest, AConnectionThatTheServerEndedIsMadeAgain) {
  start({"--once"});
  const auto receiver = receiver_of(config);
  ASSERT_EQ(receiver->send(about(AlertKind::session_opened), kLong).verdict, SendVerdict::accepted);
  EXPECT_NE(frame(), "");
  EXPECT_EQ(server->read_line(), R"({"ended": 0})");
  ASSERT_EQ(receiver->send(about(AlertKind::session_lapsed), kLong).verdict, SendVerdict::accepted);
  EXPECT_NE(frame().find(" session.lapsed "), std::string::npos);
}

TEST_F(SyslogTest, TrustsNoStrangerAndNoNeighbour) {
  start({});
  config.stream.ca_file = folder + "/client.pem";
  const SendResult stranger = send();
  EXPECT_EQ(stranger.verdict, SendVerdict::retry) << stranger.reason;
  EXPECT_NE(stranger.reason.find("127.0.0.1:"), std::string::npos) << stranger.reason;
  config.stream.ca_file = folder + "/server.pem";
  config.stream.allow_private = false;
  const SendResult neighbour = send();
  EXPECT_EQ(neighbour.verdict, SendVerdict::refused);
  EXPECT_NE(neighbour.reason.find("allow_private"), std::string::npos) << neighbour.reason;
}

TEST_F(SyslogTest, ShowsItsCertificateAndNoticesWhenTheServerWantsAnother) {
  start({"--client-ca", folder + "/client.pem"});
  EXPECT_EQ(receiver_of(config)->check(kLong).verdict, SendVerdict::retry);
  const SendResult without = send();
  EXPECT_EQ(without.verdict, SendVerdict::retry) << "TLS 1.3 tells only after the handshake";
  config.stream.certificate = folder + "/client.pem";
  config.stream.key = folder + "/client.key";
  const SendResult with = send();
  EXPECT_EQ(with.verdict, SendVerdict::accepted) << with.reason;
  EXPECT_NE(frame(), "");
  config.stream.certificate = config.stream.key = folder + "/none.pem";
  EXPECT_EQ(send().verdict, SendVerdict::retry);  // perhaps it is being renewed
}

TEST_F(SyslogTest, WaitsForNobodyLongerThanItMay) {
  start({"--mood", "hang"});
  EXPECT_EQ(send(milliseconds(50)).verdict, SendVerdict::retry);
  start({"--mood", "drop"});
  EXPECT_EQ(send().verdict, SendVerdict::retry);
  server.reset();
  EXPECT_EQ(send().verdict, SendVerdict::retry);  // nobody listens
}

TEST_F(SyslogTest, GoesWithoutTlsOnlyToWhoeverMayBePrivate) {
  start({}, false);
  EXPECT_EQ(send().verdict, SendVerdict::accepted);
  EXPECT_EQ(frame().substr(0, kHeader.size()), kHeader);
  config.stream.allow_private = false;
  config.name = "x";
  EXPECT_EQ(why_not(config), "receiver x: address: tcp:// needs allow_private");
}

TEST_F(SyslogTest, NothingIsWrittenBehindHalfAMessage) {
  // A server that never reads: what the kernel does not take in time is given up with its connection.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int small = 4096;
  ::setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  ASSERT_EQ(::listen(listener, 4), 0);
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  net::StreamServer to;
  to.host = "127.0.0.1";
  to.port = ntohs(at.sin_port);
  to.tls = false;
  to.allow_private = true;
  net::StreamClient client(to);
  const Status sent = client.send(std::string(std::size_t{32} << 20, 'a'), milliseconds(200));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, Errc::unavailable);
  ASSERT_TRUE(client.send("12 next message", milliseconds(2000)).has_value());
  const int first = ::accept(listener, nullptr, nullptr);
  const int second = ::accept(listener, nullptr, nullptr);
  char begin[32] = {};
  EXPECT_EQ(::recv(second, begin, sizeof begin, 0), 15);
  EXPECT_EQ(std::string(begin), "12 next message");
  for (const int fd : {first, second, listener}) ::close(fd);
}

// What stands in a message, taken apart as RFC 5424 has it; fails where it is none.
struct Parsed {
  std::string header;
  std::map<std::string, std::string> values;  // of our own element
  std::string text;
};
Parsed parse(const std::string& message) {
  Parsed out;
  std::size_t at = 0;
  for (int blanks = 0; at < message.size() && blanks < 6; ++at) blanks += message[at] == ' ' ? 1 : 0;
  out.header = message.substr(0, at);
  int elements = 0;
  while (at < message.size() && message[at] == '[') {
    const std::size_t name_end = message.find_first_of(" ]", at);
    const std::string id = message.substr(at + 1, name_end - at - 1);
    ++elements;
    at = name_end;
    while (message[at] == ' ') {
      const std::size_t equals = message.find('=', at);
      const std::string name = message.substr(at + 1, equals - at - 1);
      EXPECT_LE(name.size(), 32u);
      EXPECT_EQ(message[equals + 1], '"');
      std::string value;
      for (at = equals + 2; at < message.size() && message[at] != '"'; ++at) {
        const bool is_escaped = message[at] == '\\';
        if (is_escaped) ++at;
        EXPECT_TRUE(is_escaped || message[at] != ']') << message;
        value.push_back(message[at]);
      }
      ++at;
      if (id == "glasswatch@32473") {
        EXPECT_TRUE(out.values.emplace(name, value).second) << name;
      }
    }
    EXPECT_EQ(message[at], ']') << message;
    ++at;
  }
  EXPECT_EQ(elements, 2) << message;
  EXPECT_EQ(message.substr(at, 4), " \xEF\xBB\xBF") << message;
  out.text = message.substr(at + 4);
  return out;
}

TEST(SyslogMessage, SaysWhoEnteredWhat) {
  ports::Message message = about(AlertKind::session_opened);
  message.telling.version = "1.2";
  message.facts[0].alert.created_at = Time{receivers::kStart.micros + 250'999};
  const std::string told = syslog_message(message, {10, "not a host", 8192});
  EXPECT_EQ(told.find("<82>1 2026-08-01T02:14:51.250Z - glasswatch - session.opened [origin software=\"glasswatch\" "
                      "swVersion=\"1.2\"]["),
            0u)
      << told;
  const Parsed p = parse(told);
  for (const auto& [name, value] : std::map<std::string, std::string>{{"severity", "critical"},
                                                                      {"session", receivers::kSessionId},
                                                                      {"account", "444455556666"},
                                                                      {"role", "BreakGlassAdmin"},
                                                                      {"who", "alice@example.com"},
                                                                      {"ip", "203.0.113.7"},
                                                                      {"state", "open"},
                                                                      {"expiresAt", "2026-08-01T03:14:51Z"}}) {
    EXPECT_EQ(p.values.at(name), value) << name;
  }
  EXPECT_EQ(p.text.find("BREAK-GLASS · alice@example.com → prod-payments"), 0u) << p.text;
  const Parsed change = parse(syslog_message(receivers::sample_message({sample_change(AlertKind::tamper)}), {}));
  EXPECT_EQ(change.values.at("event"), "StopLogging");
  EXPECT_EQ(change.values.at("mechanism"), "tamper");
}

TEST(SyslogMessage, SeveritiesAreThoseOfSyslog) {
  const auto priority = [](model::Severity severity, int facility) {
    ports::Message message = about(AlertKind::session_opened);
    message.facts[0].alert.severity = severity;
    const std::string told = syslog_message(message, {facility, "h", 8192});
    return told.substr(0, told.find('>') + 1);
  };
  EXPECT_EQ(priority(model::Severity::critical, 4), "<34>");
  EXPECT_EQ(priority(model::Severity::high, 4), "<35>");
  EXPECT_EQ(priority(model::Severity::medium, 13), "<108>");
  EXPECT_EQ(priority(model::Severity::low, 1), "<13>");
  EXPECT_EQ(priority(model::Severity::info, 23), "<190>");
}

TEST(SyslogMessage, NothingFromARecordIsObeyed) {
  for (const Payload& payload : payloads()) {
    for (const ports::Message& message : {hostile(payload.text), hostile_change(payload.text)}) {
      const std::string told = syslog_message(message, {4, "h", 8192});
      const Parsed p = parse(told);
      ASSERT_LE(told.size(), 8192u);
      EXPECT_EQ(p.header.find("<34>1 "), 0u);
      // One line; nothing raw but the mark in front of the text.
      std::string shown = p.text;
      for (const auto& [name, value] : p.values) shown += name + value;
      for (std::size_t i = 0; i < shown.size();) {
        const Utf8Char c = next_utf8(shown, i);
        ASSERT_TRUE(c.valid) << payload.text;
        ASSERT_FALSE(is_unsafe_to_show(c.code_point)) << payload.text;
        i += c.length;
      }
    }
  }
}

TEST(SyslogMessage, ValuesAreEscapedAsTheyStandInElements) {
  const std::string told = syslog_message(hostile("a\"b\\c]d"), {});
  EXPECT_NE(told.find(R"( role="a\"b\\c\]d" )"), std::string::npos) << told;
  EXPECT_EQ(parse(told).values.at("role"), "a\"b\\c]d");
}

TEST(SyslogMessage, FieldsOfTheTextAreOurs) {
  const Parsed p = parse(syslog_message(hostile("x | Outcome: success | y"), {}));
  EXPECT_EQ(p.text.find("| Outcome: success"), std::string::npos) << p.text;
}

TEST(SyslogMessage, IsCutInItsTextAndNeverInItsStructure) {
  std::vector<ports::Message> messages = oversize();
  for (const char* text : {"]]]]", "\"\\]", "\xE2\x80\xAE", "\xF0\x9F\x91\xA9", "\x01"}) {
    std::string much;
    while (much.size() < 20'000) much += text;
    messages.push_back(hostile(much));
    messages.push_back(hostile_change(much));
    ports::Message& last = messages.back();
    last.facts[0].alert.watch = last.facts[0].alert.planned = last.telling.version = much;
  }
  for (const ports::Message& message : messages) {
    for (const std::size_t limit : {std::size_t{2048}, std::size_t{8192}}) {
      const std::string host(255, 'h');
      const std::string told = syslog_message(message, {23, host, limit});
      EXPECT_LE(told.size(), limit);
      const Parsed p = parse(told);
      EXPECT_EQ(p.values.at("id"), "0198633e-bbbb-7cde-8f01-23456789abcd");
      EXPECT_GE(p.text.size(), 100u);
      EXPECT_TRUE(p.text.size() < 256 || p.text.ends_with("\u2026") || told.size() < limit) << p.text;
    }
  }
}

TEST(Syslog, SaysWhatIsMissing) {
  receivers::Config c;
  c.type = "syslog";
  for (const char* bad : {"", ":1", "a:", "a:0", "a:65536", "a:1x", "[::1", "[::1]x", "udp://a:1", "a/b:1", "u@a:1"}) {
    c.address = bad;
    EXPECT_EQ(why_not(c), "receiver x: address is host:port, tls://host:port or tcp://host:port") << bad;
  }
  c.address = "tls://[2001:db8::1]";
  EXPECT_EQ(why_not(c), "");
  EXPECT_EQ(receivers::parse_syslog_address(c.address)->port, 6514);
  EXPECT_EQ(receivers::parse_syslog_address(c.address)->host, "2001:db8::1");
  EXPECT_EQ(receivers::parse_syslog_address("logs.example.com:10514")->port, 10514);
  c.facility = "local8";
  EXPECT_EQ(why_not(c), "receiver x: facility is not known");
  c.facility = "local7";
  c.max_bytes = 2047;
  EXPECT_EQ(why_not(c), "receiver x: max_bytes is 2048 to 65536");
  c.max_bytes = 2048;
  c.stream.key = "k.pem";
  EXPECT_EQ(why_not(c), "receiver x: tls.key without tls.certificate");
}

}  // namespace
}  // namespace gw::test

// Mail over real TLS to a server of Python's, with an authority of our own, and what a mail holds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/encoding.h"
#include "base/json/doc.h"
#include "edge/receivers/email.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/receiver_kit.h"
#include "tests/support/aws_stand_in.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;

struct EmailTest : ::testing::Test {
  static void SetUpTestSuite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gw-mail-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    const std::string script =
        "set -e; cd '" + folder +
        "'; exec 2>log >&2\n"
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem\n";
    ASSERT_EQ(std::system(script.c_str()), 0) << "openssl: see " << folder << "/log";
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder); }

  void start(std::vector<std::string> more, bool with_tls = true) {
    std::vector<std::string> command{"python3", GW_SOURCE_DIR "/tests/support/smtp_standin.py"};
    if (with_tls) command.insert(command.end(), {"--cert", folder + "/cert.pem", "--key", folder + "/key.pem"});
    command.insert(command.end(), more.begin(), more.end());
    server = std::make_unique<Helper>(command);
    const std::string ready = server->read_line();
    json::Doc doc;
    ASSERT_TRUE(doc.parse(ready));
    config.type = "email";
    config.smtp.host = "127.0.0.1";
    config.smtp.port = std::atoi(std::string(doc.root()["port"].raw()).c_str());
    config.smtp.allow_private = true;
    config.smtp.ca_file = folder + "/cert.pem";
    config.from = "glasswatch@example.com";
    config.to = {"duty@example.com", "soc@example.com"};
  }
  SendResult send(const ports::Message& message = about(AlertKind::session_opened), milliseconds deadline = kLong) {
    SendResult result = receiver_of(config)->send(message, deadline);
    EXPECT_EQ(result.reason.find("secret"), std::string::npos) << result.reason;
    return result;
  }

  static inline std::string folder;
  std::unique_ptr<Helper> server;
  receivers::Config config;
};

std::string part_of(const std::string& mail, const std::string& type) {
  const std::size_t at = mail.find("\r\n\r\n", mail.find("Content-Type: " + type)) + 4;
  std::string base64 = mail.substr(
      at, mail.find("\r\n\r\n--", at) == std::string::npos ? std::string::npos : mail.find("\r\n--", at) - at);
  std::erase_if(base64, [](char c) { return c == '\r' || c == '\n'; });
  return decode_base64(base64).value_or("");
}

TEST_F(EmailTest, GoesByStartTlsWithALoginAndArrivesWhole) {
  start({"--login", "glasswatch:secretword"});
  config.smtp.username = "glasswatch";
  config.smtp_password = given("secretword");
  const SendResult result = send();
  ASSERT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
  EXPECT_EQ(result.reference, "<0198633e-bbbb-7cde-8f01-23456789abcd@example.com>");
  const std::string line = server->read_line();
  json::Doc doc;
  ASSERT_TRUE(doc.parse(line));
  EXPECT_EQ(doc.root()["tls"].boolean(), true);
  EXPECT_EQ(doc.root()["user"].text(), "glasswatch");
  EXPECT_EQ(doc.root()["from"].text(), "glasswatch@example.com");
  EXPECT_EQ(doc.root()["to"].raw(), R"(["duty@example.com", "soc@example.com"])");
  EXPECT_EQ(std::string(doc.root()["data"].text()),
            receivers::mail_of(about(AlertKind::session_opened), config.from, config.to));
  EXPECT_EQ(receiver_of(config)->check(kLong).verdict, SendVerdict::accepted);
}

TEST_F(EmailTest, GoesByTlsFromTheStart) {
  start({"--tls"});
  config.smtp.security = net::SmtpSecurity::tls;
  EXPECT_EQ(send().verdict, SendVerdict::accepted);
}

TEST_F(EmailTest, IsNotSentWithoutTls) {
  start({}, false);
  const SendResult stripped = send();
  EXPECT_EQ(stripped.verdict, SendVerdict::refused) << stripped.reason;
  EXPECT_NE(stripped.reason.find("offers no TLS"), std::string::npos) << stripped.reason;
  config.smtp.security = net::SmtpSecurity::none;
  EXPECT_EQ(send().verdict, SendVerdict::accepted);  // a private relay, said twice
  config.smtp.allow_private = false;
  EXPECT_EQ(send().verdict, SendVerdict::refused);
}

TEST_F(EmailTest, TrustsNoStrangerAndNoNeighbour) {
  start({});
  config.smtp.ca_file.clear();
  EXPECT_EQ(send().verdict, SendVerdict::retry);
  config.smtp.ca_file = folder + "/cert.pem";
  config.smtp.allow_private = false;
  const SendResult neighbour = send();
  EXPECT_EQ(neighbour.verdict, SendVerdict::refused);
  EXPECT_NE(neighbour.reason.find("allow_private"), std::string::npos) << neighbour.reason;
}

TEST_F(EmailTest, ReadsRepliesAsTheTableSays) {
  start({"--data-reply", "554"});
  EXPECT_EQ(send().verdict, SendVerdict::refused);
  start({"--data-reply", "451"});
  const SendResult later = send();
  EXPECT_EQ(later.verdict, SendVerdict::retry);
  EXPECT_EQ(later.reason, "SMTP 451");
  start({"--refuse", "duty@example.com=550"});
  const SendResult partly = send();
  EXPECT_EQ(partly.verdict, SendVerdict::accepted);  // the other one has it
  EXPECT_EQ(partly.note, "1 of 2 recipients were refused");
  config.to = {"soc@example.com"};
  EXPECT_EQ(send().note, "");
  config.to = {"duty@example.com", "soc@example.com"};
  start({"--refuse", "duty@example.com=550,soc@example.com=550"});
  EXPECT_EQ(send().verdict, SendVerdict::refused);
  for (const char* some : {"duty@example.com=451,soc@example.com=550", "duty@example.com=550,soc@example.com=451"}) {
    start({"--refuse", some});
    const SendResult none = send();
    EXPECT_EQ(none.verdict, SendVerdict::retry) << some;  // one of them may be taken yet
    EXPECT_EQ(none.reason, "SMTP 451");
  }
  start({"--login", "glasswatch:other"});
  config.smtp.username = "glasswatch";
  config.smtp_password = given("secretword");
  EXPECT_EQ(send().verdict, SendVerdict::refused);
  EXPECT_EQ(receiver_of(config)->check(kLong).verdict, SendVerdict::refused);
}

TEST_F(EmailTest, ALoginThatIsRefusedIsAboutTheSecret) {
  start({"--login", "glasswatch:new"});
  config.smtp.username = "glasswatch";
  auto password = std::make_shared<std::string>("old");
  config.smtp_password = [password]() -> Result<std::string> { return *password; };
  const SendResult result = send();
  EXPECT_EQ(result.verdict, SendVerdict::refused);
  EXPECT_EQ(result.reason, "SMTP 535");
  EXPECT_TRUE(result.about_secret);
  // So that one which was replaced where it is kept is read again, and the mail goes out.
  config.reread = [password]() -> Result<bool> {
    *password = "new";
    return true;
  };
  EXPECT_EQ(send().verdict, SendVerdict::accepted);
  start({"--refuse", "duty@example.com=550,soc@example.com=550"});
  config.reread = nullptr;
  config.smtp.username.clear();
  config.smtp_password = nullptr;
  EXPECT_FALSE(send().about_secret);
}

TEST_F(EmailTest, KeepsItsDeadlineAndTriesAgainWhatWasLost) {
  start({"--end", "hang"});
  EXPECT_EQ(send(about(AlertKind::session_opened), milliseconds(400)).verdict, SendVerdict::retry);
  start({"--end", "drop"});
  EXPECT_EQ(send().verdict, SendVerdict::retry);
  server.reset();
  EXPECT_EQ(send().verdict, SendVerdict::retry);  // nobody listens
}

TEST(Mail, HasBothPartsAndThreadsBySession) {
  const std::string mail = receivers::mail_of(about(AlertKind::session_opened), "g@example.com", {"a@example.com"});
  for (const char* header :
       {"From: g@example.com\r\n", "To: a@example.com\r\n", "Date: Sat, 01 Aug 2026 02:21:51 +0000\r\n",
        "Message-ID: <0198633e-bbbb-7cde-8f01-23456789abcd@example.com>\r\n",
        "References: <session-0198633e-9a3b-7cde-8f01-23456789abcd@example.com>\r\n", "Importance: high\r\n"})
    EXPECT_NE(mail.find(header), std::string::npos) << header;
  EXPECT_NE(part_of(mail, "text/plain").find("Who: alice@example.com\r\n"), std::string::npos);
  EXPECT_NE(part_of(mail, "text/html").find("<td>alice@example.com</td>"), std::string::npos);
  EXPECT_NE(part_of(mail, "text/html").find("<a href=\"https://wiki.example.com/break-glass\">Runbook</a>"),
            std::string::npos);
}

// Servers drop a mail whose Message-ID they have seen: one that holds more than the one whose answer got lost has another.
TEST(Mail, AMailWithMoreInItHasAnotherMessageId) {
  const ports::Claim one = receivers::sample_claim(AlertKind::session_opened);
  ports::Claim two = receivers::sample_claim(AlertKind::session_high_risk, "iam:CreateUser");
  two.notification.id = "0198633e-cccc-7cde-8f01-23456789abcd";
  const auto id = [](std::vector<ports::Claim> facts) {
    const std::string mail =
        receivers::mail_of(receivers::sample_message(std::move(facts)), "g@example.com", {"a@example.com"});
    const std::size_t at = mail.find("Message-ID: ");
    return mail.substr(at, mail.find("\r\n", at) - at);
  };
  EXPECT_NE(id({one}), id({one, two}));
  EXPECT_EQ(id({one, two}), id({one, two}));
}

TEST(Mail, TheFirstLineIsWhatMattersMostAndTheSubjectAsGraveAsTheGravest) {
  ports::Claim digest = receivers::sample_claim(AlertKind::session_digest, "1");
  ports::Claim escalated = receivers::sample_claim(AlertKind::session_escalated, "1");
  digest.alert.severity = model::Severity::high;
  escalated.alert.reason = "not acknowledged within 5 min: step 1";
  const std::string mail =
      receivers::mail_of(receivers::sample_message({digest, escalated}), "g@example.com", {"a@example.com"});
  const std::string text = part_of(mail, "text/plain");
  const std::size_t second = text.find("\r\n") + 2;
  EXPECT_EQ(text.substr(second, text.find("\r\n", second) - second),
            "Escalated: not acknowledged within 5 min: step 1");
  EXPECT_NE(text.find("\r\nStill active: "), std::string::npos);
  EXPECT_NE(text.find("Severity: critical\r\n"), std::string::npos);
  EXPECT_NE(mail.find("=?utf-8?B?" + encode_base64("[critical] BREAK-GLAS")), std::string::npos);
}

TEST(Mail, NothingFromARecordIsObeyed) {
  for (const Payload& payload : payloads()) {
    for (const ports::Message& message : {hostile(payload.text), hostile_change(payload.text)}) {
      const std::string mail = receivers::mail_of(message, "g@example.com", {"a@example.com"});
      // On the wire: our headers, encoded words, base64.
      std::size_t headers = 0;
      for (std::size_t at = 0; at < mail.size();) {
        const std::size_t end = mail.find("\r\n", at);
        ASSERT_NE(end, std::string::npos);
        const std::string line = mail.substr(at, end - at);
        // RFC 2047, 2: a line with an encoded word has at most 76 characters.
        ASSERT_LE(line.size(), line.find("=?") == std::string::npos ? 78u : 76u) << line;
        for (const char c : line) ASSERT_TRUE(c >= ' ' && c < 127) << line;
        if (line.find(": ") != std::string::npos) ++headers;
        at = end + 2;
      }
      EXPECT_EQ(headers, 10u + (mail.find("Importance: ") != std::string::npos ? 1 : 0) + 4u);
      for (const std::string& active : payload.active) {
        EXPECT_EQ(part_of(mail, "text/html").find(active), std::string::npos) << active;
      }
      for (const char* tag : {"<script", "<img", "<at", "<x/", "http://evil"})
        EXPECT_EQ(part_of(mail, "text/html").find(tag), std::string::npos) << tag;
      EXPECT_EQ(part_of(mail, "text/plain").find("http://evil"), std::string::npos);
    }
  }
}

TEST(Mail, AddressesFromARecordAreNoLinks) {
  ports::Message message = about(AlertKind::session_opened);
  message.facts[0].session->user_agent = "https://evil.example/ www.evil.example/login wWw.evil.example awww";
  const std::string mail = receivers::mail_of(message, "g@example.com", {"a@example.com"});
  for (const char* type : {"text/plain", "text/html"}) {
    const std::string part = part_of(mail, type);
    EXPECT_NE(part.find("https\u2236//evil.example/ www\u2024evil.example/login www\u2024evil.example awww"),
              std::string::npos)
        << part;
  }
}

TEST(Mail, ARunbookIsLinkedWhateverStandsInItsAddress) {
  const auto link = [](const std::string& runbook) {
    ports::Message message = about(AlertKind::session_opened);
    message.telling.runbook = runbook;
    const std::string part = part_of(receivers::mail_of(message, "g@example.com", {"a@example.com"}), "text/plain");
    const std::size_t at = part.find("Runbook: ");
    return at == std::string::npos ? "" : part.substr(at + 9, part.find("\r\n", at) - at - 9);
  };
  EXPECT_EQ(link("https://wiki.example.com/break_(glass)?q=a|b"), "https://wiki.example.com/break_%28glass%29?q=a%7Cb");
  EXPECT_EQ(link("https://wiki.example.com/\u00fc#[x]"), "https://wiki.example.com/%C3%BC#%5Bx%5D");
  for (const char* no : {"javascript:alert(1)", "https://a\"b/", "https://[::1]/x", "https://wiki.example.com/a b", ""})
    EXPECT_EQ(link(no), "") << no;
}

TEST(Mail, IsBoundedWhateverTheMessageHolds) {
  for (const ports::Message& message : oversize())
    EXPECT_LT(receivers::mail_of(message, "g@example.com", {"a@example.com"}).size(), 100'000u);
}

TEST(Mail, SaysWhatIsMissing) {
  receivers::Config c;
  c.type = "email";
  EXPECT_EQ(why_not(c), "receiver x: smtp.host is missing");
  c.smtp.host = "smtp.example.com";
  c.from = "me";
  EXPECT_EQ(why_not(c), "receiver x: from is no address");
  c.from = "me@example.com";
  EXPECT_EQ(why_not(c), "receiver x: to takes 1 to 50 addresses");
  c.to = {"a@b> <c@d"};
  EXPECT_EQ(why_not(c), "receiver x: to: an address is none");
  c.to = {"a@example.com"};
  EXPECT_EQ(why_not(c), "");
  c.smtp.username = "u";
  EXPECT_EQ(why_not(c), "receiver x: smtp takes both username and password, or neither");
}

}  // namespace
}  // namespace gw::test

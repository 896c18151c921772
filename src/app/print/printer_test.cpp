#include "app/print/printer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json/doc.h"
#include "base/neutralise.h"
#include "base/utf8.h"

namespace gw::app {
namespace {

using model::AccessEvent;
using model::Mechanism;
using model::Severity;

AccessEvent alice() {
  AccessEvent e;
  e.event_id = "e-1";
  e.event_time = parse_time("2026-08-01T02:14:51Z");
  e.mechanism = Mechanism::identity_center_console;
  e.account_id = "444455556666";
  e.account_name = "prod-payments";
  e.role = "BreakGlassAdmin";
  e.principal = {"IdentityCenterUser", "9067-1", "alice@example.com", "learnt", ""};
  e.source_ip = "203.0.113.7";
  e.source_ip_kind = model::SourceIpKind::person;
  e.region = "eu-west-2";
  e.event_source = "sso.amazonaws.com";
  e.event_name = "Federate";
  e.recipient_account_id = "111122223333";
  e.origin = {"file", "a.json.gz", 17};
  e.break_glass = true;
  e.watch = "prod-break-glass";
  e.watches = {"prod-break-glass"};
  e.severity = Severity::critical;
  return e;
}

// An address of 39 characters, a role of a path's length, nobody's name: what a row has to shorten.
AccessEvent long_one() {
  AccessEvent e;
  e.event_time = parse_time("2026-08-01T02:15:00Z");
  e.mechanism = Mechanism::identity_center_signin;
  e.outcome = model::Outcome::failure;
  e.account_id = "444455556666";
  e.role = "OrganizationAccountAccessRole";
  e.principal.arn = "arn:aws:sts::444455556666:assumed-role/Admin/grace.hopper-the-admiral@example.com";
  e.source_ip = "2001:db8:1111:2222:3333:4444:5555:6666";
  return e;
}

// Everything that somebody may write into a record to act on whoever reads about it.
AccessEvent hostile() {
  AccessEvent e;
  e.event_id = "e-2";
  e.mechanism = Mechanism::other;
  e.event_name = "\x1B]8;;https://evil.example\x07link\x1B]8;;\x07";  // OSC 8
  e.account_name = "\x1B[2J\x1B[31m";
  e.role = "=HYPERLINK(\"https://evil.example\";\"x\")";
  e.principal.name =
      "bob\xE2\x80\xAE"
      "ecila\nforged line";
  e.source_ip = "\xFF\xC0\xAF";
  e.user_agent = "+cmd|' /C calc'!A0";
  e.error_message = "a\r\n\"b\",c\xC2\x9B";
  e.origin = {"file", "@sum(1)\t.json", 1};
  e.break_glass = true;
  e.severity = Severity::high;
  return e;
}

std::string printed(Format format, const std::vector<AccessEvent>& events, unsigned columns = 140,
                    bool colour = false) {
  const auto printer = make_printer(format, columns, colour);
  std::string out;
  printer->begin(out);
  for (const AccessEvent& e : events) printer->finding(out, e);
  printer->end(out);
  return out;
}

// Lines end with \n; everything else is shown as it is.
void expect_harmless(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    EXPECT_TRUE(c.valid) << "at " << i;
    EXPECT_TRUE(text[i] == '\n' || text[i] == '\r' || !is_unsafe_to_show(c.code_point)) << "at " << i;
    i += c.length;
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

TEST(Table, OfDifferentWidths) {
  // Names lose their end; roles, mechanisms and addresses their middle.
  EXPECT_EQ(printed(Format::table, {alice(), long_one()}, 120),
            "TIME (UTC)       SEVERITY ACCOUNT         ROLE            WHO                HOW                 "
            "FROM            OUTCOME\n"
            "2026-08-01 02:14 critical prod-payments   BreakGlassAdmin alice@example.com  identity_…r_console "
            "203.0.113.7     success\n"
            "2026-08-01 02:15 -        444455556666    Organiz…essRole grace.hopper-the-… identity_…er_signin "
            "2001:db…55:6666 failure\n");
  // There is room for the watch.
  EXPECT_EQ(
      printed(Format::table, {alice()}, 160),
      "TIME (UTC)       SEVERITY ACCOUNT            ROLE               WHO                    HOW                     "
      "FROM             OUTCOME WATCH\n"
      "2026-08-01 02:14 critical prod-payments      BreakGlassAdmin    alice@example.com      "
      "identity_center_console 203.0.113.7      success prod-break-glass\n");
}

TEST(Table, NoRowIsWiderThanTheTerminal) {
  AccessEvent wide = hostile();
  wide.principal.name.clear();
  for (int i = 0; i < 40; ++i) wide.principal.name += "\xE4\xB8\xAD";  // two columns each
  wide.role = std::string(100'000, '\x1B');
  for (const unsigned columns : {80u, 100u, 120u, 140u, 159u, 160u, 200u, 240u}) {
    for (const std::string& line : lines_of(printed(Format::table, {alice(), long_one(), hostile(), wide}, columns)))
      EXPECT_LE(display_width(line), columns) << line;
  }
}

TEST(Table, TellsMechanismsApartWhereTheyAreShortened) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    AccessEvent e = alice();
    e.mechanism = static_cast<Mechanism>(i);
    if (e.mechanism == Mechanism::tamper || e.mechanism == Mechanism::other) continue;
    const std::string row = lines_of(printed(Format::table, {e}, 100)).at(1);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), row), 0) << row;
    seen.push_back(row);
  }
}

TEST(Table, NamesTheChangeWhereItIsOne) {
  AccessEvent e = alice();
  e.mechanism = Mechanism::tamper;
  e.event_name = "StopLogging";
  EXPECT_NE(printed(Format::table, {e}).find(" StopLogging "), std::string::npos);
  EXPECT_EQ(printed(Format::table, {}), "no findings\n");
}

TEST(Table, ColoursOnlyWhenAsked) {
  EXPECT_EQ(printed(Format::table, {alice()}).find('\x1B'), std::string::npos);
  const std::string coloured = printed(Format::table, {alice(), hostile()}, 140, true);
  // Ours: the title's, and one and its end for each finding.
  EXPECT_EQ(std::count(coloured.begin(), coloured.end(), '\x1B'), 6);
  EXPECT_NE(coloured.find("\x1B[31;1m2026-08-01"), std::string::npos);
}

TEST(Table, ShowsHostileTextAsText) {
  const std::string out = printed(Format::table, {hostile()}, 240);
  expect_harmless(out);
  EXPECT_EQ(lines_of(out).size(), 2u);
  EXPECT_NE(out.find("\\u{1b}[2J\\u{1b}[31m"), std::string::npos);
  EXPECT_NE(out.find("bob\\u{202e}ecila\\u{a}forge"), std::string::npos);
  EXPECT_NE(out.find("\\x{ff}\\x{c0}\\x{af}"), std::string::npos);
}

TEST(JsonLines, AreOneObjectALine) {
  const std::string out = printed(Format::jsonl, {alice(), hostile()});
  expect_harmless(out);
  const std::vector<std::string> lines = lines_of(out);
  ASSERT_EQ(lines.size(), 2u);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(lines[0]));
  EXPECT_EQ(doc.root()["principal"]["name"].text(), "alice@example.com");
  EXPECT_EQ(doc.root()["origin"]["record"].raw(), "17");
  ASSERT_TRUE(doc.parse(lines[1]));
  EXPECT_EQ(doc.root()["role"].text(), "=HYPERLINK(\"https://evil.example\";\"x\")");
  EXPECT_EQ(doc.root()["principal"]["name"].text(),
            "bob\xE2\x80\xAE"
            "ecila\nforged line");
  EXPECT_EQ(printed(Format::jsonl, {}), "");
}

TEST(JsonArray, IsOneArray) {
  EXPECT_EQ(printed(Format::json, {}), "[]\n");
  const std::string out = printed(Format::json, {alice(), hostile()});
  expect_harmless(out);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(out)) << out;
  EXPECT_EQ(doc.root().size(), 2u);
  EXPECT_EQ(lines_of(out).size(), 4u);
}

// RFC 4180 as a spreadsheet reads it.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  rows.back().emplace_back();
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        rows.back().back().push_back('"');
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        rows.back().back().push_back(c);
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
      rows.emplace_back();
      rows.back().emplace_back();
    } else {
      rows.back().back().push_back(c);
    }
  }
  EXPECT_FALSE(quoted);
  rows.pop_back();  // behind the last line
  return rows;
}

TEST(Printer, HostileTextIsHarmlessInEveryFieldAndFormat) {
  for (const char* payload : {"\x1B[2J\x1B]8;;http://evil\x07", "a\nb\r\tc", "\xE2\x80\xAE\xE2\x81\xA6x", "=1+1",
                              "\",\"x\":\"", "\xFF\xFE", "<b>", "\xC2\x9Bm", "\xE2\x80\xA8", "\xF3\xA0\x81\x81"}) {
    AccessEvent e = alice();
    for (std::string* field : {&e.event_id,      &e.account_id,     &e.account_name,    &e.role,
                               &e.task_policy,   &e.principal.type, &e.principal.id,    &e.principal.name,
                               &e.principal.arn, &e.source_ip,      &e.user_agent,      &e.mfa_source,
                               &e.region,        &e.event_source,   &e.event_name,      &e.recipient_account_id,
                               &e.error_code,    &e.error_message,  &e.shared_event_id, &e.target,
                               &e.origin.path,   &e.watch,          &e.planned}) {
      *field = payload;
    }
    e.watches = {payload};
    e.flags = {payload};
    for (const auto& [format, lines] :
         {std::pair{Format::table, 2u}, std::pair{Format::jsonl, 1u}, std::pair{Format::json, 3u},
          std::pair{Format::csv, 2u}, std::pair{Format::ocsf, 1u}}) {
      const std::string out = printed(format, {e}, 200);
      expect_harmless(out);
      EXPECT_EQ(lines_of(out).size(), lines) << payload;
    }
    json::Doc doc;
    const std::string line = printed(Format::jsonl, {e});  // the document refers to it
    EXPECT_TRUE(doc.parse(line)) << payload;
    EXPECT_EQ(doc.root()["watches"].size(), 1u);
    EXPECT_EQ(read_csv(printed(Format::csv, {e})).at(1).size(), 28u) << payload;
  }
}

TEST(Csv, HasAHeaderAndARowForEach) {
  EXPECT_EQ(printed(Format::csv, {alice()}),
            "event_time,severity,break_glass,watch,mechanism,also,outcome,account_id,account_name,role,task_policy,"
            "principal_type,principal_id,principal_name,principal_arn,source_ip,source_ip_kind,mfa,region,event_source,"
            "event_name,recipient_account_id,error_code,error_message,user_agent,event_id,path,record\r\n"
            "2026-08-01T02:14:51Z,critical,true,prod-break-glass,identity_center_console,,success,444455556666,"
            "prod-payments,BreakGlassAdmin,,IdentityCenterUser,9067-1,alice@example.com,,203.0.113.7,person,,eu-west-2,"
            "sso.amazonaws.com,Federate,111122223333,,,,e-1,a.json.gz,17\r\n");
}

TEST(Csv, HoldsNoFormula) {
  const std::string out = printed(Format::csv, {alice(), hostile()});
  expect_harmless(out);
  const auto rows = read_csv(out);
  ASSERT_EQ(rows.size(), 3u);
  for (const auto& row : rows) {
    EXPECT_EQ(row.size(), rows[0].size());
    for (const std::string& cell : row) {
      EXPECT_TRUE(cell.empty() || std::string("=+-@").find(cell[0]) == std::string::npos) << cell;
    }
  }
  const auto cell = [&](std::string_view title) {
    const auto at = std::find(rows[0].begin(), rows[0].end(), title) - rows[0].begin();
    return rows[2].at(static_cast<std::size_t>(at));
  };
  EXPECT_EQ(cell("role"), "'=HYPERLINK(\"https://evil.example\";\"x\")");
  EXPECT_EQ(cell("user_agent"), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(cell("error_message"), "a\\u{d}\\u{a}\"b\",c\\u{9b}");
  EXPECT_EQ(cell("path"), "'@sum(1)\\u{9}.json");
}

TEST(Who, IsAPersonBeforeAnId) {
  struct Case {
    model::Principal principal;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {{"", "id", "name", "people", "arn:aws:iam::1:user/x"}, "name"},
      {{"", "AROA:session", "", "", "arn:aws:sts::1:assumed-role/Admin/session"}, "session"},
      {{"", "111122223333", "", "", "arn:aws:iam::111122223333:root"}, "root"},
      {{"", "9067-1", "", "", ""}, "9067-1"},
      {{}, "-"},
  };
  for (const Case& c : cases) {
    AccessEvent e;
    e.principal = c.principal;
    EXPECT_EQ(who(e), c.expected) << c.principal.arn;
  }
}

}  // namespace
}  // namespace gw::app

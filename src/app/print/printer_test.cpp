#include "app/print/printer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json/doc.h"
#include "base/neutralise.h"
#include "base/utf8.h"

namespace gw::app {
namespace {

model::AccessEvent event() {
  model::AccessEvent e;
  e.event_id = "e1";
  e.event_time = parse_time("2026-01-02T03:04:05Z");
  e.mechanism = model::Mechanism::identity_center_console;
  e.account_id = "111122223333";
  e.account_name = "prod";
  e.role = "BreakGlassAdmin";
  e.principal.name = "alice@example.com";
  e.source_ip = "198.51.100.7";
  e.break_glass = true;
  e.severity = model::Severity::critical;
  e.watch = "w";
  e.origin.path = "f";
  e.origin.record = 7;
  return e;
}

std::string print(Format format, const std::vector<model::AccessEvent>& events, bool colour = false) {
  const auto printer = make_printer(format, 120, colour);
  std::string out;
  printer->begin(out);
  for (const auto& e : events) printer->finding(out, e);
  printer->end(out);
  return out;
}

TEST(Printer, TableHasAHeaderAndOneLineAFinding) {
  const std::string out = print(Format::table, {event()});
  EXPECT_EQ(out.substr(0, 26), "TIME (UTC)       SEVERITY ");
  EXPECT_NE(out.find("2026-01-02 03:04 critical prod "), std::string::npos) << out;
  EXPECT_NE(out.find("alice@example.com"), std::string::npos);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
  EXPECT_EQ(out.find('\x1B'), std::string::npos);
  EXPECT_NE(print(Format::table, {event()}, true).find("\x1B[31;1m"), std::string::npos);
  EXPECT_EQ(print(Format::table, {}), "no findings\n");
}

TEST(Printer, TableLinesKeepToTheirWidth) {
  model::AccessEvent e = event();
  e.role = std::string(300, 'x');
  e.principal.name = std::string(100, '\xE4') + "\xE4\xB8\xAD\xE4\xB8\xAD";
  const std::string out = print(Format::table, {e});
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find('\n', at);
    EXPECT_LE(display_width(std::string_view(out).substr(at, end - at)), 120u);
    at = end + 1;
  }
}

TEST(Printer, HostileTextIsHarmlessInEveryFormat) {
  for (const char* payload : {"\x1B[2J\x1B]8;;http://evil\x07", "a\nb\r\tc",
                              "\xE2\x80\xAE"
                              "abc",
                              "=1+1", "\",\"x\":\"", "\xFF\xFE", "<b>"}) {
    model::AccessEvent e = event();
    for (std::string* field : {&e.event_id, &e.account_id, &e.account_name, &e.role, &e.principal.name, &e.principal.id,
                               &e.source_ip, &e.user_agent, &e.error_message, &e.region, &e.origin.path, &e.watch}) {
      *field = payload;
    }
    for (const Format format : {Format::table, Format::jsonl, Format::json, Format::csv}) {
      const std::string out = print(format, {e});
      for (std::size_t i = 0; i < out.size();) {
        const Utf8Char c = next_utf8(out, i);
        const bool layout = c.code_point == '\n' || (format == Format::csv && c.code_point == '\r');
        ASSERT_TRUE(c.valid && (layout || !is_unsafe_to_show(c.code_point))) << payload;
        i += c.length;
      }
    }
    json::Doc doc;
    EXPECT_TRUE(doc.parse(print(Format::jsonl, {e}))) << payload;
    EXPECT_TRUE(doc.parse(print(Format::json, {e, e})));
    EXPECT_EQ(doc.root().size(), 2u);
  }
}

TEST(Printer, WhoIsTheNameOrTheEndOfTheArn) {
  model::AccessEvent e;
  EXPECT_EQ(who(e), "-");
  e.principal.id = "id";
  EXPECT_EQ(who(e), "id");
  e.principal.arn = "arn:aws:sts::1:assumed-role/R/session";
  EXPECT_EQ(who(e), "session");
  e.principal.name = "alice";
  EXPECT_EQ(who(e), "alice");
}

}  // namespace
}  // namespace gw::app

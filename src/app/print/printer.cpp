#include "app/print/printer.h"

#include <algorithm>
#include <array>

#include "base/neutralise.h"
#include "domain/model/access_json.h"

namespace gw::app {
namespace {

using model::AccessEvent;
using model::Severity;

class JsonLines final : public Printer {
 public:
  void begin(std::string&) override {}
  void finding(std::string& out, const AccessEvent& event) override {
    model::append_access_json(out, event);
    out.push_back('\n');
  }
  void end(std::string&) override {}
};

class JsonArray final : public Printer {
 public:
  void begin(std::string& out) override { out += "["; }
  void finding(std::string& out, const AccessEvent& event) override {
    out += first_ ? "\n" : ",\n";
    first_ = false;
    model::append_access_json(out, event);
  }
  void end(std::string& out) override { out += first_ ? "]\n" : "\n]\n"; }

 private:
  bool first_ = true;
};

std::string_view word(model::Outcome outcome) { return outcome == model::Outcome::success ? "success" : "failure"; }

class Csv final : public Printer {
 public:
  void begin(std::string& out) override {
    out +=
        "event_time,severity,break_glass,watch,mechanism,also,outcome,account_id,account_name,role,task_policy,"
        "principal_type,"
        "principal_id,principal_name,principal_arn,source_ip,source_ip_kind,mfa,region,event_source,event_name,"
        "recipient_account_id,error_code,error_message,user_agent,event_id,path,record\r\n";
  }
  void finding(std::string& out, const AccessEvent& e) override {
    std::string also;
    for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
      if (!e.also.has(static_cast<model::Mechanism>(i))) continue;
      if (!also.empty()) also.push_back(' ');
      also += model::kMechanismNames[i];
    }
    constexpr std::array<std::string_view, 4> kKinds = {"", "person", "aws_service", "internal"};
    const std::string time = e.event_time ? format_time(*e.event_time) : std::string();
    const std::string record = std::to_string(e.origin.record);
    const std::array<std::string_view, 28> cells = {time,
                                                    e.severity ? to_string(*e.severity) : "",
                                                    e.break_glass ? "true" : "false",
                                                    e.watch,
                                                    to_string(e.mechanism),
                                                    also,
                                                    word(e.outcome),
                                                    e.account_id,
                                                    e.account_name,
                                                    e.role,
                                                    e.task_policy,
                                                    e.principal.type,
                                                    e.principal.id,
                                                    e.principal.name,
                                                    e.principal.arn,
                                                    e.source_ip,
                                                    kKinds[static_cast<std::size_t>(e.source_ip_kind)],
                                                    !e.mfa   ? ""
                                                    : *e.mfa ? "true"
                                                             : "false",
                                                    e.region,
                                                    e.event_source,
                                                    e.event_name,
                                                    e.recipient_account_id,
                                                    e.error_code,
                                                    e.error_message,
                                                    e.user_agent,
                                                    e.event_id,
                                                    e.origin.path,
                                                    record};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out.push_back(',');
      append_csv_cell(out, cells[i]);
    }
    out += "\r\n";
  }
  void end(std::string&) override {}
};

struct Column {
  std::string_view title;
  std::size_t width;
};

// Fixed widths, so that findings appear as they are found; the last column takes what the terminal has left.
class Table final : public Printer {
 public:
  Table(unsigned columns, bool colour) : colour_(colour) {
    const std::size_t total = std::clamp<std::size_t>(columns, 80, 240);
    // time 16, severity 8, outcome 7 are fixed; account, role, who, how and from share the rest.
    const std::size_t rest = total - 16 - 8 - 7 - 7;
    columns_ = {{{"TIME (UTC)", 16},
                 {"SEVERITY", 8},
                 {"ACCOUNT", rest * 20 / 100},
                 {"ROLE", rest * 20 / 100},
                 {"WHO", rest * 24 / 100},
                 {"HOW", rest * 20 / 100},
                 {"FROM", rest - rest * 20 / 100 * 3 - rest * 24 / 100},
                 {"OUTCOME", 7}}};
  }
  void begin(std::string&) override {}
  void finding(std::string& out, const AccessEvent& e) override {
    if (!any_) {
      any_ = true;
      if (colour_) out += "\x1B[1m";
      row(out, {columns_[0].title, columns_[1].title, columns_[2].title, columns_[3].title, columns_[4].title,
                columns_[5].title, columns_[6].title, columns_[7].title});
      if (colour_) out += "\x1B[0m";
      out.push_back('\n');
    }
    std::string time = e.event_time ? format_time(*e.event_time).substr(0, 16) : std::string("-");
    std::replace(time.begin(), time.end(), 'T', ' ');
    const std::string account = e.account_name.empty() ? e.account_id : e.account_name;
    const std::string role = e.role.empty() ? e.task_policy : e.role;
    std::string how(to_string(e.mechanism));
    if (!e.target.empty() || e.mechanism == model::Mechanism::tamper || e.mechanism == model::Mechanism::other)
      how = e.event_name;
    if (colour_) out += colour_of(e);
    row(out, {time, e.severity ? to_string(*e.severity) : "-", account.empty() ? "-" : account,
              role.empty() ? "-" : role, who(e), how, e.source_ip.empty() ? "-" : e.source_ip, word(e.outcome)});
    if (colour_) out += "\x1B[0m";
    out.push_back('\n');
  }
  void end(std::string& out) override {
    if (!any_) out += "no findings\n";
  }

 private:
  static std::string_view colour_of(const AccessEvent& e) {
    if (!e.break_glass) return "\x1B[0m";
    if (e.severity == Severity::critical) return "\x1B[31;1m";
    if (e.severity == Severity::high) return "\x1B[31m";
    return "\x1B[33m";
  }
  void row(std::string& out, const std::array<std::string_view, 8>& cells) const {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string text = fitted(cells[i], columns_[i].width);
      out += text;
      if (i + 1 == cells.size()) break;
      const std::size_t width = display_width(text);
      out.append(columns_[i].width > width ? columns_[i].width - width + 1 : 1, ' ');
    }
  }
  // Neutralised, and shortened with an ellipsis; what identifies most often stands at the end of ARNs, so names come first.
  static std::string fitted(std::string_view cell, std::size_t width) {
    std::string text = visible(cell);
    if (display_width(text) <= width) return text;
    while (!text.empty() && display_width(text) + 1 > width) {
      do {
        const bool tail = (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80;
        text.pop_back();
        if (!tail) break;
      } while (!text.empty());
    }
    return text + "\xE2\x80\xA6";
  }

  std::array<Column, 8> columns_{};
  bool colour_;
  bool any_ = false;
};

}  // namespace

std::string who(const AccessEvent& e) {
  if (!e.principal.name.empty()) return e.principal.name;
  if (!e.principal.arn.empty()) {
    const std::size_t slash = e.principal.arn.rfind('/');
    return slash == std::string::npos ? e.principal.arn : e.principal.arn.substr(slash + 1);
  }
  return e.principal.id.empty() ? "-" : e.principal.id;
}

std::unique_ptr<Printer> make_printer(Format format, unsigned columns, bool colour) {
  switch (format) {
    case Format::table: return std::make_unique<Table>(columns, colour);
    case Format::json: return std::make_unique<JsonArray>();
    case Format::csv: return std::make_unique<Csv>();
    case Format::jsonl: break;
  }
  return std::make_unique<JsonLines>();
}

}  // namespace gw::app

#include "app/print/printer.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/neutralise.h"
#include "base/utf8.h"
#include "domain/model/access_json.h"
#include "domain/ocsf/ocsf.h"

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
  bool takes_wire() const override { return true; }
  void wire(std::string& out, std::string_view access_json) override {
    out += access_json;
    out.push_back('\n');
  }
  void end(std::string&) override {}
};

class JsonArray final : public Printer {
 public:
  void begin(std::string& out) override { out += "["; }
  void finding(std::string& out, const AccessEvent& event) override {
    separate(out);
    model::append_access_json(out, event);
  }
  bool takes_wire() const override { return true; }
  void wire(std::string& out, std::string_view access_json) override {
    separate(out);
    out += access_json;
  }
  void end(std::string& out) override { out += first_ ? "]\n" : "\n]\n"; }

 private:
  void separate(std::string& out) {
    out += first_ ? "\n" : ",\n";
    first_ = false;
  }
  bool first_ = true;
};

class OcsfLines final : public Printer {
 public:
  void begin(std::string&) override {}
  void finding(std::string& out, const AccessEvent& event) override {
    ocsf::append_event(out, event);
    out.push_back('\n');
  }
  void end(std::string&) override {}
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

// Where text that is too long for its column loses something: names tell at their beginning, paths and addresses at both
// ends, and mechanisms (identity_center_console, identity_center_cli) mostly at their end.
enum class Cut : unsigned char { tail, middle };

struct Column {
  std::string_view title;
  std::size_t width;
  Cut cut = Cut::tail;
};

// The first of `text`'s characters that fit into `width` columns.
std::string_view head_of(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size();) {
    i += next_utf8(text, i).length;
    if (display_width(text.substr(0, i)) > width) break;
    end = i;
  }
  return text.substr(0, end);
}

// The last of them.
std::string_view tail_of(std::string_view text, std::size_t width) {
  std::size_t begin = text.size() - std::min(text.size(), width * 4);
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
  while (begin < text.size() && display_width(text.substr(begin)) > width) begin += next_utf8(text, begin).length;
  return text.substr(begin);
}

// Neutralised, and shortened with an ellipsis where it is too long.
std::string fitted(std::string_view cell, const Column& column) {
  constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  // A field of megabytes is cut before anything is done with it.
  constexpr std::size_t kLook = 1024;
  std::string text = visible(cell.substr(0, kLook));
  if (display_width(text) <= column.width) return text;
  const std::size_t tail = column.cut == Cut::middle ? (column.width - 1) / 2 : 0;
  std::string out(head_of(text, column.width - 1 - tail));
  out += kEllipsis;
  out += tail_of(text, tail);
  return out;
}

// Fixed widths, so that findings appear as they are found. The watch is shown where there is room for it.
class Table final : public Printer {
 public:
  Table(unsigned columns, bool colour) : colour_(colour) {
    constexpr std::size_t kWithWatch = 160;
    const std::size_t total = std::clamp<std::size_t>(columns, 80, 240);
    const bool watch = total >= kWithWatch;
    // Time, severity and outcome are fixed, one column stands between two; the others share the rest.
    const std::size_t rest = total - 16 - 8 - 7 - 7 - (watch ? 25 : 0);
    // The longest mechanism takes 23 columns, identity_center_cli 19; up to that, others give way.
    const std::size_t how = watch ? 23 : std::max(rest * 20 / 100, std::min<std::size_t>(19, rest * 24 / 100));
    const std::size_t account = (rest - how) * 20 / 80;
    const std::size_t role = account;
    const std::size_t who = (rest - how) * 24 / 80;
    columns_ = {{"TIME (UTC)", 16},
                {"SEVERITY", 8},
                {"ACCOUNT", account},
                {"ROLE", role, Cut::middle},
                {"WHO", who},
                {"HOW", how, Cut::middle},
                {"FROM", rest - account - role - who - how, Cut::middle},
                {"OUTCOME", 7}};
    if (watch) columns_.push_back({"WATCH", 24});
  }
  void begin(std::string&) override {}
  void finding(std::string& out, const AccessEvent& e) override {
    if (!any_) {
      any_ = true;
      if (colour_) out += "\x1B[1m";
      std::vector<std::string_view> titles;
      for (const Column& column : columns_) titles.push_back(column.title);
      row(out, titles);
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
    const auto known = [](std::string_view text) { return text.empty() ? std::string_view("-") : text; };
    const std::string person = who(e);
    row(out, {time, e.severity ? to_string(*e.severity) : "-", known(account), known(role), person, how,
              known(e.source_ip), word(e.outcome), known(e.watch)});
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
  // One cell a column; what is more is not shown.
  void row(std::string& out, const std::vector<std::string_view>& cells) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string text = fitted(cells[i], columns_[i]);
      out += text;
      if (i + 1 == columns_.size()) break;
      const std::size_t width = display_width(text);
      out.append(columns_[i].width > width ? columns_[i].width - width + 1 : 1, ' ');
    }
  }

  std::vector<Column> columns_;
  bool colour_;
  bool any_ = false;
};

}  // namespace

std::string who(const AccessEvent& e) {
  if (!e.principal.name.empty()) return e.principal.name;
  if (!e.principal.arn.empty()) {
    // The session, user or role name; `root` of the root user's.
    return e.principal.arn.substr(e.principal.arn.find_last_of("/:") + 1);
  }
  return e.principal.id.empty() ? "-" : e.principal.id;
}

std::unique_ptr<Printer> make_printer(Format format, unsigned columns, bool colour) {
  switch (format) {
    case Format::table: return std::make_unique<Table>(columns, colour);
    case Format::json: return std::make_unique<JsonArray>();
    case Format::csv: return std::make_unique<Csv>();
    case Format::ocsf: return std::make_unique<OcsfLines>();
    case Format::jsonl: break;
  }
  return std::make_unique<JsonLines>();
}

}  // namespace gw::app

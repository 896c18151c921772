#include "app/operate.h"

#include <algorithm>

#include "base/json/write.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

// What a problem document says, for people.
std::string problem_of(const ApiAnswer& answer) {
  json::Doc doc;
  if (doc.parse(answer.body)) {
    const std::string_view detail = doc.root()["detail"].text();
    const std::string_view title = doc.root()["title"].text();
    if (!detail.empty()) return std::string(detail);
    if (!title.empty()) return std::string(title);
  }
  return "HTTP " + std::to_string(answer.status);
}

bool is_known_format(const std::string& format, const Io& io) {
  if (format.empty() || format == "table" || format == "json" || format == "jsonl") return true;
  complain(io, "--format: `" + format + "` is none of table, json, jsonl");
  return false;
}

}  // namespace

void append_table(std::string& out, const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const Cells& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    out.push_back('\n');
  }
}

std::string cell(json::Value value) {
  if (value.is_nothing()) return "-";
  return visible(value.is_string() ? value.text() : value.raw());
}

bool as_table(const OperatorArguments& a, const Io& io) {
  return a.format == "table" || (a.format.empty() && io.out_is_terminal);
}

int failed(const Io& io, const Error& error) {
  complain(io, error.message);
  return error.code == Errc::invalid_input ? kUsage : kOutside;
}

int ask(const Api& api, const Io& io, std::string_view method, const std::string& target, const std::string& body,
        ApiAnswer& answer) {
  auto got = api(method, target, body);
  if (!got) return failed(io, got.error());
  answer = std::move(*got);
  if (answer.status >= 200 && answer.status < 300) return kDone;
  complain(io, problem_of(answer));
  return answer.status == 400 || answer.status == 404 || answer.status == 409 ? kUsage : kOutside;
}

int parse_answer(const ApiAnswer& answer, const Io& io, json::Doc& doc) {
  if (doc.parse(answer.body, {.max_values = 1u << 24})) return kDone;
  complain(io, "the answer is no JSON: is that a glasswatch?");
  return kOutside;
}

int show_list(const OperatorArguments& a, const Io& io, const std::string& target, const Cells& head,
              const std::function<Cells(json::Value)>& row) {
  if (!is_known_format(a.format, io)) return kUsage;
  auto api = open_to_read(a.api, io);
  if (!api) return failed(io, api.error());
  const bool paged = target != "/api/v1/mutes" && !target.starts_with("/api/v1/mutes?");
  std::string out;
  std::vector<Cells> rows = {head};
  std::size_t left = a.limit;
  std::string cursor;
  do {
    std::string page = target;
    if (paged) {
      page += (page.find('?') == std::string::npos ? "?" : "&") +
              query({{"limit", std::to_string(std::min<std::size_t>(left, 200))}, {"cursor", cursor}}).substr(1);
    }
    ApiAnswer answer;
    json::Doc doc;
    if (const int code = ask(*api, io, "GET", page, "", answer); code != kDone) return code;
    if (const int code = parse_answer(answer, io, doc); code != kDone) return code;
    for (json::Value v = doc.root()["items"].first_child(); !v.is_missing() && left > 0; v = v.next_sibling(), --left) {
      if (as_table(a, io)) {
        rows.push_back(row(v));
      } else if (a.format == "json") {
        out += (out.empty() ? "[" : ",\n ") + std::string(v.raw());
      } else {
        out.append(v.raw()).push_back('\n');
      }
    }
    cursor = doc.root()["next_cursor"].text();
  } while (!cursor.empty() && left > 0);
  if (as_table(a, io)) {
    append_table(out, rows);
  } else if (a.format == "json") {
    out += out.empty() ? "[]\n" : "]\n";
  }
  const int code = print(io, out);
  if (!cursor.empty() && as_table(a, io)) complain(io, "there are more; --limit N shows them");
  return code;
}

int act(const OperatorArguments& a, const Io& io, std::string_view method, const std::string& target,
        const std::string& body, const std::string& done) {
  if (!is_known_format(a.format, io)) return kUsage;
  auto api = open_server(a.api, io);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  if (const int code = ask(*api, io, method, target, body, answer); code != kDone) return code;
  if (as_table(a, io) || answer.body.empty()) return print(io, done + "\n");
  return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
}

std::string query(std::initializer_list<std::pair<std::string_view, std::string>> parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    out.append(out.empty() ? "?" : "&").append(name).append("=").append(encoded(value));
  }
  return out;
}

std::string body_of(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (out.size() > 1) out.push_back(',');
    json::append_string(out, name);
    out.push_back(':');
    json::append_string(out, value);
  }
  return out + "}";
}

}  // namespace gw::app

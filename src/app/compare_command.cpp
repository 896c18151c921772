// compare: which events only one of two tools told, to run glasswatch beside an older one before it takes over.
#include "app/daemon.h"
#include "app/operate.h"
#include "app/report/compare.h"
#include "app/report/event_ids.h"
#include "base/json/object.h"
#include "base/neutralise.h"
#include "edge/store/sqlite/store.h"

namespace gw::app {
namespace {

constexpr std::size_t kLargest = std::size_t{512} << 20;

std::string_view only(const report::Difference& d) { return d.ours ? "glasswatch" : "other"; }

void append_json(std::string& out, const report::Difference& d) {
  json::Object o(out);
  o.text("only", only(d));
  o.text("event_id", d.event_id);
  o.time("event_time", d.time);
  o.text("account_id", d.account_id);
  o.text("role", d.role);
  o.text("watch", d.watch);
  o.text("session_id", d.session_id);
  o.text("reason", d.reason);
  o.text("why", d.why);
}

Cells cells_of(const report::Difference& d) {
  return {std::string(only(d)), d.event_id, d.time ? format_time(*d.time) : std::string(),
          d.account_id,         d.role,     d.watch,
          d.session_id,         d.reason,   d.why};
}

std::string text_of(const report::Comparison& found, std::string_view format) {
  std::string out;
  if (format == "jsonl") {
    for (const report::Difference& d : found.differences) {
      append_json(out, d);
      out.push_back('\n');
    }
    return out;
  }
  if (format == "csv") {
    out = "only,event_id,event_time,account_id,role,watch,session_id,reason,why\r\n";
    for (const report::Difference& d : found.differences) {
      const Cells cells = cells_of(d);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) out.push_back(',');
        append_csv_cell(out, cells[i]);
      }
      out += "\r\n";
    }
    return out;
  }
  std::vector<Cells> rows = {{"ONLY", "EVENT", "TIME", "ACCOUNT", "ROLE", "WATCH", "SESSION", "REASON", "WHY"}};
  for (const report::Difference& d : found.differences) {
    Cells& row = rows.emplace_back();
    for (const std::string& cell : cells_of(d)) row.push_back(cell.empty() ? "-" : visible(cell));
  }
  if (rows.size() > 1) append_table(out, rows);
  return out;
}

}  // namespace

int run_compare(const CompareArguments& a, const Io& io) {
  const std::string format = !a.format.empty() ? a.format : io.out_is_terminal ? "table" : "jsonl";
  if (format != "table" && format != "jsonl" && format != "csv") {
    complain(io, "--format: `" + a.format + "` is none of table, jsonl, csv");
    return kUsage;
  }
  const Time now = io.now();
  std::optional<Time> from;
  std::optional<Time> to;
  for (const auto& [option, text, time] : {std::tuple("--from", &a.from, &from), std::tuple("--to", &a.to, &to)}) {
    if (text->empty()) continue;
    *time = parse_when(*text, now);
    if (*time) continue;
    complain(io, std::string(option) + ": `" + *text + "` is no time (2026-01-02T03:04:05Z, 2026-01-02, 2h, 30d)");
    return kUsage;
  }
  if (from && to && !(*from < *to)) {
    complain(io, "--from is not before --to");
    return kUsage;
  }
  const auto path = store_of(a.store, io);
  if (!path) return failed(io, path.error());
  auto store = sqlite::open_snapshot(*path);
  if (!store) return failed(io, store.error());
  std::string why;
  const auto text = read_file(a.with, kLargest, why);
  if (!text) {
    complain(io, a.with + ": " + why);
    return kUnreadable;
  }
  const std::set<std::string> theirs = report::event_ids(*text);
  if (theirs.empty()) complain(io, a.with + ": no event id is in it");
  const auto found = report::compare(**store, **store, theirs, from, to);
  if (!found) return failed(io, found.error());
  if (const int code = print(io, text_of(*found, format)); code != kDone) return code;
  complain(io, std::to_string(found->both) + " events both, " + std::to_string(found->ours) + " only glasswatch, " +
                   std::to_string(found->theirs) + " only " + a.with +
                   (found->outside == 0 ? "" : "; " + std::to_string(found->outside) + " of it are of another time"));
  return found->differences.empty() ? kDone : kNo;
}

}  // namespace gw::app

// A session is shown when it meets the question: its account, one of its regions and mechanisms, and the time that it covers.
#include "app/scan_sessions.h"

#include <algorithm>
#include <cerrno>

#include "app/operate.h"
#include "app/wiring.h"
#include "base/neutralise.h"
#include "domain/model/access_json.h"
#include "engine/pipeline/archive.h"

namespace gw::app {
namespace {

constexpr std::size_t kListed = 20;

bool asked_for(const model::Session& s, const scan::Options& o) {
  if (!o.accounts.empty() && !o.accounts.contains(s.account_id)) return false;
  if (o.mechanisms != model::MechanismSet::all() && !s.mechanisms.intersects(o.mechanisms)) return false;
  if (!o.regions.empty() &&
      std::none_of(s.regions.begin(), s.regions.end(), [&](const auto& r) { return o.regions.contains(r.first); })) {
    return false;
  }
  if (o.from && s.last_seen_at < *o.from) return false;
  return !o.to || s.started_at < *o.to;
}

std::string words(model::MechanismSet set) {
  std::string out;
  for (std::size_t i = 0; i < model::kMechanismCount; ++i) {
    if (!set.has(static_cast<model::Mechanism>(i))) continue;
    out.append(out.empty() ? "" : ",").append(model::kMechanismNames[i]);
  }
  return out;
}

std::vector<std::string> cells(const model::Session& s) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? std::string("-") : visible(text); };
  const model::Principal& who = s.principal;
  const std::string account = s.account_name.empty() ? s.account_id : s.account_name + " (" + s.account_id + ")";
  std::string high_risk;
  for (const auto& [group, sighting] : s.high_risk) high_risk += (high_risk.empty() ? "" : ",") + group;
  return {format_time(s.started_at),
          s.expires_at ? format_time(*s.expires_at) : "-",
          s.severity ? std::string(to_string(*s.severity)) : "-",
          or_dash(account),
          or_dash(s.role.empty() ? s.task_policy : s.role),
          or_dash(!who.name.empty()  ? who.name
                  : !who.arn.empty() ? who.arn
                                     : who.id),
          or_dash(words(s.mechanisms)),
          std::to_string(s.calls),
          std::to_string(s.kinds[static_cast<std::size_t>(model::ActivityKind::write)].count),
          or_dash(high_risk),
          s.id};
}

class Writer {
 public:
  Writer(const ScanArguments& arguments, Format format, bool colour, const Io& io)
      : arguments_(arguments), format_(format), printer_(make_printer(format, io.columns, colour)) {}

  std::string text(const std::vector<pipeline::ArchiveSession>& sessions) {
    std::string out;
    if (arguments_.sessions) show_sessions(out, sessions);
    if (arguments_.activity) show_activity(out, sessions);
    return out;
  }

 private:
  void show_sessions(std::string& out, const std::vector<pipeline::ArchiveSession>& sessions) const {
    if (format_ == Format::table || format_ == Format::csv) {
      std::vector<std::vector<std::string>> rows = {{"STARTED", "EXPIRES", "SEVERITY", "ACCOUNT", "ROLE", "WHO", "HOW",
                                                     "CALLS", "WRITES", "HIGH RISK", "SESSION"}};
      for (const auto& s : sessions) rows.push_back(cells(s.session));
      if (format_ == Format::table) return append_table(out, rows);
      for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
          if (i > 0) out.push_back(',');
          append_csv_cell(out, row[i]);
        }
        out += "\r\n";
      }
      return;
    }
    bool first = true;
    if (format_ == Format::json) out.push_back('[');
    for (const auto& s : sessions) {
      if (format_ == Format::json && !first) out += ",\n";
      first = false;
      model::append_session_json(out, s.session);
      if (format_ == Format::jsonl) out.push_back('\n');
    }
    if (format_ == Format::json) out += "]\n";
  }

  void show_activity(std::string& out, const std::vector<pipeline::ArchiveSession>& sessions) const {
    printer_->begin(out);
    std::string line;
    for (const auto& s : sessions) {
      for (const model::Entry& entry : s.entries) {
        if (!printer_->takes_wire()) {
          printer_->finding(out, entry.event);
          continue;
        }
        line.clear();
        model::append_access_json(line, entry.event, s.session.id);
        printer_->wire(out, line);
      }
    }
    printer_->end(out);
  }

  const ScanArguments& arguments_;
  const Format format_;
  const std::unique_ptr<Printer> printer_;
};

}  // namespace

Result<SessionsAnswer> scan_sessions(const ScanArguments& arguments, const scan::Options& options,
                                     const AppConfig& config, Format format, bool colour, const Io& io) {
  auto settings = make_settings(config, io);
  if (!settings) return std::move(settings).error();
  std::uint64_t told = 0;
  const auto quarantined = [&](const ports::QuarantineItem& item) {
    if (++told <= kListed || arguments.verbose) complain(io, item.source + ": " + item.reason);
  };
  pipeline::Archive archive =
      pipeline::read_archive({options.paths, options.threads, options.now}, *settings, quarantined);
  if (told > kListed && !arguments.verbose) {
    complain(io, "and " + std::to_string(told - kListed) + " more, " + std::to_string(told) +
                     " quarantined in all (--verbose lists them)");
  }
  std::erase_if(archive.sessions, [&](const pipeline::ArchiveSession& s) { return !asked_for(s.session, options); });

  SessionsAnswer answer;
  for (const pipeline::ArchiveSession& s : archive.sessions) {
    if (s.session.severity && (!answer.highest || *s.session.severity > *answer.highest))
      answer.highest = s.session.severity;
  }
  scan::Stats& stats = answer.stats;
  stats.mode = "full";
  stats.files = archive.files;
  stats.bytes_in = archive.bytes_in;
  stats.bytes_out = archive.bytes_out;
  stats.decoded = archive.records.decoded;
  stats.matched = archive.records.matched;
  stats.attached = archive.records.attached;
  stats.ignored = archive.records.ignored;
  stats.not_watched = archive.records.not_watched;
  stats.duplicate = archive.records.duplicate;
  stats.quarantined = std::max(archive.records.quarantined, told);
  stats.failed_files = archive.failed_files;
  const std::string text = Writer(arguments, format, colour, io).text(archive.sessions);
  if (!write_all(io.out, text)) answer.output_failed = errno != EPIPE;
  return answer;
}

}  // namespace gw::app

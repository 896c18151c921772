#include "app/report/writer.h"

namespace gw::report {
namespace {

constexpr std::int64_t kQuiet = std::int64_t{24} * 3600 * 1'000'000;

std::string number(std::uint64_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

void add_map(std::vector<Figure>& out, const std::string& name, const std::string& text,
             const std::map<std::string, std::uint64_t>& counts) {
  for (const auto& [key, value] : counts) {
    std::string one = name;
    std::string said = text;
    out.push_back({one.append(".").append(key), said.append(" ").append(key), value});
  }
}

}  // namespace

std::vector<Figure> figures(const Totals& t) {
  std::vector<Figure> out = {{"uses", "uses (sessions)", t.uses},
                             {"uses.open", "of them still open", t.open},
                             {"uses.lapsed", "of them lapsed", t.lapsed},
                             {"uses.acknowledged", "acknowledged", t.acknowledged},
                             {"uses.unacknowledged", "not acknowledged", t.uses - t.acknowledged},
                             {"uses.planned", "all within planned windows", t.planned},
                             {"uses.backfilled", "imported from an archive, nobody was alerted", t.backfilled},
                             {"uses.not_told", "that no receiver accepted a message about", t.not_told},
                             {"uses.not_confirmed", "not confirmed by a trail's log object", t.not_confirmed}};
  add_map(out, "uses.severity", "of severity", t.severities);
  add_map(out, "uses.mechanism", "with a way in by", t.mechanisms);
  add_map(out, "uses.watch", "matched by watch", t.watches);
  const std::vector<Figure> more = {{"records", "records stored of these uses", t.ways_in + t.halves + t.calls},
                                    {"records.ways_in", "of them ways in", t.ways_in},
                                    {"records.halves", "second halves of ways in", t.halves},
                                    {"records.calls", "calls", t.calls},
                                    {"records.denied", "of the calls denied", t.denied_calls},
                                    {"records.high_risk", "of high risk", t.high_risk},
                                    {"joins.exact", "records joined to their use: exact", t.joins[0]},
                                    {"joins.inferred", "inferred", t.joins[1]},
                                    {"joins.unknown", "unknown", t.joins[2]},
                                    {"changes", "changes to the trail or to the way in", t.changes},
                                    {"denied_attempts", "denied attempts to come in", t.denied},
                                    {"alerts", "alerts", t.alerts + t.other_alerts},
                                    {"alerts.of_uses", "of them about these uses", t.alerts},
                                    {"alerts.others", "about no session", t.other_alerts}};
  out.insert(out.end(), more.begin(), more.end());
  add_map(out, "alerts.kind", "of kind", t.alert_kinds);
  std::uint64_t due = 0;
  for (const std::uint64_t n : t.notifications) due += n;
  out.push_back({"deliveries", "deliveries of alerts that were due", due});
  for (std::size_t i = 0; i < t.notifications.size(); ++i) {
    const std::string state(to_string(static_cast<model::SendState>(i)));
    out.push_back({"deliveries." + state, "of them " + state, t.notifications[i]});
  }
  out.push_back({"mutes", "mutes in force", t.mutes});
  out.push_back({"quarantine", "deliveries or records quarantined", t.quarantined});
  out.push_back({"quarantine.open", "quarantined at any time and not settled", t.quarantined_open});
  return out;
}

std::vector<Figure> books(const ports::Totals& t) {
  const ports::RecordBooks& r = t.records;
  std::vector<Figure> out = {
      {"decoded", "records decoded", r.decoded},         {"matched", "of them matched a watch", r.matched},
      {"attached", "attached to a session", r.attached}, {"ignored", "ignored by a rule", r.ignored},
      {"not_watched", "not watched", r.not_watched},     {"duplicate", "duplicates", r.duplicate},
      {"quarantined", "quarantined", r.quarantined}};
  for (const auto& [feed, d] : t.deliveries) {
    out.push_back({"deliveries." + feed, "deliveries of feed " + feed, d.settled});
    out.push_back({"deliveries." + feed + ".non_record", "of them without records", d.non_record});
    out.push_back({"deliveries." + feed + ".quarantined", "of them quarantined whole", d.quarantined});
  }
  out.push_back({"sessions", "sessions held", t.sessions});
  out.push_back({"quarantine_open", "quarantined items open", t.quarantine_open});
  out.push_back({"ledger_leaves", "ledger leaves", t.ledger_leaves});
  return out;
}

std::vector<std::string> gaps(const Closing& closing) {
  const Totals& t = closing.totals;
  std::vector<std::string> out;
  const auto say = [&](std::uint64_t n, std::string_view one, std::string_view many) {
    if (n > 0) out.push_back(number(n, one, many));
  };
  if (const auto silent = t.alert_kinds.find("coverage.silent"); silent != t.alert_kinds.end())
    say(silent->second, "silence of an account, region or feed was told (coverage.silent)",
        "silences of accounts, regions or feeds were told (coverage.silent)");
  if (const auto lost = t.alert_kinds.find("undecodable"); lost != t.alert_kinds.end())
    say(lost->second, "record that looks like an access could not be read (undecodable)",
        "records that look like accesses could not be read (undecodable)");
  if (const auto two = t.alert_kinds.find("conflict"); two != t.alert_kinds.end())
    say(two->second, "record came with two contents (conflict)", "records came with two contents (conflict)");
  say(t.quarantined_open, "quarantined item is open: what it held is in no figure",
      "quarantined items are open: what they held is in no figure");
  say(t.not_confirmed, "use was seen only by feeds that are no trail's log objects",
      "uses were seen only by feeds that are no trail's log objects");
  say(t.chain_incomplete, "use may have further calls by role chains that were forgotten before it came",
      "uses may have further calls by role chains that were forgotten before they came");
  say(t.truncated, "use has lists that reached their bound", "uses have lists that reached their bound");
  say(t.incomplete, "use counted more calls than are still stored: retention has erased them",
      "uses counted more calls than are still stored: retention has erased them");
  say(t.joins[2], "record is joined to its use by nothing that another record shares (unknown)",
      "records are joined to their uses by nothing that other records share (unknown)");
  say(closing.parked.size(), "delivery of an alert is parked", "deliveries of alerts are parked");
  if (closing.now) {
    std::uint64_t quiet = 0;
    for (const ports::CoverageSighting& s : closing.now->coverage)
      quiet += s.newest.micros + kQuiet < closing.question.as_of.micros ? 1 : 0;
    say(quiet, "account, region and feed was last heard more than 24 hours before",
        "accounts, regions and feeds were last heard more than 24 hours before");
    say(closing.now->never_heard.size(), "account is expected and was never heard",
        "accounts are expected and were never heard");
  } else {
    out.emplace_back(
        "What was received but not kept (the books, and what was last heard of each account) has no history: "
        "only a report without --as-of shows it");
  }
  return out;
}

std::optional<Format> parse_format(std::string_view text) {
  if (text == "html") return Format::html;
  if (text == "csv") return Format::csv;
  if (text == "json") return Format::json;
  return std::nullopt;
}

std::unique_ptr<Writer> make_writer(Format format, const std::string& folder, Sink sink) {
  switch (format) {
    case Format::csv: return make_csv(folder, std::move(sink));
    case Format::json: return make_json(folder, std::move(sink));
    case Format::html: break;
  }
  return make_html(folder, std::move(sink));
}

}  // namespace gw::report

// One table: a row of kind `use` for each use with its `moment` rows behind it, then what belongs to no use, then the totals.
// Cells that do not apply are empty.
#include <algorithm>
#include <array>

#include "app/report/writer.h"
#include "base/neutralise.h"

namespace gw::report {
namespace {

constexpr std::array<std::string_view, 37> kColumns = {
    "row",       "at",           "what",         "count",           "session_id",    "id",
    "state",     "severity",     "watch",        "account_id",      "account_name",  "region",
    "role",      "principal",    "mechanism",    "source_ip",       "started_at",    "last_seen_at",
    "lapsed_at", "expires_at",   "expiry_grade", "calls",           "denied",        "high_risk",
    "told_at",   "told",         "acknowledged", "acknowledgement", "notes",         "planned",
    "feeds",     "confirmed_by", "joins_exact",  "joins_inferred",  "joins_unknown", "outcome",
    "text"};

class Row {
 public:
  explicit Row(std::string_view kind) { set("row", kind); }
  Row& set(std::string_view column, std::string_view value) {
    const auto at = std::find(kColumns.begin(), kColumns.end(), column);
    cells_[static_cast<std::size_t>(at - kColumns.begin())] = value;
    return *this;
  }
  Row& set(std::string_view column, std::uint64_t value) { return set(column, std::to_string(value)); }
  Row& set(std::string_view column, const std::optional<Time>& value) {
    return value ? set(column, format_time(*value)) : *this;
  }
  void append_to(std::string& out) const {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      if (i > 0) out.push_back(',');
      append_csv_cell(out, cells_[i]);
    }
    out += "\r\n";
  }

 private:
  std::array<std::string, kColumns.size()> cells_;
};

std::string notes_of(const model::Session& s) {
  std::string out;
  for (const model::Note& note : s.notes)
    out += (out.empty() ? "" : "; ") + format_time(note.at) + " " + note.by + ": " + note.text;
  return out;
}

class Csv final : public Writer {
 public:
  Csv(const std::string& folder, Sink sink) : rows_(folder), sink_(std::move(sink)) {
    for (const std::string_view column : kColumns) {
      if (!rows_.text().empty()) rows_.text().push_back(',');
      rows_.text() += column;
    }
    rows_.text() += "\r\n";
  }

  void use(const Use& use) override {
    const model::Session& s = use.session;
    Row row("use");
    row.set("at", s.started_at).set("session_id", s.id).set("state", to_string(s.state)).set("watch", s.watch);
    if (s.severity) row.set("severity", to_string(*s.severity));
    row.set("account_id", s.account_id).set("account_name", s.account_name).set("region", s.region);
    row.set("role", s.role.empty() ? s.task_policy : s.role).set("principal", who(s.principal));
    row.set("mechanism", joined(mechanism_names(s.mechanisms))).set("source_ip", s.source_ip);
    row.set("started_at", s.started_at).set("last_seen_at", s.last_seen_at).set("lapsed_at", s.lapsed_at);
    row.set("expires_at", s.expires_at).set("calls", s.calls).set("denied", use.denied).set("high_risk", use.high_risk);
    if (s.expires_at) row.set("expiry_grade", to_string(s.expiry_grade));
    row.set("told_at", use.first_told).set("told", joined(use.told));
    row.set("acknowledged", s.acknowledged ? "yes" : "no").set("acknowledgement", labelled(acknowledgement(s), "; "));
    row.set("notes", notes_of(s)).set("planned", joined(s.planned)).set("feeds", joined(s.feeds));
    row.set("confirmed_by", s.confirmed_by).set("text", s.user_agent);
    row.set("joins_exact", use.joins[0]).set("joins_inferred", use.joins[1]).set("joins_unknown", use.joins[2]);
    put(row);
    for (const Moment& m : use.timeline) {
      Row one("moment");
      one.set("at", m.at).set("what", m.what).set("session_id", s.id).set("id", m.id).set("source_ip", m.from);
      one.set("principal", m.grade.empty() ? m.by : std::string()).set("feeds", m.feeds).set("outcome", m.outcome);
      if (!m.grade.empty()) one.set("joins_" + m.grade, 1);
      put(one.set("text", m.text));
    }
    if (use.moments_left_out > 0)
      put(Row("moment").set("session_id", s.id).set("what", "left out").set("count", use.moments_left_out));
  }
  void change(const ports::StoredEvent& event) override { record("change", event); }
  void denied(const ports::StoredEvent& event) override { record("denied", event); }
  void alert(const ports::AlertView& view) override {
    const model::Alert& a = view.alert;
    Row row("alert");
    std::string told;
    for (const model::Notification& n : view.notifications)
      told += (told.empty() ? "" : "; ") + n.receiver + " " + std::string(to_string(n.state));
    row.set("at", a.created_at).set("what", to_string(a.kind)).set("id", a.id).set("watch", a.watch);
    put(row.set("severity", to_string(a.severity)).set("outcome", told).set("text", a.reason));
  }
  void mute(const model::Mute& m) override {
    Row row("mute");
    row.set("at", m.created_at).set("id", m.id).set("watch", m.watch).set("account_id", m.account_id);
    row.set("session_id", m.session_id).set("principal", m.author).set("expires_at", m.until);
    put(row.set("lapsed_at", m.ended_at).set("outcome", m.ended_by).set("text", m.reason));
  }
  void quarantined(const ports::QuarantineItem& item) override {
    Row row("quarantine");
    row.set("at", item.at).set("id", item.id).set("feeds", item.feed).set("what", item.source);
    row.set("state", item.settled_at ? std::string_view(item.settled_as) : "open").set("lapsed_at", item.settled_at);
    put(row.set("count", item.size).set("text", item.reason));
  }

  Status finish(const Closing& closing) override {
    const Question& q = closing.question;
    for (const Parked& p : closing.parked) {
      Row row("parked");
      row.set("at", p.notification.settled_at)
          .set("what", p.kind)
          .set("id", p.alert_id)
          .set("told", p.notification.receiver);
      put(row.set("session_id", p.session_id)
              .set("outcome", p.retried ? "retried" : "")
              .set("text", p.notification.reason));
    }
    for (const Figure& f : figures(closing.totals))
      put(Row("total").set("what", f.name).set("count", f.value).set("text", f.text));
    for (const auto& [place, kept] : closing.totals.kept) {
      Row row("kept");
      row.set("account_id", std::get<0>(place)).set("region", std::get<1>(place)).set("feeds", std::get<2>(place));
      put(row.set("count", kept.records).set("started_at", kept.first).set("at", kept.newest));
    }
    if (closing.totals.kept_elsewhere > 0)
      put(Row("kept").set("what", "elsewhere").set("count", closing.totals.kept_elsewhere));
    if (closing.now) {
      for (const Figure& f : books(closing.now->totals))
        put(Row("books").set("what", f.name).set("count", f.value).set("text", f.text));
      for (const ports::CoverageSighting& s : closing.now->coverage) {
        Row row("coverage");
        row.set("account_id", s.account_id).set("region", s.region).set("feeds", s.feed).set("count", s.records);
        put(row.set("at", s.newest).set("last_seen_at", s.received_at));
      }
      for (const ports::NeverHeard& a : closing.now->never_heard) {
        Row row("coverage");
        put(row.set("account_id", a.account_id)
                .set("what", "never_heard")
                .set("count", std::uint64_t{0})
                .set("started_at", a.since));
      }
    }
    for (const std::string& gap : gaps(closing)) put(Row("gap").set("text", gap));
    for (const auto& [hash, n] : closing.totals.config_hashes) put(Row("config").set("what", hash).set("count", n));
    Row about("report");
    about.set("at", q.as_of).set("started_at", q.from).set("lapsed_at", q.to).set("what", "glasswatch " + q.version);
    put(about.set("account_id", q.account_id)
            .set("role", q.role)
            .set("watch", q.watch)
            .set("session_id", q.session_id));
    return rows_.copy_to(sink_);
  }

 private:
  void put(const Row& row) {
    row.append_to(rows_.text());
    rows_.full();
  }
  void record(std::string_view kind, const ports::StoredEvent& event) {
    const model::AccessEvent& e = event.event;
    Row row(kind);
    row.set("at", e.event_time).set("what", e.event_source + ":" + e.event_name).set("session_id", event.session_id);
    row.set("id", e.event_id).set("watch", e.watch).set("account_id", e.account_id).set("account_name", e.account_name);
    if (e.severity) row.set("severity", to_string(*e.severity));
    row.set("role", e.role).set("principal", who(e.principal)).set("mechanism", to_string(e.mechanism));
    row.set("region", e.region)
        .set("source_ip", e.source_ip)
        .set("planned", e.planned)
        .set("feeds", joined(event.feeds));
    row.set("outcome",
            e.error_code.empty() ? e.outcome == model::Outcome::success ? "success" : "failure" : e.error_code);
    put(row.set("text", e.target.empty() ? e.error_message : e.target));
  }

  Spool rows_;
  Sink sink_;
};

}  // namespace

std::unique_ptr<Writer> make_csv(const std::string& folder, Sink sink) {
  return std::make_unique<Csv>(folder, std::move(sink));
}

}  // namespace gw::report

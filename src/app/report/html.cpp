// One file that prints: no script, no image, nothing that is fetched; a policy within forbids both. Text goes through cell() or
// append_html() and nowhere else.
#include "app/report/html_parts.h"
#include "app/report/writer.h"
#include "base/neutralise.h"

namespace gw::report {
namespace {

constexpr std::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    "<title>Break-glass report</title><style>\n"
    "body{font:14px/1.4 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#111;background:#fff}\n"
    "h1{font-size:1.6em}h2{font-size:1.25em;margin-top:2em;border-bottom:2px solid "
    "#111}h3{font-size:1.05em;margin-top:1.6em}\n"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 1em}th,td{border:1px solid #999;padding:.2em "
    ".4em;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}th{background:#eee}td.n{text-align:right;font-variant-numeric:tabular-"
    "nums}\n"
    ".critical,.high{font-weight:bold}.no{font-weight:bold}a{color:inherit}\n"
    "@media print{body{margin:0;max-width:none;font-size:10px}thead{display:table-header-group}tr{break-inside:avoid}"
    "section.use{break-before:page}a{text-decoration:none}}\n"
    "</style></head><body>\n";

class Html final : public Writer {
 public:
  Html(const std::string& folder, Sink sink)
      : index_(folder),
        uses_(folder),
        changes_(folder),
        denied_(folder),
        alerts_(folder),
        mutes_(folder),
        quarantine_(folder),
        sink_(std::move(sink)) {}

  void use(const Use& use) override {
    const model::Session& s = use.session;
    std::string& row = index_.text();
    row += "<tr><td><a href=\"#s-";
    append_html(row, s.id);
    row += "\">";
    append_html(row, format_time(s.started_at));
    row += "</a></td>";
    cell(row, place_of(s));
    cell(row, s.role.empty() ? s.task_policy : s.role);
    cell(row, who(s.principal));
    cell(row, severity_of(s), s.severity >= model::Severity::high ? "high" : "");
    cell(row, s.lapsed_at ? "lapsed " + format_time(*s.lapsed_at) : std::string("open"));
    cell(row, s.calls);
    cell(row, use.denied);
    cell(row, use.high_risk);
    cell(row, use.first_told ? format_time(*use.first_told) : std::string("no"), use.first_told ? "" : "no");
    cell(row, s.acknowledged ? s.acknowledged->by : std::string("no"), s.acknowledged ? "" : "no");
    row += "</tr>\n";
    index_.full();

    append_use(uses_.text(), use);
    uses_.full();
  }
  void change(const ports::StoredEvent& event) override { record(changes_, event); }
  void denied(const ports::StoredEvent& event) override { record(denied_, event); }
  void alert(const ports::AlertView& view) override {
    const model::Alert& a = view.alert;
    std::string& out = alerts_.text();
    out += "<tr>";
    cell(out, a.created_at);
    for (const std::string_view text : {to_string(a.kind), to_string(a.severity), std::string_view(a.watch),
                                        std::string_view(a.fact), std::string_view(a.reason)})
      cell(out, text);
    cell(out, deliveries_of(view));
    out += "</tr>\n";
    alerts_.full();
  }
  void mute(const model::Mute& m) override {
    std::string& out = mutes_.text();
    out += "<tr>";
    cell(out, m.created_at);
    cell(out, m.until);
    cell(out, m.ended_at ? format_time(*m.ended_at) + " by " + m.ended_by : std::string());
    for (const std::string* text : {&m.watch, &m.account_id, &m.session_id, &m.author, &m.reason}) cell(out, *text);
    out += "</tr>\n";
    mutes_.full();
  }
  void quarantined(const ports::QuarantineItem& item) override {
    std::string& out = quarantine_.text();
    out += "<tr>";
    cell(out, item.at);
    for (const std::string* text : {&item.feed, &item.source, &item.reason, &item.event_id}) cell(out, *text);
    cell(out, item.size);
    cell(out, item.settled_at ? item.settled_as + " " + format_time(*item.settled_at) : std::string("open"),
         item.settled_at ? "" : "no");
    out += "</tr>\n";
    quarantine_.full();
  }

  Status finish(const Closing& closing) override {
    std::string out(kHead);
    append_summary(out, closing);
    head(out += "<h2>Uses</h2>\n", {"Began (UTC)", "Account", "Role", "Who", "Severity", "End", "Calls", "Denied",
                                    "High risk", "First told", "Acknowledged by"});
    const std::string_view kRecord[] = {"Time",    "What",     "Target", "Account", "Who", "From",
                                        "Outcome", "Severity", "Watch",  "Feeds",   "Id"};
    const auto titles = [&](const std::string& title) {
      std::string text = std::string(kEnd) + "<h2>" + title + "</h2>\n<table><thead><tr>";
      for (const std::string_view column : kRecord) text.append("<th>").append(column).append("</th>");
      return text + "</tr></thead><tbody>\n";
    };
    std::string others(kEnd);
    head(others += "<h2>Alerts about no session</h2>\n",
         {"Created", "Alert", "Severity", "Watch", "Fact", "Why", "Receivers"});
    std::string mutes(kEnd);
    head(mutes += "<h2>Mutes in force</h2>\n",
         {"From", "Until", "Ended", "Watch", "Account", "Session", "Author", "Reason"});
    std::string items(kEnd);
    head(items += "<h2>Quarantine</h2>\n", {"At", "Feed", "Source", "Reason", "Event", "Bytes", "Settled"});
    const std::pair<std::string, Spool*> parts[] = {
        {out, &index_},
        {std::string(kEnd) + "<h2>Dossiers</h2>\n", &uses_},
        {titles("Changes to the trail and to the way in").substr(kEnd.size()), &changes_},
        {titles("Denied attempts"), &denied_},
        {others, &alerts_},
        {mutes, &mutes_},
        {items, &quarantine_}};
    for (const auto& [before, spool] : parts) {
      if (Status status = sink_(before); !status) return status;
      if (Status status = spool->copy_to(sink_); !status) return status;
    }
    std::string end(kEnd);
    append_completeness(end, closing);
    return sink_(end + "</body></html>\n");
  }

 private:
  static void record(Spool& spool, const ports::StoredEvent& event) {
    const model::AccessEvent& e = event.event;
    std::string& out = spool.text();
    out += "<tr>";
    cell(out, e.event_time);
    cell(out, e.event_source + ":" + e.event_name);
    cell(out, e.target);
    cell(out, e.account_name.empty() ? e.account_id : e.account_name + " (" + e.account_id + ")");
    cell(out, who(e.principal));
    cell(out, e.source_ip);
    cell(out, e.error_code.empty() ? e.outcome == model::Outcome::success ? "success" : "failure"
                                   : e.error_code + " " + e.error_message);
    cell(out, e.severity ? to_string(*e.severity) : std::string_view());
    cell(out, e.watch);
    cell(out, joined(event.feeds));
    cell(out, e.event_id);
    out += "</tr>\n";
    spool.full();
  }

  static void append_figures(std::string& out, const std::vector<Figure>& list) {
    head(out, {"Figure", "Count"});
    for (const Figure& figure : list) {
      out += "<tr>";
      cell(out, figure.text);
      cell(out, figure.value);
      out += "</tr>\n";
    }
    out += kEnd;
  }

  static void append_summary(std::string& out, const Closing& closing) {
    const Question& q = closing.question;
    out += "<h1>Break-glass report</h1>\n<table><tbody>\n";
    pair(out, "Uses that began",
         (q.from ? "from " + format_time(*q.from) : std::string("at any time")) +
             (q.to ? ", before " + format_time(*q.to) : std::string()));
    pair(out, "As of", format_time(q.as_of) + (q.as_of_given ? "" : " (when it was written)"));
    const std::pair<const char*, const std::string*> filters[] = {{"Only account", &q.account_id},
                                                                  {"Only role", &q.role},
                                                                  {"Only watch", &q.watch},
                                                                  {"Only session", &q.session_id}};
    for (const auto& [label, value] : filters) {
      if (!value->empty()) pair(out, label, *value);
    }
    std::string hashes;
    for (const auto& [hash, n] : closing.totals.config_hashes) hashes.append(hashes.empty() ? "" : ", ").append(hash);
    pair(out, "Configurations", hashes);
    pair(out, "Written by", "glasswatch " + q.version);
    out.append(kEnd).append("<h2>Control totals</h2>\n");
    append_figures(out, figures(closing.totals));
    out += "<h2>Known gaps</h2>\n<ul>\n";
    const std::vector<std::string> known = gaps(closing);
    for (const std::string& gap : known) {
      out += "<li>";
      append_html(out, gap);
      out += "</li>\n";
    }
    out += known.empty() ? "<li>None that the store knows of.</li></ul>\n" : "</ul>\n";
  }

  static void append_completeness(std::string& out, const Closing& closing) {
    if (!closing.parked.empty()) {
      head(out += "<h2>Parked deliveries</h2>\n", {"Since", "Alert", "Session", "Receiver", "Reason", "Tried again"});
      for (const Parked& p : closing.parked) {
        out += "<tr>";
        cell(out, p.notification.settled_at);
        cell(out, p.kind);
        cell(out, p.session_id);
        cell(out, p.notification.receiver);
        cell(out, p.notification.reason);
        cell(out, p.retried ? "yes" : "no");
        out += "</tr>\n";
      }
      out += kEnd;
    }
    head(out += "<h2>Records stored of these uses, by account, region and feed</h2>\n",
         {"Account", "Region", "Feed", "Records", "First event", "Newest event"});
    for (const auto& [place, kept] : closing.totals.kept) {
      out += "<tr>";
      cell(out, std::get<0>(place));
      cell(out, std::get<1>(place));
      cell(out, std::get<2>(place));
      cell(out, kept.records);
      cell(out, kept.first);
      cell(out, kept.newest);
      out += "</tr>\n";
    }
    out += kEnd;
    if (!closing.now) return;
    out +=
        "<h2>The store's books, of all time</h2>\n<p>decoded = matched + attached + ignored + not watched + duplicates "
        "+ "
        "quarantined</p>\n";
    append_figures(out, books(closing.now->totals));
    head(out += "<h2>What was heard, of all time</h2>\n",
         {"Account", "Region", "Feed", "Records", "Newest event", "Last received"});
    for (const ports::CoverageSighting& s : closing.now->coverage) {
      out += "<tr>";
      cell(out, s.account_id);
      cell(out, s.region);
      cell(out, s.feed);
      cell(out, s.records);
      cell(out, s.newest);
      cell(out, s.received_at);
      out += "</tr>\n";
    }
    out += kEnd;
    if (closing.now->never_heard.empty()) return;
    head(out += "<h2>Accounts that are expected and were never heard</h2>\n", {"Account", "Expected since"});
    for (const ports::NeverHeard& a : closing.now->never_heard) {
      out += "<tr>";
      cell(out, a.account_id);
      cell(out, a.since);
      out += "</tr>\n";
    }
    out += kEnd;
  }

  Spool index_;
  Spool uses_;
  Spool changes_;
  Spool denied_;
  Spool alerts_;
  Spool mutes_;
  Spool quarantine_;
  Sink sink_;
};

}  // namespace

std::unique_ptr<Writer> make_html(const std::string& folder, Sink sink) {
  return std::make_unique<Html>(folder, std::move(sink));
}

}  // namespace gw::report

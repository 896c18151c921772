// One object, glasswatch.report.v1. What is listed comes first, as it is found, and the totals behind it.
#include "app/report/writer.h"
#include "base/json/object.h"
#include "domain/model/access_json.h"
#include "engine/ports/store_json.h"

namespace gw::report {
namespace {

using json::append_list;
using json::append_string;
using json::Object;

void append_figures(std::string& out, const std::vector<Figure>& list) {
  out.push_back('{');
  bool first = true;
  for (const Figure& figure : list) {
    if (!first) out.push_back(',');
    first = false;
    append_string(out, figure.name);
    out += ":" + std::to_string(figure.value);
  }
  out.push_back('}');
}

void append_notification(std::string& out, const model::Notification& n) {
  Object o(out);
  o.text("receiver", n.receiver);
  o.number("generation", n.generation);
  o.text("state", to_string(n.state));
  o.time("created_at", n.created_at);
  o.time("settled_at", n.settled_at);
  o.text("reason", n.reason);
  o.text("reference", n.reference);
  o.text("rerouted_from", n.rerouted_from);
}

void append_alert(std::string& out, const ports::AlertView& view, bool with_data) {
  const model::Alert& a = view.alert;
  Object o(out);
  o.text("id", a.id);
  o.text("kind", to_string(a.kind));
  o.text("severity", to_string(a.severity));
  o.text("watch", a.watch);
  o.text("fact", a.fact);
  o.text("reason", a.reason);
  o.time("created_at", a.created_at);
  o.time("event_time", a.event_time);
  o.text("planned", a.planned);
  if (with_data) o.key("data") += a.data.empty() ? "{}" : a.data;
  append_list(o.key("notifications"), view.notifications, append_notification);
}

void append_event(std::string& out, const ports::StoredEvent& event) {
  ports::append_event_json(out, event);
  out.pop_back();  // the closing brace
  out += ",\"received_at\":";
  append_string(out, format_time(event.received_at));
  out.push_back('}');
}

void append_moment(std::string& out, const Moment& m) {
  Object o(out);
  o.time("at", m.at);
  o.text("what", m.what);
  o.text("text", m.text);
  o.text("source_ip", m.from);
  o.text("join", m.grade);
  o.text("by", m.by);
  o.text("feeds", m.feeds);
  o.text("outcome", m.outcome);
  o.text("id", m.id);
}

class Json final : public Writer {
 public:
  Json(const std::string& folder, Sink sink)
      : uses_(folder),
        changes_(folder),
        denied_(folder),
        alerts_(folder),
        mutes_(folder),
        quarantine_(folder),
        sink_(std::move(sink)) {}

  void use(const Use& use) override {
    std::string& out = begin(uses_);
    {
      Object o(out);
      model::append_session_json(o.key("session"), use.session);
      {
        Object stored(o.key("stored"));
        stored.number("ways_in", use.ways_in);
        stored.number("halves", use.halves);
        stored.number("calls", use.calls);
        stored.number("denied", use.denied);
        stored.number("high_risk", use.high_risk);
        stored.truth("incomplete", use.is_incomplete);
      }
      {
        Object joins(o.key("joins"));
        joins.number("exact", use.joins[0]);
        joins.number("inferred", use.joins[1]);
        joins.number("unknown", use.joins[2]);
      }
      o.time("first_told_at", use.first_told);
      append_list(o.key("told"), use.told, append_string);
      append_list(o.key("timeline"), use.timeline, append_moment);
      o.number("timeline_left_out", use.moments_left_out);
      append_list(o.key("alerts"), use.alerts,
                  [](std::string& to, const ports::AlertView& view) { append_alert(to, view, false); });
    }
    uses_.full();
  }
  void change(const ports::StoredEvent& event) override {
    append_event(begin(changes_), event);
    changes_.full();
  }
  void denied(const ports::StoredEvent& event) override {
    append_event(begin(denied_), event);
    denied_.full();
  }
  void alert(const ports::AlertView& view) override {
    append_alert(begin(alerts_), view, true);
    alerts_.full();
  }
  void mute(const model::Mute& mute) override {
    ports::append_mute_json(begin(mutes_), mute);
    mutes_.full();
  }
  void quarantined(const ports::QuarantineItem& item) override {
    ports::append_quarantine_json(begin(quarantine_), item, false);
    quarantine_.full();
  }

  Status finish(const Closing& closing) override {
    const Question& q = closing.question;
    std::string out;
    {
      Object o(out);
      o.text("schema", "glasswatch.report.v1");
      o.text("version", q.version);
      o.time("as_of", q.as_of);
      o.time("from", q.from);
      o.time("to", q.to);
      Object f(o.key("filters"));
      f.text("account_id", q.account_id);
      f.text("role", q.role);
      f.text("watch", q.watch);
      f.text("session_id", q.session_id);
    }
    out.pop_back();  // the closing brace
    out += ",\n\"totals\":";
    append_figures(out, figures(closing.totals));
    const std::pair<const char*, Spool*> lists[] = {{"uses", &uses_},     {"changes", &changes_},
                                                    {"denied", &denied_}, {"alerts", &alerts_},
                                                    {"mutes", &mutes_},   {"quarantine", &quarantine_}};
    for (const auto& [name, spool] : lists) {
      out += std::string(",\n\"") + name + "\":[";
      if (Status status = sink_(out); !status) return status;
      if (Status status = spool->copy_to(sink_); !status) return status;
      out = "]";
    }
    out += ",\n\"completeness\":";
    append_completeness(out, closing);
    out += "}\n";
    return sink_(out);
  }

 private:
  static std::string& begin(Spool& spool) {
    if (!spool.is_empty()) spool.text() += ",\n";
    return spool.text();
  }

  static void append_completeness(std::string& out, const Closing& closing) {
    Object o(out);
    append_list(o.key("gaps"), gaps(closing), append_string);
    append_list(o.key("kept"), closing.totals.kept, [](std::string& to, const auto& pair) {
      Object one(to);
      one.text("account_id", std::get<0>(pair.first));
      one.text("region", std::get<1>(pair.first));
      one.text("feed", std::get<2>(pair.first));
      one.number("records", pair.second.records);
      one.time("first", pair.second.first);
      one.time("newest", pair.second.newest);
    });
    o.number("kept_elsewhere", closing.totals.kept_elsewhere);
    append_list(o.key("parked"), closing.parked, [](std::string& to, const Parked& parked) {
      Object one(to);
      one.text("alert_id", parked.alert_id);
      one.text("kind", parked.kind);
      one.text("session_id", parked.session_id);
      one.truth("retried", parked.retried);
      append_notification(one.key("notification"), parked.notification);
    });
    append_list(o.key("config_hashes"), closing.totals.config_hashes,
                [](std::string& to, const auto& pair) { append_string(to, pair.first); });
    if (!closing.now) {
      o.text("books", {});
      o.text("coverage", {});
      return;
    }
    append_figures(o.key("books"), books(closing.now->totals));
    std::vector<std::string> coverage;
    for (const auto& place : closing.now->coverage) ports::append_coverage_json(coverage.emplace_back(), place);
    for (const auto& account : closing.now->never_heard) ports::append_coverage_json(coverage.emplace_back(), account);
    append_list(o.key("coverage"), coverage, [](std::string& to, const std::string& one) { to += one; });
  }

  Spool uses_;
  Spool changes_;
  Spool denied_;
  Spool alerts_;
  Spool mutes_;
  Spool quarantine_;
  Sink sink_;
};

}  // namespace

std::unique_ptr<Writer> make_json(const std::string& folder, Sink sink) {
  return std::make_unique<Json>(folder, std::move(sink));
}

}  // namespace gw::report

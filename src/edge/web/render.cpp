#include "edge/web/render.h"

#include <cmath>

#include "base/json/object.h"
#include "base/json/write.h"

namespace gw::web {

using json::append_list;
using json::Object;
namespace {

void write_notification(Object& o, const model::Notification& n) {
  o.text("id", n.id);
  o.text("receiver", n.receiver);
  o.number("generation", n.generation);
  o.text("state", to_string(n.state));
  o.number("attempts", n.attempts);
  o.time("due_at", n.state == model::SendState::trying ? std::optional(n.due_at) : std::nullopt);
  o.time("created_at", n.created_at);
  o.time("settled_at", n.settled_at);
  o.text("reason", n.reason);
  o.text("reference", n.reference);
  o.text("rerouted_from", n.rerouted_from);
}

}  // namespace

void append_alert_json(std::string& out, const ports::AlertView& view) {
  const model::Alert& alert = view.alert;
  Object o(out);
  o.text("schema", "glasswatch.alert.v1");
  o.text("id", alert.id);
  o.text("kind", to_string(alert.kind));
  o.text("session_id", alert.session_id);
  o.text("severity", to_string(alert.severity));
  o.text("watch", alert.watch);
  o.text("fact", alert.fact);
  o.text("reason", alert.reason);
  o.time("created_at", alert.created_at);
  o.time("event_time", alert.event_time);
  o.text("planned", alert.planned);
  o.key("data") += alert.data.empty() ? "{}" : alert.data;
  append_list(o.key("notifications"), view.notifications, [](std::string& to, const model::Notification& n) {
    Object one(to);
    write_notification(one, n);
  });
}

void append_outbox_json(std::string& out, const model::Alert& alert, const model::Notification& notification) {
  Object o(out);
  write_notification(o, notification);
  o.text("alert_id", alert.id);
  o.text("kind", to_string(alert.kind));
  o.text("session_id", alert.session_id);
  o.text("severity", to_string(alert.severity));
  o.text("watch", alert.watch);
}

void append_coverage_json(std::string& out, const ports::CoverageSighting& sighting, const pipeline::QuietView& quiet,
                          const coverage::LagCounts& lags) {
  const auto seconds = [&](double share) { return std::llround(lags.percentile(share)); };
  ports::append_coverage_json(out, sighting);
  out.pop_back();  // the closing brace
  const auto usual = quiet.usual_micros(sighting);
  out += ",\"usual_quiet_seconds\":" + (usual ? std::to_string(*usual / 1'000'000) : "null") + ",\"silent_since\":";
  const auto silent = quiet.silent_since(sighting);
  json::append_string_or_null(out, silent ? format_time(*silent) : std::string());
  out += ",\"lag_seconds\":";
  if (lags.total() == 0) {
    out += "null}";
    return;
  }
  out += "{\"p50\":" + std::to_string(seconds(0.5)) + ",\"p95\":" + std::to_string(seconds(0.95)) +
         ",\"p99\":" + std::to_string(seconds(0.99)) + ",\"max\":" + std::to_string(lags.max_seconds) +
         ",\"records\":" + std::to_string(lags.total()) + "}}";
}

void append_never_heard_json(std::string& out, const ports::NeverHeard& account) {
  ports::append_coverage_json(out, account);
  out.pop_back();  // the closing brace
  out += ",\"usual_quiet_seconds\":null,\"silent_since\":";
  json::append_string_or_null(out, account.is_told ? format_time(account.since) : std::string());
  out += ",\"lag_seconds\":null}";
}

}  // namespace gw::web

#include "app/daemon_parts.h"

#include "domain/session/entries.h"
#include "engine/pipeline/operate.h"

namespace gw::app {

web::Hooks make_hooks(const Io& io, ports::Store& store, const pipeline::Pipeline& pipeline, const Current& current,
                      std::function<std::vector<std::string>()> problems) {
  web::Hooks hooks;
  hooks.now = io.now;
  hooks.problems = std::move(problems);
  hooks.in_flight = [&pipeline] {
    const pipeline::Pipeline::Gauges gauges = pipeline.gauges();
    return web::InFlight{gauges.retrying, gauges.in_flight};
  };
  hooks.lag = [&pipeline, now = io.now](const ports::CoverageSighting& place) {
    return pipeline.lags().of(place, now());
  };
  hooks.metrics = [&pipeline, now = io.now] {
    const pipeline::Pipeline::Gauges gauges = pipeline.gauges();
    std::vector<web::Metric> metrics;
    metrics.push_back({"glasswatch_pipeline_commits_total",
                       true,
                       "Commits since the start.",
                       {},
                       static_cast<double>(gauges.commits)});
    metrics.push_back({"glasswatch_pipeline_in_flight_bytes",
                       false,
                       "Bytes of deliveries that are not settled.",
                       {},
                       static_cast<double>(gauges.in_flight_bytes)});
    for (const auto& [feed, lags] : pipeline.lags().feeds(now())) {
      for (const auto& [name, share] : {std::pair{"0.5", 0.5}, std::pair{"0.95", 0.95}, std::pair{"0.99", 0.99}})
        metrics.push_back(
            {"glasswatch_lag_seconds",
             false,
             "From a record's event time to its arrival: what this share of the records of the last two days "
             "does not exceed.",
             {{"feed", feed}, {"quantile", name}},
             lags.percentile(share)});
    }
    return metrics;
  };
  hooks.alert_test = [&store, &current, now = io.now](const std::string& receiver, const std::string& by) {
    if (!current.routes().knows(receiver))
      return Result<std::string>(Error{Errc::not_found, "there is no receiver " + receiver});
    return pipeline::alert_test(store, *current.settings(), receiver, by, now());
  };
  hooks.settings = [&current] { return current.settings(); };
  return hooks;
}

void append_metrics(std::vector<web::Metric>& metrics, const std::map<std::string, notify::SenderHealth>& health) {
  for (const auto& [receiver, now] : health) {
    const auto messages = [&, &name = receiver](const char* verdict, std::uint64_t count) {
      metrics.push_back({"glasswatch_receiver_messages_total",
                         true,
                         "Messages since the start, by what the receiver said to them.",
                         {{"receiver", name}, {"verdict", verdict}},
                         static_cast<double>(count)});
    };
    messages("accepted", now.accepted);
    messages("retry", now.retried);
    messages("refused", now.refused);
    metrics.push_back({"glasswatch_receiver_failures_in_a_row",
                       false,
                       "Messages that the receiver did not accept since it accepted one.",
                       {{"receiver", receiver}},
                       static_cast<double>(now.failing)});
  }
}

std::vector<std::string> token_hashes(const web::Config& config) {
  std::vector<std::string> hashes;
  for (const web::Token& token : config.tokens) hashes.push_back(token.hash);
  return hashes;
}

void fill_horizon(ports::Store& store, pipeline::Horizon& horizon, Time now) {
  if (const auto rows = store.chain(Time{now.micros - pipeline::kHorizonMicros}); rows) horizon.add(*rows, now);
  fill_grants(store, horizon);
}

void fill_grants(ports::Reader& store, pipeline::Horizon& horizon) {
  ports::ListQuery query;
  query.limit = 1000;
  query.filters["state"] = "open";
  for (;;) {
    const auto page = store.sessions(query);
    if (!page) return;
    for (const model::Session& session : page->items) {
      for (const model::Edge& edge : session.edges) {
        if (const auto credential = session::chain_credential_of(edge)) horizon.grant(*credential);
      }
    }
    if (page->next_cursor.empty()) return;
    query.cursor = page->next_cursor;
  }
}

}  // namespace gw::app

// In this format a document has one value per name and per dimension, so each set of dimensions other than the function's own
// needs a line of its own. Outcomes are part of the names instead: one line holds the whole books.
#include "edge/lambda/emf.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/object.h"

namespace gw::lambda {
namespace {

constexpr std::size_t kMaxLines = 20;  // of receivers, and of reasons

struct Metric {
  std::string name;
  std::uint64_t value = 0;
  std::string_view unit = "Count";
};

// Dimensions are printable ASCII, up to 1024 characters, and not blank.
std::string dimension(std::string_view text) {
  std::string out(text.substr(0, 255));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '_');
  return out.find_first_not_of(' ') == std::string::npos ? "unknown" : out;
}

void append_line(std::string& out, const InvocationMetrics& all, const std::vector<Metric>& metrics,
                 std::string_view by = {}, std::string_view value = {}) {
  {
    json::Object root(out);
    {
      json::Object aws(root.key("_aws"));
      aws.number("Timestamp", static_cast<std::uint64_t>(std::max<std::int64_t>(0, all.now.micros / 1000)));
      aws.key("CloudWatchMetrics") += R"([{"Namespace":"glasswatch","Dimensions":[["function")";
      if (!by.empty()) json::append_string(out += ',', by);
      out += R"(]],"Metrics":)";
      json::append_list(out, metrics, [](std::string& to, const Metric& metric) {
        json::Object object(to);
        object.text("Name", metric.name);
        object.text("Unit", metric.unit);
      });
      out += "}]";
    }
    root.text("function", dimension(all.function));
    if (!by.empty()) root.text(by, dimension(value));
    for (const Metric& metric : metrics) root.number(metric.name, metric.value);
  }
  out.push_back('\n');
}

std::vector<Metric> books(const InvocationMetrics& all) {
  const ports::RecordBooks& records = all.records;
  const ports::DeliveryBooks& deliveries = all.deliveries;
  return {
      {"glasswatch_records_decoded_total", records.decoded},
      {"glasswatch_records_matched_total", records.matched},
      {"glasswatch_records_attached_total", records.attached},
      {"glasswatch_records_ignored_total", records.ignored},
      {"glasswatch_records_not_watched_total", records.not_watched},
      {"glasswatch_records_duplicate_total", records.duplicate},
      {"glasswatch_records_quarantined_total", records.quarantined},
      {"glasswatch_deliveries_received_total", deliveries.settled + all.retrying},
      {"glasswatch_deliveries_settled_total", deliveries.settled},
      {"glasswatch_deliveries_retrying_total", all.retrying},
      {"glasswatch_deliveries_non_record_total", deliveries.non_record},
      {"glasswatch_deliveries_quarantined_total", deliveries.quarantined},
  };
}

std::string state_name(std::size_t state) {
  return "glasswatch_alerts_" + std::string(to_string(static_cast<model::SendState>(state))) + "_total";
}

}  // namespace

std::string emf_lines(const InvocationMetrics& all) {
  std::string out;
  std::vector<Metric> metrics = books(all);
  std::array<std::uint64_t, model::kSendStates> states{};
  for (const auto& [receiver, counts] : all.alerts) {
    for (std::size_t i = 0; i < counts.size(); ++i) states[i] += counts[i];
  }
  for (std::size_t i = 0; i < states.size(); ++i) metrics.push_back({state_name(i), states[i]});
  std::uint64_t refused = 0;
  for (const auto& [reason, count] : all.fetch_refused) refused += count;
  metrics.push_back({"glasswatch_fetch_refused_total", refused});
  metrics.push_back({"glasswatch_invocation_duration_milliseconds", all.duration_ms, "Milliseconds"});
  metrics.push_back({"glasswatch_cold_starts_total", all.cold_start_ms ? 1u : 0u});
  if (all.cold_start_ms) {
    metrics.push_back({"glasswatch_cold_start_milliseconds", *all.cold_start_ms, "Milliseconds"});
  }
  append_line(out, all, metrics);

  std::size_t lines = 0;
  for (const auto& [receiver, counts] : all.alerts) {
    std::vector<Metric> counted;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != 0) counted.push_back({state_name(i), counts[i]});
    }
    if (!counted.empty() && ++lines <= kMaxLines) append_line(out, all, counted, "receiver", receiver);
  }
  lines = 0;
  for (const auto& [reason, count] : all.fetch_refused) {
    if (count != 0 && ++lines <= kMaxLines) {
      append_line(out, all, {{"glasswatch_fetch_refused_total", count}}, "reason", reason);
    }
  }
  return out;
}

}  // namespace gw::lambda

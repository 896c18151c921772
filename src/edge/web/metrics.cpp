// One family after the other, each with HELP and TYPE once, as the text format wants it (version 0.0.4).
//
// The two books are told so that they can be checked from outside: of records, the outcomes add up to decoded; of deliveries,
// received = settled + retrying + in_flight, and non_record and quarantined are those of the settled that held no records.
#include "edge/web/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace gw::web {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() < 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }) && (text.front() < '0' || text.front() > '9');
}

// Names of receivers are the operator's, and still shown to whatever reads the metrics.
void append_label_value(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && i < 256;) {
    const Utf8Char c = next_utf8(text, i);
    if (c.valid && c.code_point == '\n') {
      out += "\\n";
    } else if (!c.valid || is_unsafe_to_show(c.code_point)) {
      append_utf8(out, 0xfffd);
    } else {
      if (c.code_point == '"' || c.code_point == '\\') out.push_back('\\');
      out += text.substr(i, c.length);
    }
    i += c.length;
  }
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

class Families {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  void begin(std::string_view name, std::string_view help, bool is_counter) {
    name_ = name;
    out_ += "# HELP ";
    out_ += name;
    out_.push_back(' ');
    for (const char c : help) out_.push_back(static_cast<unsigned char>(c) < ' ' || c == '\\' ? ' ' : c);
    out_ += "\n# TYPE ";
    out_ += name;
    out_ += is_counter ? " counter\n" : " gauge\n";
  }
  void add(const Labels& labels, const std::string& value) {
    out_ += name_;
    char before = '{';
    for (const auto& [label, text] : labels) {
      out_.push_back(before);
      before = ',';
      out_ += label + "=\"";
      append_label_value(out_, text);
      out_.push_back('"');
    }
    if (!labels.empty()) out_.push_back('}');
    out_ += ' ' + value + '\n';
  }
  void add(const Labels& labels, std::uint64_t value) { add(labels, std::to_string(value)); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

void add_records(Families& f, const ports::RecordBooks& books) {
  f.begin("glasswatch_records_total", "Records of settled deliveries by what became of them; they add up to decoded.",
          true);
  f.add({{"outcome", "matched"}}, books.matched);
  f.add({{"outcome", "attached"}}, books.attached);
  f.add({{"outcome", "ignored"}}, books.ignored);
  f.add({{"outcome", "not_watched"}}, books.not_watched);
  f.add({{"outcome", "duplicate"}}, books.duplicate);
  f.add({{"outcome", "quarantined"}}, books.quarantined);
  f.begin("glasswatch_records_decoded_total", "Records of settled deliveries.", true);
  f.add({}, books.decoded);
}

std::string known_feed(const std::string& feed) {
  for (const char* known : {"s3", "cloudwatch_logs", "eventbridge", "http", "file"}) {
    if (feed == known) return feed;
  }
  return "other";
}

void add_deliveries(Families& f, const std::map<std::string, ports::DeliveryBooks>& by_feed, const InFlight& now) {
  ports::DeliveryBooks all;
  std::map<std::string, ports::DeliveryBooks> known;
  for (const auto& [feed, books] : by_feed) {
    all += books;
    known[known_feed(feed)] += books;
  }
  f.begin("glasswatch_deliveries_total",
          "Deliveries: received = settled + retrying + in_flight; non_record and quarantined are among the settled.",
          true);
  f.add({{"outcome", "received"}}, all.settled + now.retrying + now.in_flight);
  f.add({{"outcome", "settled"}}, all.settled);
  f.add({{"outcome", "retrying"}}, now.retrying);
  f.add({{"outcome", "in_flight"}}, now.in_flight);
  f.add({{"outcome", "non_record"}}, all.non_record);
  f.add({{"outcome", "quarantined"}}, all.quarantined);
  f.begin("glasswatch_feed_deliveries_total", "Settled deliveries by feed; non_record and quarantined are among them.",
          true);
  for (const auto& [feed, books] : known) {
    f.add({{"feed", feed}, {"outcome", "settled"}}, books.settled);
    f.add({{"feed", feed}, {"outcome", "non_record"}}, books.non_record);
    f.add({{"feed", feed}, {"outcome", "quarantined"}}, books.quarantined);
  }
}

}  // namespace

std::string metrics_text(const ports::Totals& totals, const InFlight& in_flight, const std::vector<Metric>& more) {
  Families f;
  f.begin("glasswatch_build_info", "The version that runs.", false);
  f.add({{"version", GW_VERSION}}, 1);
  add_records(f, totals.records);
  add_deliveries(f, totals.deliveries, in_flight);
  f.begin("glasswatch_alerts_total", "Alerts by receiver and what became of them; the states add up to what was due.",
          true);
  for (const auto& [receiver, states] : totals.alerts) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      f.add({{"receiver", receiver}, {"state", std::string(to_string(static_cast<model::SendState>(i)))}}, states[i]);
    }
  }
  f.begin("glasswatch_sessions_open", "Sessions that have not lapsed.", false);
  f.add({}, totals.open_sessions);
  f.begin("glasswatch_sessions_stored", "Sessions in the store.", false);
  f.add({}, totals.sessions);
  f.begin("glasswatch_quarantine_open", "Quarantined items that nobody has settled.", false);
  f.add({}, totals.quarantine_open);
  f.begin("glasswatch_ledger_leaves_total", "Leaves of the ledger.", true);
  f.add({}, totals.ledger_leaves);
  // Samples of one family have to stand together.
  std::vector<const Metric*> sorted;
  for (const Metric& metric : more) {
    const bool has_good_labels =
        std::all_of(metric.labels.begin(), metric.labels.end(), [](const auto& label) { return is_name(label.first); });
    if (is_name(metric.name) && has_good_labels) sorted.push_back(&metric);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Metric* a, const Metric* b) { return a->name < b->name; });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i]->name != sorted[i - 1]->name)
      f.begin(sorted[i]->name, sorted[i]->help, sorted[i]->is_counter);
    f.add(sorted[i]->labels, number(sorted[i]->value));
  }
  return f.take();
}

}  // namespace gw::web

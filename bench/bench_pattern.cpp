// EventBridge patterns on events in memory, one thread: the machine against the least that anybody must do, which is to read eventSource
// and eventName of each event (simdjson On-Demand). Both in turn, CPU time, median of the rounds.
//   bench_pattern EVENTS.jsonl [ROUNDS [CASE]]          records, one a line, which are put into EventBridge's envelopes
//   bench_pattern EVENTS.jsonl ROUNDS archive FOLDER    10,000 patterns on log files as they lie, against inflating them alone
#include <libdeflate.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/pattern/envelope.h"
#include "domain/pattern/event_set.h"
#include "engine/scan/scan.h"

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Events {
  std::vector<std::string> texts;  // with room for simdjson behind
  std::vector<std::size_t> sizes;
  std::size_t bytes = 0;
  std::vector<std::string> sources, names, accounts;
};

Events read_events(const char* path) {
  Events out;
  std::ifstream file(path, std::ios::binary);
  gw::json::Doc doc;
  std::set<std::string> sources, names, accounts;
  for (std::string line; std::getline(file, line);) {
    if (!doc.parse(line) || !gw::pattern::is_bare_record(doc.root())) continue;
    const auto note = [&](std::set<std::string>& into, std::string_view field) {
      if (doc.root()[field].is_string()) into.emplace(doc.root()[field].text());
    };
    note(sources, "eventSource");
    note(names, "eventName");
    note(accounts, "recipientAccountId");
    std::string event = gw::pattern::event_of_record(doc.root());
    out.sizes.push_back(event.size());
    out.bytes += event.size();
    event.append(simdjson::SIMDJSON_PADDING, ' ');
    out.texts.push_back(std::move(event));
  }
  out.sources.assign(sources.begin(), sources.end());
  out.names.assign(names.begin(), names.end());
  out.accounts.assign(accounts.begin(), accounts.end());
  return out;
}

std::string json_text(std::string_view text) {
  std::string out;
  gw::json::append_string(out, text);
  return out;
}

// A set of patterns on source, name and account. Those that occur first, then names and accounts that do not.
using Leaf = std::function<std::string(const std::string&)>;
std::vector<std::string> make_patterns(const Events& events, std::size_t n, const Leaf& leaf, unsigned seed) {
  std::mt19937 random(seed);
  const auto any = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    std::string account = any(events.accounts);
    if (i >= 1000) account = std::to_string(100'000'000'000 + random() % 800'000'000'000);
    out.push_back(R"({"detail":{"eventSource":[)" + leaf(any(events.sources)) + R"(],"eventName":[)" +
                  leaf(any(events.names)) + R"(],"recipientAccountId":[)" + json_text(account) + "]}}");
  }
  return out;
}

// The pattern on source, name and account that most events match.
std::string commonest_pattern(const Events& events) {
  std::map<std::string, std::size_t> counts;
  std::string best;
  gw::json::Doc doc;
  for (std::size_t i = 0; i < events.texts.size(); ++i) {
    if (!doc.parse(std::string_view(events.texts[i]).substr(0, events.sizes[i]))) continue;
    const gw::json::Value detail = doc.root()["detail"];
    std::string pattern;
    for (const char* field : {"eventSource", "eventName", "recipientAccountId"})
      pattern += (pattern.empty() ? R"({"detail":{")" : R"(,")") + std::string(field) + R"(":[)" +
                 json_text(detail[field].is_string() ? detail[field].text() : "") + "]";
    const std::size_t count = ++counts[pattern += "}}"];
    if (best.empty() || count > counts[best]) best = pattern;
  }
  return best;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Quiet final : gw::scan::Sink {
  std::uint64_t told = 0;
  bool finding(const gw::model::AccessEvent&) override { return true; }
  bool wire(std::string_view) override { return ++told > 0; }
  void quarantined(const gw::scan::Quarantine&) override {}
  void explained(const std::string&, const std::optional<gw::model::AccessEvent>&,
                 const std::vector<gw::watch::WatchSet::Reason>&) override {}
  void progress(std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

struct SetTest final : gw::scan::RecordTest {
  explicit SetTest(const gw::pattern::EventSet& set) : matcher(set) {}
  bool wanted(gw::json::Value record, std::string_view) override { return !matcher.match_record(record).empty(); }
  std::optional<bool> skim(gw::json::Doc& doc) override {
    const auto* matched = matcher.match_next_record(doc);
    return matched == nullptr ? std::nullopt : std::optional<bool>(!matched->empty());
  }
  gw::pattern::EventMatcher matcher;
};

// Every file below, inflated into one buffer.
std::size_t inflate_all(const std::vector<std::string>& files, std::vector<char>& in, std::vector<char>& out) {
  static libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  std::size_t total = 0;
  for (const std::string& path : files) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) continue;
    const std::size_t size = std::fread(in.data(), 1, in.size(), file);
    std::fclose(file);
    std::size_t made = 0;
    if (libdeflate_gzip_decompress(decompressor, in.data(), size, out.data(), out.size(), &made) == LIBDEFLATE_SUCCESS)
      total += made;
  }
  return total;
}

int archive(const Events& events, const std::string& folder, int rounds) {
  gw::pattern::EventSet::Builder builder;
  for (const std::string& text : make_patterns(events, 10'000, json_text, 7))
    if (builder.add(text)) return 1;
  const gw::pattern::EventSet set = std::move(builder).build();
  gw::scan::RecordQuestion question;
  question.make_test = [&] { return std::make_unique<SetTest>(set); };
  gw::scan::Options options;
  options.paths = {folder};
  options.question = &question;
  options.dedupe = gw::scan::Dedupe::off;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<char> in(std::size_t{16} << 20);
  std::vector<char> out(std::size_t{64} << 20);
  const auto watches = gw::watch::WatchSet::compile({});
  std::vector<double> ratios;
  std::size_t bytes = inflate_all(files, in, out);
  std::uint64_t told = 0;
  std::uint64_t decoded = 0;
  double rate = 0;
  for (int i = 0; i < rounds; ++i) {
    double begin = cpu_seconds();
    bytes = inflate_all(files, in, out);
    const double floor = cpu_seconds() - begin;
    Quiet sink;
    begin = cpu_seconds();
    const gw::scan::Summary summary = gw::scan::run(options, watches.value(), sink);
    const double ours = cpu_seconds() - begin;
    ratios.push_back(ours / floor);
    told = sink.told;
    decoded = summary.stats.decoded.value_or(0);
    rate = static_cast<double>(decoded) / ours;
  }
  const double ratio = median(ratios);
  std::printf(
      "%zu bytes of JSON in %zu files, 10000 patterns on each of %llu records: %.2f of inflating alone (wanted "
      "1.60), %.0f k records/s, %llu matches\n",
      bytes, files.size(), static_cast<unsigned long long>(decoded), ratio, rate / 1000,
      static_cast<unsigned long long>(told));
  return ratio <= 1.6 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const Events events = read_events(argv[1]);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 15;
  if (events.texts.empty()) return 1;
  const double n = static_cast<double>(events.texts.size());
  std::printf("%zu events, mean %.0f bytes, %zu sources, %zu names, %zu accounts; %s\n", events.texts.size(),
              static_cast<double>(events.bytes) / n, events.sources.size(), events.names.size(), events.accounts.size(),
              simdjson::get_active_implementation()->name().c_str());

  if (argc > 4 && std::string(argv[3]) == "archive") return archive(events, argv[4], rounds);

  simdjson::ondemand::parser parser;
  std::uint64_t floor_sum = 0;
  const auto floor_pass = [&] {
    for (std::size_t i = 0; i < events.texts.size(); ++i) {
      const std::string& text = events.texts[i];
      simdjson::ondemand::document doc;
      if (parser.iterate(text.data(), events.sizes[i], text.size()).get(doc) != simdjson::SUCCESS) continue;
      simdjson::ondemand::object detail;
      if (doc["detail"].get_object().get(detail) != simdjson::SUCCESS) continue;
      std::string_view source;
      std::string_view name;
      if (detail["eventSource"].get_string().get(source) == simdjson::SUCCESS) floor_sum += source.size();
      if (detail["eventName"].get_string().get(name) == simdjson::SUCCESS) floor_sum += name.size();
    }
  };

  struct Case {
    const char* name;
    std::size_t patterns;
    Leaf leaf;
    double wanted;  // of the floor; 0: none
  };
  const auto half = [](const std::string& text) { return text.substr(0, (text.size() + 1) / 2); };
  const Case cases[] = {
      {"exact", 1, json_text, 0.75},
      {"exact, the commonest", 1, nullptr, 0.75},
      {"exact", 100, json_text, 0.6},
      {"exact", 10'000, json_text, 0.5},
      {"prefix", 100, [&](const std::string& t) { return R"({"prefix":)" + json_text(half(t)) + "}"; }, 0},
      {"suffix", 100, [&](const std::string& t) { return R"({"suffix":)" + json_text(t.substr(t.size() / 2)) + "}"; },
       0},
      {"equals-ignore-case", 100, [](const std::string& t) { return R"({"equals-ignore-case":)" + json_text(t) + "}"; },
       0},
      {"wildcard", 100, [&](const std::string& t) { return R"({"wildcard":)" + json_text(half(t) + "*") + "}"; }, 0},
      {"anything-but", 100, [](const std::string& t) { return R"({"anything-but":)" + json_text(t) + "}"; }, 0},
      {"prefix", 10'000, [&](const std::string& t) { return R"({"prefix":)" + json_text(half(t)) + "}"; }, 0},
  };
  bool good = true;
  for (const Case& one : cases) {
    if (argc > 3 && std::string(argv[3]) != one.name + std::to_string(one.patterns)) continue;
    const std::vector<std::string> patterns = one.leaf ? make_patterns(events, one.patterns, one.leaf, 7)
                                                       : std::vector<std::string>{commonest_pattern(events)};
    std::vector<double> compile_times;
    gw::pattern::EventSet set;
    for (int i = 0; i < 5; ++i) {
      const double begin = cpu_seconds();
      gw::pattern::EventSet::Builder builder;
      for (const std::string& text : patterns)
        if (builder.add(text)) return 1;
      set = std::move(builder).build();
      compile_times.push_back(cpu_seconds() - begin);
    }
    gw::pattern::EventMatcher matcher(set);
    std::uint64_t matched = 0;
    std::uint64_t passes = 0;
    const auto our_pass = [&] {
      for (std::size_t i = 0; i < events.texts.size(); ++i)
        matched += matcher.match(std::string_view(events.texts[i]).substr(0, events.sizes[i])).size();
      ++passes;
    };
    floor_pass();
    our_pass();
    std::vector<double> floor_times;
    std::vector<double> our_times;
    std::vector<double> ratios;
    const int repeat = std::max(1, static_cast<int>(40'000 / n));
    for (int round = 0; round < rounds; ++round) {
      double begin = cpu_seconds();
      for (int i = 0; i < repeat; ++i) floor_pass();
      floor_times.push_back((cpu_seconds() - begin) / repeat);
      begin = cpu_seconds();
      for (int i = 0; i < repeat; ++i) our_pass();
      our_times.push_back((cpu_seconds() - begin) / repeat);
      ratios.push_back(floor_times.back() / our_times.back());
    }
    const double ratio = median(ratios);
    if (one.wanted > 0 && ratio < one.wanted) good = false;
    std::printf(
        "%-20s %6zu patterns: %5.2f M events/s, floor %5.2f, ratio %.2f%s; %llu matches a pass; compiled in %.1f ms, "
        "%.2f MiB\n",
        one.name, one.patterns, n / median(our_times) / 1e6, n / median(floor_times) / 1e6, ratio,
        one.wanted > 0 ? (" (wanted " + std::to_string(one.wanted).substr(0, 4) + ")").c_str() : "",
        static_cast<unsigned long long>(matched / passes), median(compile_times) * 1000,
        static_cast<double>(set.memory()) / (1 << 20));
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory of all %.1f MiB (events included); %llu\n", static_cast<double>(usage.ru_maxrss) / 1024,
              static_cast<unsigned long long>(floor_sum % 10));
  return good ? 0 : 1;
}

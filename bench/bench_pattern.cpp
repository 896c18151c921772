// EventBridge patterns on events in memory, one thread: the machine against the least that anybody must do, which is to read eventSource
// and eventName of each event (simdjson On-Demand). Both in turn, CPU time, median of the rounds.
//   bench_pattern EVENTS.jsonl [ROUNDS]     records, one a line, which are put into EventBridge's envelopes
#include <simdjson.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/pattern/envelope.h"
#include "domain/pattern/event_set.h"

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

struct Measured {
  double seconds = 0;  // median of a pass
  std::uint64_t count = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
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
    const std::vector<std::string> patterns = make_patterns(events, one.patterns, one.leaf, 7);
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

// The store alone, with the disk's own fsync time beside it: bench_store [FOLDER [SESSIONS]]
//
// Makes SESSIONS sessions (a million), of which 100,000 are open, and prints one line for each question: how long a small
// commit takes, what a list of the newest hundred takes while somebody writes, what memory the process holds.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "edge/store/sqlite/store.h"

namespace {

namespace fs = std::filesystem;
namespace model = gw::model;
namespace ports = gw::ports;
namespace sqlite = gw::sqlite;
using gw::Result;
using gw::Status;
using gw::Time;
using gw::uuid7;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kStart = 1'767'323'045'000'000;
constexpr int kOpen = 100'000;

double millis(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

void print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%-52s p50 %8.3f ms   p99 %8.3f ms   max %8.3f ms\n", what, at(0.5), at(0.99), at(1));
}

// What this thread has computed so far: what a wait for the processor or the disk does not touch.
double thread_millis() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::vector<double> repeat(int times, const std::function<void(int)>& f) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    f(i);
    all.push_back(millis(Clock::now() - begin));
  }
  return all;
}

long resident_kib(const char* field) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(field)) return std::atol(line.c_str() + std::string(field).size() + 1);
  }
  return 0;
}

void must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "bench_store: %s\n", status.error().message.c_str());
  std::exit(1);
}

// As sessions look after a sign-in and a dozen calls: about 2 KB of state.
model::Session make_session(int n, bool open) {
  model::Session s;
  const Time at{kStart + std::int64_t{n} * 1'000'000};
  s.id = uuid7(at, static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(n) * 0x9E3779B97F4A7C15u);
  s.state = open ? model::SessionState::open : model::SessionState::lapsed;
  s.account_id = std::to_string(100'000'000'000 + n % 300);
  s.role = "BreakGlass" + std::to_string(n % 7);
  s.principal = {"IdentityCenterUser", "9067a1b2-" + std::to_string(n % 5000), "user@example.com", "learnt", ""};
  s.severity = n % 50 == 0 ? model::Severity::critical : model::Severity::high;
  s.watch = n % 1000 == 0 ? "rare" : "prod";
  s.watches = {s.watch};
  s.mechanisms.add(model::Mechanism::identity_center_console);
  s.started_at = s.last_seen_at = s.opened_at = at;
  if (open) s.next_due = Time{at.micros + 3'600'000'000};
  s.source_ip = "198.51.100." + std::to_string(n % 250);
  s.addresses[s.source_ip].count = 12;
  s.agents["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131"].count = 12;
  s.feeds = {"s3", "eventbridge"};
  for (const char* kind : {"user", "role", "created"}) {
    model::Edge edge;
    edge.key =
        std::string(kind) + "|" + s.account_id + "|" + s.role + "|arn:aws:identitystore:::identitystore/d-1#" + s.id;
    edge.from = at;
    edge.to = Time{at.micros + 4'500'000'000};
    edge.by = kind;
    s.edges.push_back(edge);
    model::Join join;
    join.time = at;
    join.event_key = s.id + std::string("\n") + s.account_id + kind;
    join.event_id = s.id;
    join.keys = {edge.key};
    s.joins.push_back(join);
  }
  for (model::KindTotals& k : s.kinds) {
    k.count = 3;
    k.first_event = k.last_event = "iam.amazonaws.com:ListUsers";
  }
  return s;
}

model::Entry make_entry(const std::string& id, const std::string& what) {
  model::Entry e;
  e.event_key = id + "\n" + what;
  e.event.event_id = id;
  e.event.event_time = Time{kStart};
  e.event.account_id = "111122223333";
  e.event.role = "BreakGlassAdmin";
  e.event.user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131";
  e.event.event_source = "iam.amazonaws.com";
  e.event.event_name = "ListUsers";
  e.kind = model::EntryKind::access;
  return e;
}

// A session with its access, one alert and two notifications.
ports::Commit small_commit(int n) {
  ports::Commit c;
  c.at = Time{kStart};
  c.sessions.push_back({make_session(n, true), {}});
  const std::string id = c.sessions[0].session.id;
  c.entries.emplace_back(id, make_entry(id, "access"));
  model::Alert a;
  a.id = a.key = "alert|" + id;
  a.session_id = id;
  a.created_at = c.at;
  c.alerts.push_back(a);
  for (const char* receiver : {"oncall", "siem"}) {
    model::Notification one;
    one.id = receiver + id;
    one.alert_id = a.id;
    one.receiver = receiver;
    c.notifications.push_back(one);
  }
  return c;
}

void measure_disk(const fs::path& folder) {
  const std::string file = (folder / "fsync").string();
  const int fd = ::open(file.c_str(), O_CREAT | O_RDWR, 0600);
  const std::string page(4096, 'x');
  print("the disk: write 4 KiB and fdatasync", repeat(500, [&](int i) {
          if (::pwrite(fd, page.data(), page.size(), 4096L * i) < 0 || ::fdatasync(fd) != 0) std::exit(1);
        }));
  ::close(fd);
  fs::remove(file);
}

void measure_commits(ports::Store& store, int from) {
  print("commit of one session, access, alert", repeat(1000, [&](int i) {
          must(store.commit({}, [&](const ports::Loaded&) { return small_commit(from + i); }));
        }));
  const auto begin = Clock::now();
  for (int i = 0; i < 20; ++i) {
    must(store.commit({}, [&](const ports::Loaded&) {
      ports::Commit c;
      c.at = Time{kStart};
      for (int k = 0; k < 1000; ++k)
        c.entries.emplace_back("", make_entry(std::to_string(k * 7919 % 1000), std::to_string(from + i)));
      return c;
    }));
  }
  std::printf("%-52s %.0f entries/s\n", "commits of 1000 entries", 20'000 / (millis(Clock::now() - begin) / 1000));
  print("claim of one", repeat(500, [&](int) {
          if (!store.claim("siem", Time{kStart + 1}, 3'600'000'000, 1)) std::exit(1);
        }));
  const auto claims = store.claim("oncall", Time{kStart + 1}, 3'600'000'000, 500);
  if (!claims) std::exit(1);
  print("mark of one", repeat(static_cast<int>(claims->size()), [&](int i) {
          ports::Outcome done;
          done.state = model::SendState::delivered;
          must(store.mark({{(*claims)[static_cast<std::size_t>(i)], done}}, Time{kStart + 2}));
        }));
}

void fill(ports::Store& store, int from, int to, bool open) {
  for (int n = from; n < to; n += 1000) {
    must(store.commit({}, [&](const ports::Loaded&) {
      ports::Commit c;
      c.at = Time{kStart};
      for (int k = n; k < std::min(n + 1000, to); ++k) c.sessions.push_back({make_session(k, open), {}});
      return c;
    }));
  }
}

void touch_open(ports::Store& store, int first) {
  std::mt19937 random(1);
  print("commit of a call in one of 100,000 open sessions", repeat(2000, [&](int) {
          const model::Session wanted = make_session(first + static_cast<int>(random() % kOpen), true);
          ports::Ask ask;
          ask.edges = {wanted.edges[0]};
          must(store.commit(ask, [](const ports::Loaded& loaded) {
            ports::Commit c;
            c.at = Time{kStart};
            c.sessions.push_back({loaded.sessions.at(0), {}});
            ++c.sessions[0].session.calls;
            return c;
          }));
        }));
}

void measure_lists(ports::Store& store, int write_from) {
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int n = write_from; !stop; ++n) must(store.commit({}, [&](const ports::Loaded&) { return small_commit(n); }));
  });
  using Filters = std::map<std::string, std::string>;
  const std::vector<std::pair<const char*, Filters>> questions = {
      {"newest 100", {}},
      {"newest 100 of an account", {{"account_id", "100000000007"}}},
      {"newest 100 of a role", {{"role", "BreakGlass3"}}},
      {"newest 100 open", {{"state", "open"}}},
      {"newest 100 unacknowledged and critical", {{"acknowledged", "false"}, {"severity", "critical"}}},
      {"newest 100 of a rare watch", {{"watch", "rare"}}},
      {"newest 100 lapsed of an account", {{"account_id", "100000000007"}, {"state", "lapsed"}}}};
  for (const auto& [what, filters] : questions) {
    ports::ListQuery query;
    query.filters = filters;
    std::size_t seen = 0;
    std::vector<double> computed;
    const auto times = repeat(500, [&](int i) {
      const double before = thread_millis();
      const auto page = store.sessions(query);
      computed.push_back(thread_millis() - before);
      if (!page) std::exit(1);
      seen += page->items.size();
      query.cursor = i % 50 == 49 ? "" : page->next_cursor;  // deep into the list, then from the top
    });
    print((std::string(what) + ", while writing").c_str(), times);
    print("  of it computing", computed);
    if (seen == 0) std::exit(1);
  }
  stop = true;
  writer.join();
}

std::unique_ptr<ports::Store> open_store(const std::string& path, const sqlite::Options& options = {}) {
  auto store = sqlite::open(path, options);
  if (store) return *std::move(store);
  std::fprintf(stderr, "bench_store: %s\n", store.error().message.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] == '-') {
    std::fputs("usage: bench_store [FOLDER [SESSIONS]]\n", stderr);
    return 2;
  }
  const fs::path folder =
      (argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path()) / ("gw-bench-" + std::to_string(::getpid()));
  const int sessions = argc > 2 ? std::max(std::atoi(argv[2]), 2 * kOpen) : 1'000'000;
  fs::create_directories(folder);
  measure_disk(folder);
  const std::string path = (folder / "store.db").string();
  long before = 0;
  {
    const auto store = open_store(path);
    measure_commits(*store, 10'000'000);
    before = resident_kib("VmRSS:");
    fill(*store, 0, kOpen, true);
    touch_open(*store, 0);
    std::printf("%-52s %ld MiB (before: %ld MiB, at most so far: %ld MiB)\n", "memory with 100,000 open sessions",
                resident_kib("VmRSS:") / 1024, before / 1024, resident_kib("VmHWM:") / 1024);
  }
  {
    sqlite::Options in_bulk;  // only this part: nobody opens a thousand sessions at once
    in_bulk.writer_cache_kib = std::size_t{1} << 20;
    const auto store = open_store(path, in_bulk);
    fill(*store, kOpen, sessions, false);
  }
  {
    const auto store = open_store(path);
    measure_lists(*store, 20'000'000);
    std::printf("%-52s %.2f GB\n", (std::to_string(sessions) + " sessions on the disk").c_str(),
                static_cast<double>(fs::file_size(path)) / 1e9);
  }
  fs::remove_all(folder);
  return 0;
}

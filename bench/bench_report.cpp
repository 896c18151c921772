// `glasswatch report` over a store of its own: bench_report [FOLDER [SESSIONS]]
//
// Makes a store of SESSIONS sessions (10,000), each with eight records, three alerts and six deliveries, and writes the report of
// all of them twice in each format. Prints seconds, peak memory and size of one run, and whether both had the same bytes. Goal:
// html within 5 s.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "app/io.h"
#include "base/uuid.h"
#include "edge/store/sqlite/store.h"

namespace {

namespace fs = std::filesystem;
namespace model = gw::model;
namespace ports = gw::ports;
using gw::Time;

constexpr std::int64_t kStart = 1'767'323'045'000'000;
constexpr std::int64_t kSecond = 1'000'000;
constexpr int kCalls = 6;

std::string id_of(Time at, int n, int what) {
  return gw::uuid7(at, static_cast<std::uint64_t>(what), static_cast<std::uint64_t>(n) * 0x9E3779B97F4A7C15u);
}

model::Entry make_entry(const model::Session& s, int n, int what) {
  model::Entry e;
  const Time at{s.started_at.micros + what * kSecond};
  e.event.event_id = id_of(at, n, 100 + what);
  e.event_key = e.event.event_id + "\n" + s.account_id;
  e.kind = what == 0 ? model::EntryKind::access : what == 1 ? model::EntryKind::half : model::EntryKind::activity;
  e.event.event_time = at;
  e.event.mechanism = what < 2 ? model::Mechanism::identity_center_console : model::Mechanism::other;
  e.event.account_id = e.event.recipient_account_id = s.account_id;
  e.event.role = s.role;
  e.event.principal = s.principal;
  e.event.source_ip = s.source_ip;
  e.event.source_ip_kind = model::SourceIpKind::person;
  e.event.user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131";
  e.event.region = "eu-west-1";
  e.event.event_source = "iam.amazonaws.com";
  e.event.event_name = what == 2 ? "CreateUser" : "ListUsers";
  e.event.watch = s.watch;
  e.event.watches = s.watches;
  e.event.severity = s.severity;
  e.event.origin = {"s3", "s3://org-logs/AWSLogs/o-1/" + s.account_id + "/CloudTrail/eu-west-1/x.json.gz", 1};
  if (what == 2) e.high_risk = "iam:CreateUser";
  e.kinds = what == 2   ? model::bit(model::ActivityKind::iam)
            : what == 3 ? model::bit(model::ActivityKind::denied)
                        : model::bit(model::ActivityKind::other);
  if (what == 3) e.event.error_code = "AccessDenied";
  return e;
}

void add_alert(ports::Commit& c, const model::Session& s, int n, int what, model::AlertKind kind) {
  model::Alert a;
  a.created_at = Time{s.started_at.micros + what * 600 * kSecond};
  a.id = id_of(a.created_at, n, 200 + what);
  a.key = a.id;
  a.kind = kind;
  a.session_id = s.id;
  a.severity = *s.severity;
  a.watch = s.watch;
  a.reason = "watch prod matched";
  a.config_hash = s.config_hash;
  for (const char* receiver : {"oncall", "siem"}) {
    model::Notification one;
    one.id = a.id + receiver;
    one.alert_id = a.id;
    one.receiver = receiver;
    one.state = model::SendState::delivered;
    one.created_at = one.due_at = a.created_at;
    one.settled_at = Time{a.created_at.micros + kSecond};
    one.reference = "1785550491.000100";
    c.notifications.push_back(one);
  }
  c.alerts.push_back(std::move(a));
}

void add_session(ports::Commit& c, int n) {
  model::Session s;
  const Time at{kStart + std::int64_t{n} * 60 * kSecond};
  s.id = id_of(at, n, 1);
  s.state = model::SessionState::lapsed;
  s.account_id = std::to_string(100'000'000'000 + n % 300);
  s.role = "BreakGlass" + std::to_string(n % 7);
  s.principal = {"IdentityCenterUser", "9067a1b2-" + std::to_string(n % 5000), "user@example.com", "learnt", ""};
  s.severity = n % 50 == 0 ? model::Severity::critical : model::Severity::high;
  s.watch = "prod";
  s.watches = {"prod"};
  s.mechanisms.add(model::Mechanism::identity_center_console);
  s.started_at = s.opened_at = at;
  s.last_seen_at = Time{at.micros + (kCalls + 1) * kSecond};
  s.expires_at = s.lapsed_at = Time{at.micros + 3600 * kSecond};
  s.expiry_grade = model::ExpiryGrade::exact;
  s.source_ip = "198.51.100." + std::to_string(n % 250);
  s.feeds = {"s3"};
  s.confirmed_by = "s3://org-logs/AWSLogs/o-1/x.json.gz";
  s.config_hash = "4b1e2a00ff";
  s.ways_in = 2;
  s.calls = s.activity_calls = kCalls;
  if (n % 2 == 0) s.acknowledged = model::Acknowledgement{s.last_seen_at, "bob@example.com", "slack", "drill", true};
  for (int what = 0; what < kCalls + 2; ++what) {
    model::Entry e = make_entry(s, n, what);
    s.joins.push_back(
        {*e.event.event_time, e.event_key, e.event.event_id, model::JoinGrade::exact, "role_session", {}});
    c.entries.emplace_back(s.id, std::move(e));
  }
  add_alert(c, s, n, 0, model::AlertKind::session_opened);
  add_alert(c, s, n, 1, model::AlertKind::session_digest);
  add_alert(c, s, n, 6, model::AlertKind::session_lapsed);
  c.sessions.push_back({std::move(s), {}});
}

struct Run {
  double seconds = 0;
  double mib = 0;
  int code = 0;
};
Run report(const std::string& store, const std::string& format, const std::string& to) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const int code = gw::app::run(
        {"report", "--store", "sqlite:" + store, "--format", format, "--as-of", "2026-03-01", "--output", to},
        gw::app::process_io());
    ::_exit(code);
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return {took.count(), static_cast<double>(used.ru_maxrss) / 1024, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

bool same(const std::string& a, const std::string& b) {
  std::ifstream one(a, std::ios::binary);
  std::ifstream two(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return std::equal(Bytes(one), Bytes(), Bytes(two), Bytes());
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path folder = argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path() / "gw-bench-report";
  const int sessions = argc > 2 ? std::atoi(argv[2]) : 10'000;
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string store = (folder / "store.db").string();
  {
    auto opened = gw::sqlite::open(store);
    if (!opened) return std::fprintf(stderr, "bench_report: %s\n", opened.error().message.c_str()), 1;
    for (int n = 0; n < sessions;) {
      ports::Commit c;
      c.at = Time{kStart + std::int64_t{n} * 60 * kSecond};
      for (const int end = n + 200; n < end && n < sessions; ++n) add_session(c, n);
      const gw::Status status = (*opened)->commit({}, [&](const ports::Loaded&) { return c; });
      if (!status) return std::fprintf(stderr, "bench_report: %s\n", status.error().message.c_str()), 1;
    }
  }
  std::printf("%d sessions, store of %.0f MiB\n", sessions, static_cast<double>(fs::file_size(store)) / (1 << 20));
  bool good = true;
  for (const char* format : {"html", "csv", "json"}) {
    const std::string first = (folder / format).string();
    const std::string second = first + ".again";
    const Run one = report(store, format, first);
    const Run two = report(store, format, second);
    const bool equal = one.code == 0 && two.code == 0 && same(first, second);
    good = good && equal;
    std::printf("report --format %-5s %6.2f s %6.2f s  peak %5.1f MiB  writes %6.1f MiB  %s\n", format, one.seconds,
                two.seconds, one.mib, static_cast<double>(fs::file_size(first)) / (1 << 20),
                equal ? "same bytes twice" : "BYTES DIFFER");
  }
  fs::remove_all(folder);
  return good ? 0 : 1;
}

#include "tests/store/world.h"

#include <unistd.h>

#include <cstdlib>

#include "edge/store/sqlite/check.h"

namespace gw::faults {
namespace {

std::string name(const char* what, int n) { return std::string(what) + "-" + std::to_string(n); }
std::string event_key(int n, int i) { return name("event", n) + "/" + std::to_string(i); }
Time moment(int n) { return Time{1'767'323'045'000'000 + std::int64_t{n} * 1'000'000}; }

model::Session session_number(int n) {
  model::Session s;
  s.id = name("session", n);
  s.account_id = "111122223333";
  s.role = "BreakGlassAdmin";
  s.watches = {"prod"};
  s.watch = "prod";
  s.started_at = s.last_seen_at = moment(n);
  model::Edge edge;
  edge.key = name("user", n);
  edge.from = moment(n);
  edge.to = moment(n + 3600);
  s.edges.push_back(edge);
  return s;
}

}  // namespace

Folder::Folder() {
  // In memory where that is possible: what a disk would keep is the file system's of the tests to say.
  const std::filesystem::path memory = "/dev/shm";
  const bool fast = std::filesystem::is_directory(memory) && ::access(memory.c_str(), W_OK) == 0;
  std::string made = ((fast ? memory : std::filesystem::temp_directory_path()) / "gw-faults-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) std::abort();
  path = made;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::unique_ptr<ports::Store> open_store(const std::string& path, const std::string& vfs) {
  sqlite::Options options;
  options.vfs = vfs;
  auto store = sqlite::open(path, options);
  return store ? *std::move(store) : nullptr;
}

Status commit_number(ports::Store& store, int n, int events) {
  ports::Ask ask;
  if (n % 2 == 0) ask.session_ids = {name("session", n - 1)};
  return store.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit c;
    c.at = moment(n);
    model::SessionChange change{session_number(n), {}};
    for (const model::Session& s : loaded.sessions) change.absorbed.push_back(s.id);
    change.session.aliases = change.absorbed;
    c.sessions.push_back(std::move(change));
    for (int i = 0; i < events; ++i) {
      model::Entry e;
      e.event_key = event_key(n, i);
      e.kind = i == 0 ? model::EntryKind::access : model::EntryKind::activity;
      e.event.event_id = e.event_key;
      e.event.event_time = moment(n);
      e.event.user_agent = std::string(100, 'u');
      c.entries.emplace_back(name("session", n), e);
    }
    model::Alert a;
    a.id = a.key = name("alert", n);
    a.session_id = name("session", n);
    a.created_at = moment(n);
    c.alerts.push_back(a);
    for (const char* receiver : {"oncall", "siem"}) {
      model::Notification one;
      one.id = name(receiver, n);
      one.alert_id = a.id;
      one.receiver = receiver;
      one.due_at = one.created_at = moment(n);
      c.notifications.push_back(one);
    }
    c.cursors["place"] = std::to_string(n);
    c.records.decoded = c.records.matched = static_cast<std::uint64_t>(events);
    return c;
  });
}

int parts_seen(ports::Store& store, int n, int events) {
  int seen = 0;
  ports::Ask ask;
  for (int i = 0; i < events; ++i) ask.event_keys.push_back(event_key(n, i));
  ask.alert_keys = {name("alert", n)};
  const Status looked = store.commit(ask, [&](const ports::Loaded& loaded) {
    if (loaded.known.size() == static_cast<std::size_t>(events)) ++seen;
    if (!loaded.known.empty()) ++seen;
    if (!loaded.alert_keys.empty()) ++seen;
    return ports::Commit{};
  });
  if (!looked) return -1;
  if (store.session(name("session", n))) ++seen;
  const auto cursors = store.cursors("place");
  if (cursors && cursors->contains("place") && std::stoi(cursors->at("place")) >= n) ++seen;
  const auto totals = store.totals();
  if (totals && totals->records.decoded >= static_cast<std::uint64_t>(events) * static_cast<std::uint64_t>(n)) ++seen;
  return seen;
}

std::string problems(const std::string& path) {
  const auto report = sqlite::check(path);
  if (!report) return report.error().message;
  std::string out;
  for (const std::string& problem : report->problems) out += problem + "\n";
  return out;
}

}  // namespace gw::faults

// Commands that answer from the configuration or the store's file alone: route test, receivers check, store.
#include <algorithm>
#include <chrono>
#include <sstream>

#include "app/daemon.h"
#include "app/directory_file.h"
#include "app/store_path.h"
#include "app/wiring.h"
#include "base/neutralise.h"
#include "domain/watch/watch_set.h"
#include "edge/store/sqlite/check.h"

namespace gw::app {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.empty()) out.push_back(part);
  }
  return out;
}

int outside(const Io& io, const Error& error) {
  complain(io, error.message);
  return error.code == Errc::invalid_input ? kUsage : kOutside;
}

}  // namespace

int run_route_test(const RouteArguments& a, const Io& io) {
  const auto config = load_daemon_config(a.config, io);
  if (!config) return kUsage;
  watch::Config watch_config = config->watch;
  watch_config.directory = kept_directory(config->daemon);
  auto watches = watch::WatchSet::compile(std::move(watch_config));
  if (!watches) return outside(io, watches.error());
  model::AccessEvent event;
  event.account_id = a.account;
  event.recipient_account_id = a.account;
  event.role = a.role;
  event.principal.arn = a.principal;
  if (a.principal.find(":user/") != std::string::npos || a.principal.ends_with(":root"))
    event.caller_user_arn = a.principal;
  if (a.principal.find('#') != std::string::npos) event.identity_store_user = a.principal;
  event.source_ip = a.source_ip;
  event.event_time = io.now();
  const auto mechanism = model::parse_mechanism(a.mechanism);
  if (!mechanism) {
    complain(io, "`" + a.mechanism + "` is no mechanism");
    return kUsage;
  }
  event.mechanism = *mechanism;
  event.outcome = a.outcome == "failure" ? model::Outcome::failure : model::Outcome::success;
  if (a.outcome != "success" && a.outcome != "failure") {
    complain(io, "--outcome is none of: success, failure");
    return kUsage;
  }
  watches->decide(event, io.now());
  const notify::Told told = notify::who_is_told(event, make_routes(*config));
  std::string out;
  for (const std::string& watch : event.watches) out += "watch " + visible(watch) + "\n";
  if (event.severity) out += "severity " + std::string(to_string(*event.severity)) + "\n";
  for (const std::string& receiver : told.receivers) out += "tells " + visible(receiver) + "\n";
  if (told.receivers.empty()) out += "tells nobody\n";
  out += "because " + visible(told.why) + "\n";
  for (const watch::WatchSet::Reason& reason : watches->explain(event, io.now())) {
    if (reason.why == watch::WatchSet::kNoRecord)
      out += "unless the record matches the pattern of " + visible(reason.watch) + "\n";
  }
  const int written = print(io, out);
  if (written != kDone || a.expect.empty()) return written;
  std::vector<std::string> expected = a.expect == "nobody" ? std::vector<std::string>{} : split(a.expect);
  std::vector<std::string> got = told.receivers;
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  if (expected == got) return kDone;
  complain(io, "expected: " + a.expect);
  return kNo;
}

int run_receivers_check(const std::string& file, const Io& io) {
  const auto config = load_daemon_config(file, io);
  if (!config) return kUsage;
  auto receivers = make_receivers(*config, io);
  if (!receivers) return outside(io, receivers.error());
  std::string out;
  int code = kDone;
  for (const auto& [name, receiver] : *receivers) {
    const ports::SendResult result = receiver->check(std::chrono::milliseconds(10'000));
    const bool good = result.verdict == ports::SendVerdict::accepted;
    out += visible(name) + ": " + (good ? "OK" : "failed") +
           (result.reason.empty() ? "" : " (" + visible(result.reason) + ")") + "\n";
    if (!good) code = kOutside;
  }
  const int written = print(io, out);
  return written != kDone ? written : code;
}

int run_store_check(const StoreArguments& a, const Io& io) {
  const auto path = store_of(a, io);
  if (!path) return outside(io, path.error());
  const auto report = sqlite::check(*path);
  if (!report) return outside(io, report.error());
  std::string out;
  for (const std::string& problem : report->problems) out += "problem: " + visible(problem) + "\n";
  out += visible(*path) + ": " + (report->good() ? "clean" : std::to_string(report->problem_count) + " problems") +
         ", schema " + std::to_string(report->schema_version) + ", " + std::to_string(report->sessions) +
         " sessions, " + std::to_string(report->events) + " events, " + std::to_string(report->notifications) +
         " notifications, " + std::to_string(report->ledger_leaves) + " ledger leaves\n";
  const int written = print(io, out);
  return written != kDone ? written : report->good() ? kDone : kNo;
}

int run_store_backup(const StoreArguments& a, const Io& io) {
  const auto path = store_of(a, io);
  if (!path) return outside(io, path.error());
  const auto report = sqlite::backup(*path, a.to);
  if (!report) return outside(io, report.error());
  return print(io, visible(a.to) + ": written and checked, " + std::to_string(report->sessions) + " sessions\n");
}

int run_store_migrate(const StoreArguments& a, const Io& io) {
  const auto path = store_of(a, io);
  if (!path) return outside(io, path.error());
  const auto migration = sqlite::migrate(*path);
  if (!migration) return outside(io, migration.error());
  return print(io, visible(*path) + ": schema " + std::to_string(migration->to) +
                       (migration->from == migration->to ? ", as it was" : ", was " + std::to_string(migration->from)) +
                       "\n");
}

Result<std::string> store_of(const StoreArguments& a, const Io& io) {
  if (!a.store.empty()) return store_file(a.store);
  const auto config = load_daemon_config(a.config, io);
  if (!config) return Error{Errc::invalid_input, "the configuration cannot be used"};
  return store_file(config->daemon.store);
}

}  // namespace gw::app

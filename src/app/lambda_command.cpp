// lambda: the program as a custom runtime of AWS Lambda.
//
// At start: the configuration and the first request for work, and nothing else. Store, receivers, credentials and connections
// are made by the first invocation that needs them.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "app/aws_context.h"
#include "app/daemon.h"
#include "app/doubts.h"
#include "app/lambda_engine.h"
#include "app/lambda_handler.h"
#include "app/wiring.h"
#include "base/log.h"
#include "edge/lambda/emf.h"
#include "edge/lambda/runtime.h"
#include "edge/lambda/transport.h"
#include "edge/store/dynamodb/store.h"
#include "edge/store/sqlite/store.h"

namespace gw::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr const char* kFolder = "/tmp";  // the one place where a function may write

std::string get(const Io& io, const char* name) { return io.environment(name).value_or(std::string()); }

std::uint64_t milliseconds_since(Steady::time_point begin) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin).count());
}

class LambdaProgram {
 public:
  explicit LambdaProgram(const Io& io) : io_(io), log_(io.err, Log::Format::json), aws_(aws_of(io)) { io_.aws = aws_; }

  int run() {
#if defined(__GLIBC__)
    // A function pays for its memory and has few threads: what one frees, the others use.
    (void)::mallopt(M_ARENA_MAX, 1);
#endif
    const std::string api = get(io_, "AWS_LAMBDA_RUNTIME_API");
    if (api.empty()) {
      complain(io_, "AWS_LAMBDA_RUNTIME_API is not set: this command is for the inside of a Lambda function");
      return kUsage;
    }
    const auto address = lambda::parse_api_address(api);
    if (!address) {
      complain(io_, "AWS_LAMBDA_RUNTIME_API: " + address.error().message);
      return kUsage;
    }
    const auto transport = lambda::make_socket_transport(*address);
    auto config = load();
    if (!config) {
      log(Log::Level::error, "cannot start", {{"reason", config.error().message}});
      (void)lambda::report_init_error(*transport, config.error());
      return config.error().code == Errc::invalid_input ? kUsage : kOutside;
    }
    make_engine(std::move(*config));
    lambda::RuntimeOptions options;
    options.report = [this](std::string_view what) {
      log(Log::Level::warning, "the Runtime API", {{"problem", what}});
    };
    cold_start_ms_ = milliseconds_since(begin_);
    const Status ended = lambda::run_runtime(
        *transport, [this](lambda::InvocationContext& context) { return handle(context); }, options);
    if (ended) return kDone;
    log(Log::Level::error, "the Runtime API cannot be used any more", {{"reason", ended.error().message}});
    return kOutside;
  }

 private:
  void log(Log::Level level, std::string_view message, Log::Fields fields = {}) const {
    log_.write(level, io_.now(), message, fields);
  }

  Result<AppConfig> load() {
    std::string problems;
    auto config = load_daemon_config(
        "", io_, [&](const std::string& problem) { problems += (problems.empty() ? "" : "; ") + problem; });
    if (!config) return Error{Errc::invalid_input, "the configuration cannot be used: " + problems};
    // Alerts that land in a log group are seen by nobody, unless that is what was wanted.
    if (config->daemon.receivers.empty() && get(io_, "GLASSWATCH_RECEIVER") != "stdout") {
      return Error{Errc::invalid_input,
                   "there are no receivers: set GLASSWATCH_SLACK_WEBHOOK_URL, or GLASSWATCH_SLACK_TOKEN with "
                   "GLASSWATCH_SLACK_CHANNEL, or configure some; GLASSWATCH_RECEIVER=stdout writes alerts to the log"};
    }
    return std::move(*config);
  }

  void make_engine(AppConfig config) {
    for (const Doubt& doubt : doubts_of(config)) {
      if (doubt.key != "source") log(Log::Level::warning, doubt.message, {{"about", doubt.value}});
    }
    sources::ObjectRules rules;
    rules.buckets = config.lambda.buckets;
    rules.bucket_owner = config.lambda.bucket_owner;
    rules.in_memory = kMiB / 4;
    rules.spool_folder = kFolder;
    if (rules.buckets.empty() && rules.bucket_owner.empty()) {
      log(Log::Level::warning,
          "objects of any bucket are fetched that a notification names: set GLASSWATCH_BUCKETS or "
          "GLASSWATCH_BUCKET_OWNER");
    }
    fetcher_ = std::make_unique<sources::ObjectFetcher>(
        rules, [this, role = config.lambda.read_role](const std::string& region) {
          return aws_->client(aws::Service::s3, region, role);
        });
    const std::string table = config.lambda.state_table;
    constexpr std::int64_t kEventKeys = std::int64_t{35} * 24 * 3600;
    keep_.sessions = std::max(kEventKeys, config.daemon.keep_sessions_micros / 1'000'000);
    keep_.activity = std::max(kEventKeys, config.daemon.keep_activity_micros / 1'000'000);
    engine_ = std::make_unique<LambdaEngine>(
        std::move(config), io_, log_, [this, table] { return open_store(table); }, !table.empty());
    handler_ = std::make_unique<LambdaHandler>(*engine_, *fetcher_, io_.now, log_);
  }

  Result<std::unique_ptr<ports::Store>> open_store(const std::string& table) {
    if (table.empty()) {
      // One of its own for each process: what an earlier one has left there is unknown to AWS's retries.
      const std::string path = std::string(kFolder) + "/glasswatch-" + std::to_string(::getpid()) + ".db";
      std::error_code ignored;
      for (const char* tail : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + tail, ignored);
      sqlite::Options options;
      options.writer_cache_kib = 1024;
      options.reader_cache_kib = 256;
      options.readers = 1;
      return sqlite::open(path, options);
    }
    // Nothing is asked of the table before there is something to store.
    auto client = aws_->client(aws::Service::dynamodb);
    if (!client) return std::move(client).error();
    dynamodb::Config config;
    config.table = table;
    config.keep_seconds = keep_.sessions;
    config.keep_activity_seconds = keep_.activity;
    return dynamodb::open(config, **client);
  }

  Result<std::string> handle(lambda::InvocationContext& context) {
    const Steady::time_point begin = Steady::now();
    Result<std::string> answer = handler_->handle(context);
    lambda::InvocationMetrics metrics;
    metrics.function = get(io_, "AWS_LAMBDA_FUNCTION_NAME");
    metrics.now = io_.now();
    const LambdaBooks books = engine_->take_books();
    if (!books.store_failure.empty()) log(Log::Level::error, "the store failed", {{"reason", books.store_failure}});
    metrics.records = books.records;
    metrics.deliveries = books.deliveries;
    metrics.retrying = handler_->retrying();
    metrics.fetch_refused = handler_->take_refused();
    metrics.alerts = books.alerts;
    metrics.duration_ms = milliseconds_since(begin);
    if (!std::exchange(is_warm_, true)) metrics.cold_start_ms = cold_start_ms_;
    (void)write_all(io_.out, lambda::emf_lines(metrics));
    if (!answer) log(Log::Level::error, "the invocation failed", {{"reason", answer.error().message}});
    return answer;
  }

  const Steady::time_point begin_ = Steady::now();
  Io io_;
  const Log log_;
  const std::shared_ptr<AwsContext> aws_;
  struct {
    std::int64_t sessions = 0;
    std::int64_t activity = 0;
  } keep_;  // in a table, in seconds
  std::unique_ptr<sources::ObjectFetcher> fetcher_;
  std::unique_ptr<LambdaEngine> engine_;
  std::unique_ptr<LambdaHandler> handler_;
  std::uint64_t cold_start_ms_ = 0;
  bool is_warm_ = false;
};

}  // namespace

int run_lambda(const Io& io) { return LambdaProgram(io).run(); }

}  // namespace gw::app

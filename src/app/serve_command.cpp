// serve: the daemon as a list of steps, each undone in the reverse order.
//
//   configuration → store → settings → receivers → pipeline → sweeper → notifier → web → sources → (signals) → down again
//
// Shutdown has two phases: first nothing new is taken (sources, web), what was taken is committed and settled; then senders get
// the time that is left. A second signal ends at once: what is stored is told after the next start.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <random>
#include <thread>

#include "app/clockwork.h"
#include "app/daemon.h"
#include "app/daemon_parts.h"
#include "app/demo.h"
#include "app/directory_keeper.h"
#include "app/doubts.h"
#include "app/housekeeping.h"
#include "app/sd_notify.h"
#include "app/signals.h"
#include "app/sources.h"
#include "app/store_path.h"
#include "app/wiring.h"
#include "base/log.h"
#include "edge/store/sqlite/store.h"
#include "engine/pipeline/sweeper.h"

namespace gw::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{10'000};     // for what is in flight at the end
constexpr milliseconds kDemoGrace{1'000};  // nobody waits for those messages

double random_fraction() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

class Daemon {
 public:
  Daemon(const ServeArguments& arguments, Io io)
      : arguments_(arguments),
        io_(std::move(io)),
        log_(io_.err, arguments.log_format == "json" || (arguments.log_format.empty() && !io_.err_is_terminal)
                          ? Log::Format::json
                          : Log::Format::text),
        service_(io_.environment("NOTIFY_SOCKET").value_or("")),
        demo_(io_.now) {}

  int run() {
    const Signals signals;
    if (arguments_.demo) {
      if (const int code = start_demo(); code != kDone) return code;
    }
    auto config = load();
    if (!config) return kUsage;
    config_ = std::move(*config);
    if (const int code = start(); code != kDone) {
      stop(milliseconds(0));
      return code;
    }
    service_.tell("READY=1");
    log(Log::Level::info, "ready");
    const int code = arguments_.once ? once() : wait(signals);
    service_.tell("STOPPING=1");
    signals.let_end();
    log(Log::Level::info, "stopping");
    stop(arguments_.demo ? kDemoGrace : kGrace);
    log(Log::Level::info, "stopped");
    return code;
  }

 private:
  void log(Log::Level level, std::string_view message, Log::Fields fields = {}) const {
    log_.write(level, io_.now(), message, fields);
  }
  HealthLog::Tell teller() const {
    return [this](Log::Level level, std::string_view message, Log::Fields fields) { log(level, message, fields); };
  }
  int failed(std::string_view step, const Error& error) const {
    log(Log::Level::error, "cannot start", {{"step", step}, {"reason", error.message}});
    return error.code == Errc::invalid_input ? kUsage : kOutside;
  }

  std::optional<AppConfig> load() {
    auto config = load_daemon_config(arguments_.config, io_, [this](const std::string& problem) {
      log(Log::Level::error, "the configuration cannot be used", {{"problem", problem}});
    });
    if (config && !arguments_.listen.empty()) config->daemon.http.listen = arguments_.listen;
    if (config && arguments_.demo && config->daemon.receivers.empty()) add_demo_receiver(*config, demo_url_);
    return config;
  }

  int start() {
    if (const int code = open_store(); code != kDone) return code;
    directory_ = make_directory_keeper(config_.daemon, io_, teller(), [this] { take_names(); });
    auto settings = make_settings(config_, io_, directory_->snapshot());
    if (!settings) return failed("settings", settings.error());
    current_.set(std::move(*settings), make_routes(config_));
    auto receivers = make_receivers(config_, io_);
    if (!receivers) return failed("receivers", receivers.error());
    warn_of(config_);

    pipeline::Config pipeline_config;
    pipeline_config.workers = std::max(1u, std::thread::hardware_concurrency());
    fill_horizon(*store_, horizon_, io_.now());
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        pipeline_config, *store_, [this] { return current_.settings(); }, io_.now, &horizon_);
    clockwork_ = std::make_unique<Clockwork>(*store_, *store_, io_);
    clockwork_->configure(config_.daemon);
    sweeper_ = std::make_unique<pipeline::Sweeper>(
        *store_, [this] { return current_.settings(); }, io_.now, std::chrono::seconds(1));
    notifier_ = std::make_unique<notify::Notifier>(*store_, *store_, io_.now, random_fraction);
    notifier_->start(std::move(*receivers), make_setup(config_));
    // Made before the web, whose threads ask it what keeps it from being ready.
    sources_ = std::make_unique<Sources>(*pipeline_, *store_, io_, spool_folder(config_.daemon.store), teller());
    if (!arguments_.once) {
      if (const int code = start_web(); code != kDone) return code;
    }
    if (const Status status = sources_->start(config_.daemon.sources, arguments_.once); !status)
      return failed("sources", status.error());
    start_housekeeping();
    return kDone;
  }

  void warn_of(const AppConfig& config) const {
    for (const Doubt& doubt : doubts_of(config)) {
      if (doubt.key.empty()) {
        log(Log::Level::warning, doubt.message);
      } else {
        log(Log::Level::warning, doubt.message, {{doubt.key, doubt.value}});
      }
    }
  }

  // The directory's thread has read something: batches that begin from now on know it.
  void take_names() {
    const std::lock_guard lock(reload_mutex_);
    if (auto settings = make_settings(config_, io_, directory_->snapshot()))
      current_.set(std::move(*settings), make_routes(config_));
  }

  void start_housekeeping() {
    if (arguments_.once) return;
    directory_->start();
    keeper_ = std::make_unique<Housekeeper>(std::vector<Housekeeper::Task>{
        {milliseconds(1000), [this] { health_log_.receivers(notifier_->health()); }},
        {milliseconds(1000), [this] { health_log_.problems(problems()); }},
        {milliseconds(1000), [this] { health_log_.doubts(web_->doubts()); }},
        {milliseconds(1000), [this] { tick(); }, milliseconds(1000)},
        {milliseconds(5000), [this] { read_tokens_again(); }},
        {std::chrono::hours(24), [this] { retain(io_.now()); }, milliseconds(60'000)},
    });
  }

  void tick() {
    const Status ticked = clockwork_->tick(*current_.settings(), io_.now());
    const Status beaten = clockwork_->beat(io_.now(), problems().empty() && tells(notifier_->health()));
    health_log_.clockwork(ticked ? beaten : ticked);
  }

  // `file:` secrets count when they change, those that AWS keeps some minutes later. Those of receivers are read at every use;
  // of tokens only hashes are known.
  void read_tokens_again() {
    const std::lock_guard lock(reload_mutex_);
    if (config_.daemon.http.tokens.empty()) return;
    auto config = make_web(config_, io_);
    const std::string why = config ? std::string() : config.error().message;
    if (!why.empty() && why != token_problem_)
      log(Log::Level::error, "a token cannot be read again: the one before holds", {{"reason", why}});
    token_problem_ = why;
    if (!config) return;
    const auto hashes = token_hashes(*config);
    if (hashes == token_hashes_) return;
    token_hashes_ = hashes;
    web_->reload(std::move(*config));
    log(Log::Level::info, "tokens have changed");
  }

  int start_demo() {
    net::ServerOptions options;
    options.threads = 1;
    auto server = net::HttpServer::start(options, demo_);
    if (!server) return failed("demo", server.error());
    demo_server_ = std::move(*server);
    demo_url_ = "http://127.0.0.1:" + std::to_string(demo_server_->port()) + "/api/";
    add_demo_token(io_);
    return kDone;
  }

  int open_store() {
    const auto path = store_file(config_.daemon.store);
    if (!path) return failed("store", path.error());
    std::error_code error;
    if (const auto folder = std::filesystem::path(*path).parent_path(); !folder.empty())
      std::filesystem::create_directories(folder, error);
    auto store = sqlite::open(*path);
    if (!store) {
      log(Log::Level::error, "cannot start", {{"step", "store"}, {"reason", store.error().message}});
      return kOutside;
    }
    store_ = std::move(*store);
    return kDone;
  }

  int start_web() {
    auto config = make_web(config_, io_);
    if (!config) return failed("tokens", config.error());
    token_hashes_ = token_hashes(*config);
    ingest_ = std::make_unique<PipelineIngest>(*pipeline_);
    web::Hooks hooks = make_hooks(io_, *store_, *pipeline_, current_, [this] { return problems(); });
    hooks.metrics = [this, of_pipeline = hooks.metrics] {
      std::vector<web::Metric> metrics = of_pipeline();
      append_metrics(metrics, notifier_->health());
      metrics.push_back(clockwork_->metric());
      sources_->append_metrics(metrics);
      directory_->append_metrics(metrics);
      return metrics;
    };
    hooks.directory = [this] { return directory_->parts(); };
    if (arguments_.demo) hooks.messages = [this] { return demo_.messages(); };
    web_ = std::make_unique<web::Web>(std::move(*config), *store_, *ingest_, std::move(hooks));
    const HttpConfig& http = config_.daemon.http;
    const auto address = parse_listen(http.listen);
    if (!address) return failed("http", {Errc::invalid_input, "`" + http.listen + "` is no host:port"});
    net::ServerOptions options;
    options.host = address->host;
    options.port = address->port;
    options.certificate_file = http.certificate;
    options.key_file = http.key;
    auto server = net::HttpServer::start(options, *web_);
    if (!server) return failed("http", server.error());
    server_ = std::move(*server);
    log(Log::Level::info, "listening", {{"address", address->host}, {"port", std::to_string(server_->port())}});
    return kDone;
  }

  std::vector<std::string> problems() const {
    std::vector<std::string> out;
    if (const Status health = pipeline_->health(); !health) out.push_back("the store: " + health.error().message);
    if (sources_ != nullptr) {
      for (std::string& problem : sources_->problems()) out.push_back(std::move(problem));
    }
    return out;
  }

  int wait(const Signals& signals) {
    for (;;) {
      const int signal = signals.wait(milliseconds(1000));
      if (signal == SIGTERM || signal == SIGINT) return kDone;
      if (signal == SIGHUP) reload();
      if (const Status health = pipeline_->health(); !health && health.error().code == Errc::corrupt) {
        log(Log::Level::error, "the store is damaged: nothing more is taken", {{"reason", health.error().message}});
        return kOutside;
      }
      service_.tell("WATCHDOG=1");
    }
  }

  void retain(Time now) {
    std::unique_lock lock(reload_mutex_);
    const ports::Admin::Retention retention = retention_of(config_.daemon, now);
    lock.unlock();
    const auto erased = store_->retain(retention, now);
    if (!erased) {
      log(Log::Level::error, "retention failed", {{"reason", erased.error().message}});
    } else if (*erased > 0) {
      log(Log::Level::info, "erased what is older than its retention", {{"rows", std::to_string(*erased)}});
    }
  }

  // All or nothing: what cannot be used leaves what is there.
  void reload() {
    const std::lock_guard lock(reload_mutex_);
    service_.tell("RELOADING=1");
    const auto refuse = [&](const std::string& why) {
      log(Log::Level::error, "the configuration was not reloaded", {{"reason", why}});
      service_.tell("READY=1");
    };
    auto config = load();
    if (!config) return refuse("it has mistakes; see above");
    auto settings = make_settings(*config, io_, directory_->snapshot_for(config->daemon.directory));
    if (!settings) return refuse(settings.error().message);
    auto receivers = make_receivers(*config, io_);
    if (!receivers) return refuse(receivers.error().message);
    auto web_config = make_web(*config, io_);
    if (!web_config) return refuse(web_config.error().message);
    if (const Status possible = sources_->check(config->daemon.sources); !possible)
      return refuse(possible.error().message);
    warn_of(*config);
    if (config->daemon.store != config_.daemon.store || config->daemon.http.listen != config_.daemon.http.listen ||
        config->daemon.http.certificate != config_.daemon.http.certificate ||
        config->daemon.http.key != config_.daemon.http.key) {
      log(Log::Level::warning, "changes to store and http count after a restart");
      config->daemon.store = config_.daemon.store;
      config->daemon.http.listen = config_.daemon.http.listen;
      config->daemon.http.certificate = config_.daemon.http.certificate;
      config->daemon.http.key = config_.daemon.http.key;
    }
    token_hashes_ = token_hashes(*web_config);
    token_problem_.clear();
    const std::string hash = (*settings)->config_hash;
    current_.set(std::move(*settings), make_routes(*config));
    notifier_->replace(std::move(*receivers), make_setup(*config));
    web_->reload(std::move(*web_config));
    sources_->reload(config->daemon.sources);
    clockwork_->configure(config->daemon);
    directory_->configure(config->daemon);
    config_ = std::move(*config);
    log(Log::Level::info, "reloaded", {{"config_hash", hash}});
    service_.tell("READY=1");
  }

  // Reads what the sources hold now, and waits until what is due is told.
  int once() {
    sources_->finish();
    pipeline_->stop();
    if (const Status health = pipeline_->health(); !health) return failed("once", health.error());
    (void)pipeline::sweep(*store_, *store_, *current_.settings(), io_.now());
    const auto until = std::chrono::steady_clock::now() + kGrace;
    while (something_is_due(*store_, io_.now())) {
      if (std::chrono::steady_clock::now() > until) {
        log(Log::Level::warning, "not everything could be told: the rest is told by the next run");
        break;
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
    return kDone;
  }

  void stop(milliseconds grace) {
    const auto until = std::chrono::steady_clock::now() + grace;
    const auto left = [&] {
      const auto rest = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
      return std::max(rest, milliseconds(0));
    };
    keeper_.reset();
    if (directory_ != nullptr) directory_->stop();
    if (sources_ != nullptr) sources_->stop();
    // The web's answers wait for commits, so it may end only after them: no more is taken, what is in flight is answered.
    std::thread web_end([&] {
      if (server_ != nullptr) server_->stop(left());
    });
    if (pipeline_ != nullptr) pipeline_->stop();
    web_end.join();
    sweeper_.reset();
    if (notifier_ != nullptr) notifier_->stop(left());
    sources_.reset();
    server_.reset();
    web_.reset();
    directory_.reset();  // which the web asks
    ingest_.reset();
    notifier_.reset();
    pipeline_.reset();
    clockwork_.reset();
    store_.reset();
    demo_server_.reset();
  }

  const ServeArguments& arguments_;
  Io io_;
  const Log log_;
  const ServiceManager service_;
  std::mutex reload_mutex_;  // guards the next three, which the housekeeper looks at
  AppConfig config_;
  std::vector<std::string> token_hashes_;
  std::string token_problem_;
  HealthLog health_log_{teller()};
  DemoSlack demo_;
  std::string demo_url_;
  std::unique_ptr<net::HttpServer> demo_server_;
  std::unique_ptr<ports::Store> store_;
  Current current_;
  pipeline::Horizon horizon_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<pipeline::Sweeper> sweeper_;
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<PipelineIngest> ingest_;
  std::unique_ptr<web::Web> web_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<Clockwork> clockwork_;
  std::unique_ptr<DirectoryKeeper> directory_;
  std::unique_ptr<Housekeeper> keeper_;
};

}  // namespace

int run_serve(const ServeArguments& arguments, const Io& io) {
  ::umask(::umask(0) | 027);  // the store is nobody else's
  return Daemon(arguments, io).run();
}

}  // namespace gw::app

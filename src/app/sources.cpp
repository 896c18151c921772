#include "app/sources.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "app/queue_source.h"
#include "edge/sources/directory.h"
#include "edge/sources/standard_input.h"

namespace gw::app {
namespace {

constexpr std::size_t kRoom = std::size_t{1} << 20;  // bytes of room that make a queue worth asking

// Standard input is read to its end, once.
class StandardInput {
 public:
  StandardInput(sources::Submit submit, std::function<Time()> now, const Sources::Tell& tell) {
    thread_ = std::jthread([this, submit = std::move(submit), now = std::move(now), tell](const std::stop_token& stop) {
      sources::StandardInputConfig config;
      config.descriptor = STDIN_FILENO;
      const auto read = sources::read_standard_input(config, submit, now, stop);
      const std::lock_guard lock(mutex_);
      if (!read) {
        problem_ = read.error().message;
      } else if (read->not_stored > 0) {
        problem_ = "standard input: " + std::to_string(read->not_stored) + " parts of it could not be stored";
      } else {
        tell(Log::Level::info, "standard input is read", {{"bytes", std::to_string(read->bytes)}});
      }
    });
  }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::string problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  mutable std::mutex mutex_;
  std::string problem_;
  std::jthread thread_;
};

}  // namespace

struct Sources::State {
  pipeline::Pipeline& pipeline;
  ports::Store& store;
  std::function<Time()> now;
  std::shared_ptr<AwsContext> aws;
  std::string spool;
  Tell tell;
  mutable std::mutex mutex{};
  std::map<std::string, std::unique_ptr<sources::Directory>> directories{};  // by path
  struct Queue {
    std::string name;
    std::shared_ptr<sources::S3Sqs> worker;
  };
  std::map<std::string, Queue> queues{};  // by identity_of()
  std::unique_ptr<StandardInput> input{};

  [[nodiscard]] std::vector<Queue> all_queues() const {
    const std::lock_guard lock(mutex);
    std::vector<Queue> out;
    for (const auto& [identity, queue] : queues) out.push_back(queue);
    return out;
  }
  void add_queue(const SourceConfig& source) {
    const std::string identity = identity_of(source);
    if (queues.contains(identity)) return;
    std::error_code error;
    if (queues.empty()) sources::clean_spool(spool);
    std::filesystem::create_directories(spool, error);
    std::filesystem::permissions(spool, std::filesystem::perms::owner_all, error);
    queues[identity] = {queue_name(source.queue_url),
                        make_queue_source(
                            source, aws, spool, submit(), [this] { return pipeline.has_room(kRoom); }, now,
                            [this](std::string_view message, std::string_view about, std::string_view reason) {
                              tell(Log::Level::warning, message, {{"about", about}, {"reason", reason}});
                            })};
    tell(Log::Level::info, "polling a queue", {{"queue", source.queue_url}});
  }

  [[nodiscard]] sources::Submit submit() {
    return [this](ports::Delivery& delivery, const std::stop_token& stop) { return pipeline.submit(delivery, stop); };
  }
  void add(const SourceConfig& source) {
    if (source.type == "stdin") {
      if (input == nullptr) input = std::make_unique<StandardInput>(submit(), now, tell);
      return;
    }
    if (source.type == "s3_sqs") return add_queue(source);
    if (source.type != "directory" || directories.contains(source.path)) return;
    sources::DirectoryConfig config;
    config.path = source.path;
    directories.emplace(source.path, std::make_unique<sources::Directory>(config, submit(), store, now));
    tell(Log::Level::info, "watching a folder", {{"path", source.path}});
  }
};

Sources::Sources(pipeline::Pipeline& pipeline, ports::Store& store, const Io& io, std::string spool, Tell tell)
    : state_(new State{pipeline, store, io.now, aws_of(io), std::move(spool), std::move(tell)}) {}
Sources::~Sources() { stop(); }

Status Sources::check(const std::vector<SourceConfig>& sources) const {
  for (const SourceConfig& source : sources) {
    if (source.type == "s3_sqs") {
      if (const auto client = queue_client(*state_->aws, source); !client) return client.error();
    } else if (source.type != "directory" && source.type != "stdin")
      return Error{Errc::invalid_input, "sources of type " + source.type + " are not there yet"};
  }
  return ok();
}

Status Sources::start(const std::vector<SourceConfig>& sources, bool) {
  if (const Status possible = check(sources); !possible) return possible.error();
  const std::lock_guard lock(state_->mutex);
  for (const SourceConfig& source : sources) state_->add(source);
  return ok();
}

void Sources::reload(const std::vector<SourceConfig>& sources) {
  std::vector<State::Queue> ended;  // which takes its time: not under the lock
  {
    const std::lock_guard lock(state_->mutex);
    std::erase_if(state_->queues, [&](auto& running) {
      const bool stays = std::any_of(sources.begin(), sources.end(), [&](const SourceConfig& source) {
        return source.type == "s3_sqs" && identity_of(source) == running.first;
      });
      if (!stays) ended.push_back(std::move(running.second));
      return !stays;
    });
  }
  ended.clear();
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->directories, [&](const auto& running) {
    return std::none_of(sources.begin(), sources.end(), [&](const SourceConfig& source) {
      return source.type == "directory" && source.path == running.first;
    });
  });
  for (const SourceConfig& source : sources) state_->add(source);
}

void Sources::finish() {
  for (auto& [path, directory] : state_->directories) directory->finish();
  for (const State::Queue& queue : state_->all_queues()) queue.worker->finish();
  if (state_->input != nullptr) state_->input->finish();
}

void Sources::stop() {
  std::map<std::string, State::Queue> ended;
  {
    const std::lock_guard lock(state_->mutex);
    ended.swap(state_->queues);
  }
  std::vector<std::jthread> ends;  // each waits for what it has in flight
  ends.reserve(ended.size());
  for (auto& [identity, queue] : ended) ends.emplace_back([worker = &queue.worker] { worker->reset(); });
  ends.clear();
  const std::lock_guard lock(state_->mutex);
  state_->directories.clear();
  state_->input.reset();
}

void Sources::append_metrics(std::vector<web::Metric>& metrics) const {
  const std::vector<State::Queue> queues = state_->all_queues();
  std::vector<std::pair<std::string, const sources::S3Sqs*>> workers;
  workers.reserve(queues.size());
  for (const State::Queue& queue : queues) workers.emplace_back(queue.name, queue.worker.get());
  append_queue_metrics(metrics, workers);
}

std::vector<std::string> Sources::problems() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> out;
  for (const auto& [path, directory] : state_->directories) {
    if (const Status health = directory->health(); !health) out.push_back("a source: " + health.error().message);
  }
  for (const auto& [identity, queue] : state_->queues) {
    if (const Status health = queue.worker->health(); !health) out.push_back("a source: " + health.error().message);
  }
  if (state_->input != nullptr) {
    if (std::string problem = state_->input->problem(); !problem.empty()) out.push_back(std::move(problem));
  }
  return out;
}

}  // namespace gw::app

#include "app/sources.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "edge/sources/directory.h"
#include "edge/sources/standard_input.h"

namespace gw::app {
namespace {

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
  Tell tell;
  mutable std::mutex mutex;
  std::map<std::string, std::unique_ptr<sources::Directory>> directories;  // by path
  std::unique_ptr<StandardInput> input;

  [[nodiscard]] sources::Submit submit() {
    return [this](ports::Delivery& delivery, const std::stop_token& stop) { return pipeline.submit(delivery, stop); };
  }
  void add(const SourceConfig& source) {
    if (source.type == "stdin") {
      if (input == nullptr) input = std::make_unique<StandardInput>(submit(), now, tell);
      return;
    }
    if (source.type != "directory" || directories.contains(source.path)) return;
    sources::DirectoryConfig config;
    config.path = source.path;
    directories.emplace(source.path, std::make_unique<sources::Directory>(config, submit(), store, now));
    tell(Log::Level::info, "watching a folder", {{"path", source.path}});
  }
};

Sources::Sources(pipeline::Pipeline& pipeline, ports::Store& store, const Io& io, Tell tell)
    : state_(new State{pipeline, store, io.now, std::move(tell), {}, {}, nullptr}) {}
Sources::~Sources() { stop(); }

Status Sources::check(const std::vector<SourceConfig>& sources) {
  for (const SourceConfig& source : sources) {
    if (source.type != "directory" && source.type != "stdin")
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
  if (state_->input != nullptr) state_->input->finish();
}

void Sources::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->directories.clear();
  state_->input.reset();
}

std::vector<std::string> Sources::problems() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> out;
  for (const auto& [path, directory] : state_->directories) {
    if (const Status health = directory->health(); !health) out.push_back("a source: " + health.error().message);
  }
  if (state_->input != nullptr) {
    if (std::string problem = state_->input->problem(); !problem.empty()) out.push_back(std::move(problem));
  }
  return out;
}

}  // namespace gw::app

// The sources of a running daemon: one thread each, started from the configuration, replaced by a reload.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/aws_context.h"
#include "app/config/daemon.h"
#include "app/io.h"
#include "base/log.h"
#include "edge/web/web.h"
#include "engine/pipeline/pipeline.h"
#include "engine/ports/store.h"

namespace gw::app {

class Sources {
 public:
  using Tell = std::function<void(Log::Level, std::string_view message, Log::Fields fields)>;

  // Large objects lie in `spool`, a folder that is nobody else's, while they are read.
  Sources(pipeline::Pipeline& pipeline, ports::Store& store, const Io& io, std::string spool, Tell tell);
  ~Sources();  // stop()
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  // `invalid_input`: a source that cannot be.
  [[nodiscard]] Status check(const std::vector<SourceConfig>& sources) const;
  // check(), then starts them. `once`: each ends when it has read what is there.
  [[nodiscard]] Status start(const std::vector<SourceConfig>& sources, bool once);
  // Those that are new are started, those that are gone are stopped.
  void reload(const std::vector<SourceConfig>& sources);
  void finish();  // waits for those that end
  void stop();
  // Why not everything is read, one sentence each.
  [[nodiscard]] std::vector<std::string> problems() const;
  void append_metrics(std::vector<web::Metric>& metrics) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::app

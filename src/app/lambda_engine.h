// The engine as a Lambda runs it: the same pipeline, sweep and senders as `serve`, worked from invocations instead of threads of
// their own. Internal to app.
//
// With a state table what is committed is safe, and what cannot be told now is told by a later sweep. Without one the state is
// a file of the sandbox, which goes with it: then an invocation counts as done only when everything was told, and what was not is
// due at once in the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/clockwork.h"
#include "app/config/config.h"
#include "app/evidence.h"
#include "app/io.h"
#include "app/lambda_books.h"
#include "base/log.h"
#include "engine/notify/notifier.h"
#include "engine/pipeline/horizon.h"
#include "engine/pipeline/pipeline.h"
#include "engine/ports/store.h"

namespace gw::app {

class LambdaEngine {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<ports::Store>>()>;

  // `durable`: the store outlives the sandbox. Opens nothing yet.
  LambdaEngine(AppConfig config, Io io, const Log& log, OpenStore open_store, bool durable);
  ~LambdaEngine();
  LambdaEngine(const LambdaEngine&) = delete;
  LambdaEngine& operator=(const LambdaEngine&) = delete;

  // Ready to take deliveries. Errors may pass: it is tried again with the next invocation.
  [[nodiscard]] Status start();
  // Everything below: after a start() that went well.
  [[nodiscard]] pipeline::Pipeline& pipeline() { return *pipeline_; }
  [[nodiscard]] ports::Store& store() { return *store_; }
  [[nodiscard]] bool is_durable() const { return durable_; }

  // What only the clock causes. Of silence and hand-over mistakes are logged only.
  [[nodiscard]] Status sweep();
  // The heartbeat, by what came of the last tell(): to be called behind it. Blocks for Clockwork::kPing at most; mistakes are logged.
  void beat();
  // Tells what is due, for at most `grace`. `only_new`: does nothing when no commit since the last call has left anything to
  // tell. An Error: something was not told, and nobody but the caller can see to it that it will be.
  [[nodiscard]] Status tell(std::chrono::milliseconds grace, bool only_new);
  struct TestOutcome {
    std::string alert_id;
    std::string state;
    std::string reason;
  };
  [[nodiscard]] Result<TestOutcome> alert_test(const std::string& receiver, std::chrono::milliseconds grace);

  // Writes the evidence of what was told, where evidence is wanted. What cannot be written waits for the next call.
  [[nodiscard]] Status flush_evidence() { return evidence_ == nullptr ? ok() : evidence_->flush(); }

  // What came together since the last call.
  [[nodiscard]] LambdaBooks take_books();

 private:
  void note(const Status& clockwork) const;
  void make_all_due();
  [[nodiscard]] Status untold(const std::map<std::string, notify::SenderHealth>& health);

  const AppConfig config_;
  const Io io_;
  const Log& log_;
  const OpenStore open_store_;
  const bool durable_;

  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<Evidence> evidence_;
  std::unique_ptr<CountingStore> counting_;
  pipeline::SettingsPtr settings_;
  notify::Notifier::Receivers receivers_;
  notify::Setup setup_;
  std::unique_ptr<Clockwork> clockwork_;
  pipeline::Horizon horizon_;
  Time grants_at_;
  bool told_all_ = true;
  bool tells_ = true;                             // no receiver failed when something was last told
  std::unique_ptr<pipeline::Pipeline> pipeline_;  // last: its threads use the others
};

}  // namespace gw::app

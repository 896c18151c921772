// A store that counts what goes through it: what one invocation came to, for its metrics. Internal to app.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "app/evidence.h"
#include "engine/ports/store.h"

namespace gw::app {

struct LambdaBooks {
  ports::RecordBooks records;
  ports::DeliveryBooks deliveries;
  // By receiver: notifications that were made (as `trying`), and what became of some.
  std::map<std::string, std::array<std::uint64_t, model::kSendStates>> alerts;
  std::string store_failure;  // the last of commits, claims and marks; a lost lease is none
};

// Hands everything on; counts behind the answer. Safe from any thread.
class CountingStore final : public ports::Committer, public ports::Outbox {
 public:
  // `keeps_chain`: the store takes the rows of the chain horizon. In a table every call with temporary credentials would cost a
  // write; a sandbox remembers its own.
  // `evidence` (may be nullptr) is written before what it is about is committed, and of deliveries by its flush().
  CountingStore(ports::Store& store, bool keeps_chain, Evidence* evidence)
      : store_(store), keeps_chain_(keeps_chain), evidence_(evidence) {}

  Status commit(const ports::Ask& ask, const Decide& decide) override;
  Result<std::vector<ports::Claim>> claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                          std::size_t limit) override {
    auto claims = store_.claim(receiver, now, lease_micros, limit);
    if (!claims) note(claims.error());
    return claims;
  }
  Status mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) override;
  Result<std::optional<Time>> next_due(const std::string& receiver) override { return store_.next_due(receiver); }
  Result<std::vector<std::string>> receivers() override { return store_.receivers(); }
  void on_new(std::function<void()> callback) override { store_.on_new(std::move(callback)); }

  // Since the last call.
  [[nodiscard]] LambdaBooks take();
  // Whether notifications were made since the last call.
  [[nodiscard]] bool take_new();

 private:
  void note(const Error& failure);
  ports::Store& store_;
  const bool keeps_chain_;
  Evidence* const evidence_;
  std::mutex mutex_;
  LambdaBooks books_;
  bool has_new_ = false;
};

}  // namespace gw::app

// Which alerts somebody asked to be quiet about. Safe from any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/model/alert.h"
#include "engine/ports/store.h"

namespace gw::notify {

// Whether `mute` covers what `claim` tells, at `now`: each of watch, account and session that it names has to fit.
[[nodiscard]] bool covers(const model::Mute& mute, const ports::Claim& claim, Time now);

// The store's mutes, read again when they are older than a few seconds. While the store cannot be asked, the last answer
// counts; before the first one nothing is muted.
class Mutes {
 public:
  explicit Mutes(ports::Admin& admin) : admin_(admin) {}
  [[nodiscard]] std::optional<model::Mute> find(const ports::Claim& claim, Time now);

 private:
  static constexpr std::int64_t kFreshMicros = 2'000'000;
  ports::Admin& admin_;
  std::mutex mutex_;
  std::vector<model::Mute> mutes_;  // guarded by mutex_
  std::optional<Time> read_at_;     // guarded by mutex_
};

}  // namespace gw::notify

#include "engine/notify/mutes.h"

#include <algorithm>

#include "base/json/doc.h"

namespace gw::notify {
namespace {

std::string account_of(const ports::Claim& claim) {
  if (claim.session) return claim.session->account_id;
  if (claim.fold) return claim.fold->account_id;
  json::Doc doc;
  if (!doc.parse(claim.alert.data)) return {};
  const json::Value root = doc.root();
  const json::Value access = root["access"];
  return std::string(access.is_object() ? access["account_id"].text() : root["account_id"].text());
}

bool is_session(const std::string& id, const ports::Claim& claim) {
  if (id == claim.alert.session_id) return true;
  if (!claim.session) return false;
  const auto& aliases = claim.session->aliases;
  return id == claim.session->id || std::find(aliases.begin(), aliases.end(), id) != aliases.end();
}

}  // namespace

bool covers(const model::Mute& mute, const ports::Claim& claim, Time now) {
  if (mute.ended_at || mute.until <= now) return false;
  if (!mute.watch.empty() && mute.watch != claim.alert.watch) return false;
  if (!mute.session_id.empty() && !is_session(mute.session_id, claim)) return false;
  return mute.account_id.empty() || mute.account_id == account_of(claim);
}

std::optional<model::Mute> Mutes::find(const ports::Claim& claim, Time now) {
  const std::lock_guard lock(mutex_);
  if (!read_at_ || now < *read_at_ || now.micros - read_at_->micros >= kFreshMicros) {
    if (Result<std::vector<model::Mute>> read = admin_.mutes(false)) mutes_ = std::move(*read);
    read_at_ = now;
  }
  for (const model::Mute& mute : mutes_) {
    if (covers(mute, claim, now)) return mute;
  }
  return std::nullopt;
}

}  // namespace gw::notify

#include "engine/pipeline/change_session.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gw::pipeline {

Result<model::Session> change_session(ports::Committer& store, const std::string& id, Time now,
                                      const SessionEdit& change) {
  ports::Ask ask;
  ask.session_ids = {id};
  std::optional<model::Session> after;
  Status verdict = ok();
  const Status status = store.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit;
    commit.at = now;
    const auto alias = loaded.aliases.find(id);
    const std::string& real = alias == loaded.aliases.end() ? id : alias->second;
    const auto found = std::find_if(loaded.sessions.begin(), loaded.sessions.end(),
                                    [&](const model::Session& session) { return session.id == real; });
    if (found == loaded.sessions.end()) {
      verdict = Error{Errc::not_found, "there is no such session"};
      return commit;
    }
    after = *found;
    verdict = change(*after, loaded, commit);
    if (verdict && !(*after == *found)) commit.sessions.push_back({*after, {}});
    return commit;
  });
  if (!status) return status.error();
  if (!verdict) return verdict.error();
  return std::move(*after);
}

}  // namespace gw::pipeline

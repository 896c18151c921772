// Load, decide, write, in one transaction that no other writer can come between. A session of another version than the
// stored one can therefore only come from a caller that decided about something else than it was shown.
#include "edge/store/sqlite/change.h"
#include "edge/store/sqlite/load.h"
#include "edge/store/sqlite/sqlite_store.h"

namespace gw::sqlite {

namespace {
constexpr int kAttempts = 16;
}

Status SqliteStore::commit(const ports::Ask& ask, const Decide& decide) {
  bool is_new = false;
  Status status = guard([&] {
    const std::lock_guard lock(writer_mutex_);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      try {
        is_new = write_locked(Sync::full, [&](Db& db) {
          const ports::Loaded loaded = load(db, ask);
          ports::Commit answer = decide(loaded);
          return Change(db, loaded, answer, options_.organization_id).write();
        });
        return Unit{};
      } catch (const Stale&) {
      }
    }
    fail(Errc::conflict, "the decision was about other versions than the stored ones, again and again");
  });
  if (status && is_new) announce();
  return status;
}

}  // namespace gw::sqlite

// The Store, as its parts see it: the writer's connection behind one lock, and readers. commit.cpp holds the commit,
// outbox.cpp what is told, lists.cpp what is read, admin.cpp the rest.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "edge/store/sqlite/db.h"
#include "edge/store/sqlite/lock.h"
#include "edge/store/sqlite/store.h"

namespace gw::sqlite {

class SqliteStore final : public ports::Store {
 public:
  SqliteStore(const std::string& path, const Options& options);  // throws Failure
  struct ReadOnly {};
  SqliteStore(const std::string& path, const Options& options, ReadOnly);  // the same
  struct Snapshot {};
  SqliteStore(const std::string& path, const Options& options, Snapshot);  // the same

  // Committer
  Status commit(const ports::Ask& ask, const Decide& decide) override;
  // Outbox
  Result<std::vector<ports::Claim>> claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                          std::size_t limit) override;
  Status mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) override;
  Result<std::optional<Time>> next_due(const std::string& receiver) override;
  Result<std::vector<std::string>> receivers() override;
  void on_new(std::function<void()> callback) override;
  // Reader
  Result<ports::Page<model::Session>> sessions(const ports::ListQuery& query) override;
  Result<model::Session> session(const std::string& id) override;
  Result<ports::Page<ports::StoredEvent>> events(const ports::ListQuery& query) override;
  Result<ports::Page<ports::AlertView>> alerts(const ports::ListQuery& query) override;
  Result<ports::Totals> totals() override;
  Result<Due> due(Time now, std::size_t limit) override;
  // Admin
  Result<std::vector<model::Mute>> mutes(bool with_ended) override;
  Result<ports::Page<ports::QuarantineItem>> quarantine(const ports::ListQuery& query) override;
  Result<ports::QuarantineItem> quarantined(const std::string& id) override;
  Status settle_quarantined(const std::string& id, const std::string& as, Time now) override;
  Status retry(const std::string& alert_id, Time now) override;
  Result<std::uint64_t> retain(const Retention& retention, Time now) override;
  // Recovery
  Result<std::map<std::string, std::string>> cursors(const std::string& prefix) override;
  Result<std::vector<ports::ChainRow>> chain(Time since) override;
  Result<std::vector<ports::CoverageSighting>> coverage() override;

 private:
  enum class Sync : std::uint8_t { full, lazy };
  struct PendingMarks;

  // Runs f(db) in a transaction of the writer; what it answers is durable (full), or will be with the next one (lazy).
  template <class F>
  auto write(Sync sync, F&& f) {
    const std::lock_guard lock(writer_mutex_);
    return write_locked(sync, std::forward<F>(f));
  }
  template <class F>
  auto write_locked(Sync sync, F&& f) {
    begin_writing(sync);
    Transaction transaction(*writer_, Transaction::Kind::write);
    auto answer = f(*writer_);
    try {
      transaction.commit();
    } catch (...) {
      note_failure();
      throw;
    }
    return answer;
  }
  void begin_writing(Sync sync);
  void note_failure();
  void announce();

  // Runs f(db) on a connection that only reads, in one snapshot.
  template <class F>
  auto read(F&& f) {
    return guard([&] {
      if (pinned_) {
        const std::lock_guard lock(pinned_mutex_);
        return f(*pinned_);
      }
      Lease lease(*this);
      Transaction snapshot(*lease.db, Transaction::Kind::read);
      return f(*lease.db);
    });
  }
  struct Lease {
    explicit Lease(SqliteStore& owner) : store(owner), db(owner.take_reader()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { store.give_reader(std::move(db)); }
    SqliteStore& store;
    std::unique_ptr<Db> db;
  };
  [[nodiscard]] std::unique_ptr<Db> take_reader();
  void give_reader(std::unique_ptr<Db> db);

  void run_marks(std::vector<PendingMarks*>& batch);

  const std::string path_;
  const Options options_;
  std::optional<FileLock> lock_;  // like the writer, only where something may be written

  std::mutex writer_mutex_;  // guards the writer's connection and the three below
  std::unique_ptr<Db> writer_;
  Sync sync_ = Sync::full;
  bool needs_repair_ = false;

  std::mutex marks_mutex_;
  std::vector<PendingMarks*> marks_;

  std::mutex pinned_mutex_;
  std::unique_ptr<Db> pinned_;  // within a transaction that lasts as long as the store is open
  std::optional<Transaction> pinned_since_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Db>> readers_;

  std::mutex callbacks_mutex_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace gw::sqlite

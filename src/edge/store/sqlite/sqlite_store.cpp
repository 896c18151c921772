#include "edge/store/sqlite/sqlite_store.h"

#include <filesystem>

#include "edge/store/sqlite/schema.h"
#include "edge/store/sqlite/sync.h"

namespace gw::sqlite {
namespace {

void set_cache(Db& db, std::size_t kib) { db.exec(("PRAGMA cache_size = -" + std::to_string(kib)).c_str()); }

std::unique_ptr<Db> open_file(const std::string& path, const std::string& shown, const Options& options) {
  auto db = std::make_unique<Db>(path, Db::Mode::create, options.vfs);
  const SchemaState state = read_schema(*db);
  refuse_newer(state);
  if (db->query("PRAGMA journal_mode = WAL").step()) {
    Query mode = db->query("PRAGMA journal_mode");
    if (!mode.step() || mode.view(0) != "wal")
      fail(Errc::denied, shown + ": no write-ahead log is possible here (a network file system?)");
  }
  db->exec(
      "PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000");
  set_cache(*db, options.writer_cache_kib);
  migrate_schema(*db);
  return db;
}

// Under another name until it is whole: who is killed meanwhile leaves no empty file that looks like a store.
std::unique_ptr<Db> open_writer(const std::string& path, const Options& options) {
  std::error_code error;
  // (A link that leads nowhere yet is followed, not replaced.)
  if (std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found) {
    const std::string made = path + ".new";
    for (const char* rest : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(made + rest, error);
    {
      const std::unique_ptr<Db> db = open_file(made, path, options);
      // All of its log has to be in the file; closing would try that too, and keep to itself that it failed.
      Query brought = db->query("PRAGMA wal_checkpoint(TRUNCATE)");
      if (!brought.step() || brought.integer(0) != 0) fail(Errc::unavailable, path + ": somebody else is making it");
    }
    std::filesystem::rename(made, path, error);
    if (error) fail(Errc::unavailable, path + ": " + error.message());
    sync_folder_of(path);
  }
  return open_file(path, path, options);
}

}  // namespace

SqliteStore::SqliteStore(const std::string& path, const Options& options)
    : path_(path), options_(options), lock_(path), writer_(open_writer(path, options)) {}

SqliteStore::SqliteStore(const std::string& path, const Options& options, ReadOnly) : path_(path), options_(options) {
  std::unique_ptr<Db> db = take_reader();
  const SchemaState state = read_schema(*db);
  refuse_newer(state);
  if (state.version < kSchemaVersion) {
    fail(Errc::denied, path + ": written by an older version; `glasswatch store migrate` brings it up to this one");
  }
  give_reader(std::move(db));
}

SqliteStore::SqliteStore(const std::string& path, const Options& options, Snapshot)
    : SqliteStore(path, options, ReadOnly{}) {
  pinned_ = take_reader();
  pinned_since_.emplace(*pinned_, Transaction::Kind::read);
  static_cast<void>(pinned_->number("SELECT count(*) FROM meta"));  // what is read first says which state it is
}

void SqliteStore::begin_writing(Sync sync) {
  if (!writer_) fail(Errc::denied, path_ + ": opened for reading only");
  if (needs_repair_) {
    // What a failed commit left in the log must not be taken for a commit after a crash: writing anything puts an end to it.
    writer_->exec("PRAGMA synchronous = FULL");
    sync_ = Sync::full;
    Transaction transaction(*writer_, Transaction::Kind::write);
    writer_
        ->query(
            "INSERT INTO books(name, value) VALUES('store.failed_commits', 1)"
            " ON CONFLICT(name) DO UPDATE SET value = value + 1")
        .run();
    transaction.commit();
    needs_repair_ = false;
  }
  if (sync == sync_) return;
  writer_->exec(sync == Sync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  sync_ = sync;
}

// Right away, because the machine may die; when that fails too, before the next write.
void SqliteStore::note_failure() {
  needs_repair_ = true;
  const Status repaired = guard([&] {
    begin_writing(Sync::full);
    return Unit{};
  });
  static_cast<void>(repaired.has_value());
}

std::unique_ptr<Db> SqliteStore::take_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!readers_.empty()) {
      std::unique_ptr<Db> db = std::move(readers_.back());
      readers_.pop_back();
      return db;
    }
  }
  auto db = std::make_unique<Db>(path_, Db::Mode::read, options_.vfs);
  set_cache(*db, options_.reader_cache_kib);
  return db;
}

void SqliteStore::give_reader(std::unique_ptr<Db> db) {
  const std::lock_guard lock(readers_mutex_);
  if (readers_.size() < options_.readers) readers_.push_back(std::move(db));
}

void SqliteStore::on_new(std::function<void()> callback) {
  const std::lock_guard lock(callbacks_mutex_);
  callbacks_.push_back(std::move(callback));
}

void SqliteStore::announce() {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(callbacks_mutex_);
    callbacks = callbacks_;
  }
  for (const auto& callback : callbacks) callback();
}

Result<std::unique_ptr<ports::Store>> open(const std::string& path, const Options& options) {
  return guard([&]() -> std::unique_ptr<ports::Store> { return std::make_unique<SqliteStore>(path, options); });
}

Result<std::unique_ptr<ports::Store>> open_to_read(const std::string& path, const Options& options) {
  return guard([&]() -> std::unique_ptr<ports::Store> {
    return std::make_unique<SqliteStore>(path, options, SqliteStore::ReadOnly{});
  });
}

Result<std::unique_ptr<ports::Store>> open_snapshot(const std::string& path, const Options& options) {
  return guard([&]() -> std::unique_ptr<ports::Store> {
    return std::make_unique<SqliteStore>(path, options, SqliteStore::Snapshot{});
  });
}

}  // namespace gw::sqlite

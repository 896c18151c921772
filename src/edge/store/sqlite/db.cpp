#include "edge/store/sqlite/db.h"

namespace gw::sqlite {

void fail(Errc code, std::string message) { throw Failure(Error{code, std::move(message)}); }

Errc errc_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL: return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN: return Errc::denied;
    default: return Errc::internal;
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check(int code) const {
  if (code == SQLITE_OK) return;
  sqlite3* const db = sqlite3_db_handle(statement_);
  fail(errc_of(sqlite3_extended_errcode(db)), std::string("sqlite: ") + sqlite3_errmsg(db));
}

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

void Query::run() {
  while (step()) {
  }
}

void Query::again() {
  sqlite3_reset(statement_);
  next_ = 1;
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<Time> Query::maybe_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::string_view Query::view(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::put(std::nullptr_t) { check(sqlite3_bind_null(statement_, next_++)); }

void Query::put(std::int64_t value) { check(sqlite3_bind_int64(statement_, next_++, value)); }

void Query::put(const std::optional<Time>& value) {
  if (value) {
    put(*value);
  } else {
    put(nullptr);
  }
}

void Query::put(std::string_view value) {
  const char* const bytes = value.empty() ? "" : value.data();  // a null pointer would be NULL
  check(sqlite3_bind_text64(statement_, next_++, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::put(Blob value) {
  const char* const bytes = value.bytes.empty() ? "" : value.bytes.data();
  check(sqlite3_bind_blob64(statement_, next_++, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

Db::Db(const std::string& path, Mode mode, const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(handle);
  check(code, "opening " + path);
  // Another process (a backup, a check) may hold a lock for a moment.
  check(sqlite3_busy_timeout(handle, 5000), "opening " + path);
}

void Db::check(int code, std::string_view doing) const {
  if (code == SQLITE_OK) return;
  const char* const why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  fail(errc_of(code), std::string(doing) + ": " + why);
}

Query Db::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    check(code, "sqlite");
    found = statements_.emplace(std::string(sql), std::unique_ptr<sqlite3_stmt, Finalize>(statement)).first;
  }
  return Query(found->second.get());
}

void Db::exec(const char* sql) { check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr), "sqlite"); }

std::int64_t Db::number(std::string_view sql, std::int64_t otherwise) {
  Query q = query(sql);
  return q.step() && !q.is_null(0) ? q.integer(0) : otherwise;
}

Transaction::Transaction(Db& db, Kind kind) : db_(db) {
  db_.query(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN").run();
}

Transaction::~Transaction() { roll_back(); }

void Transaction::roll_back() {
  // Some failures have ended it already; a rollback that fails leaves nothing to do better.
  if (open_ && db_.in_transaction()) sqlite3_exec(db_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  open_ = false;
}

void Transaction::commit() {
  try {
    db_.query("COMMIT").run();
  } catch (...) {
    roll_back();
    throw;
  }
  open_ = false;
}

}  // namespace gw::sqlite

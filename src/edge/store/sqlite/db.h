// The SQLite C API behind three small classes. Inside this folder failures travel as exceptions (struct Failure); guard()
// turns them into a Result where the folder ends.
//
// Not for several threads: a Db and its queries belong to whoever holds the lock that guards them.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "base/time.h"

namespace gw::sqlite {

struct Failure : std::exception {
  explicit Failure(Error e) : error(std::move(e)) {}
  [[nodiscard]] const char* what() const noexcept override { return error.message.c_str(); }
  Error error;
};

[[noreturn]] void fail(Errc code, std::string message);
// What a caller does about SQLite's (extended) result code.
[[nodiscard]] Errc errc_of(int sqlite_code);

// Runs `f` and answers with what it returned, or with why it failed.
template <class F>
auto guard(F&& f) -> Result<decltype(f())> {
  try {
    return f();
  } catch (const Failure& failure) {
    return failure.error;
  } catch (const std::bad_alloc&) {
    return Error{Errc::unavailable, "out of memory"};
  } catch (const std::exception& e) {
    return Error{Errc::internal, e.what()};
  }
}

struct Blob {
  std::string_view bytes;
};

// A statement in use: bind, then step() until it answers false, or run(). Gives the statement back when it ends.
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)), next_(other.next_) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  // Binds the next parameters, in order; texts are copied.
  template <class... Values>
  Query& bind(const Values&... values) & {
    (put(values), ...);
    return *this;
  }
  template <class... Values>
  Query&& bind(const Values&... values) && {
    (put(values), ...);
    return std::move(*this);
  }
  [[nodiscard]] bool step();  // true: a row is there
  void run();                 // to the end, ignoring rows
  void again();               // ready for other values

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] Time time(int column) const { return Time{integer(column)}; }
  [[nodiscard]] std::optional<Time> maybe_time(int column) const;
  // Lives until the next step().
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string(view(column)); }

 private:
  void put(std::nullptr_t);
  void put(std::int64_t value);
  void put(std::uint64_t value) { put(static_cast<std::int64_t>(value)); }
  void put(int value) { put(static_cast<std::int64_t>(value)); }
  void put(unsigned value) { put(static_cast<std::int64_t>(value)); }
  void put(bool value) { put(static_cast<std::int64_t>(value)); }
  void put(Time value) { put(value.micros); }
  void put(const std::optional<Time>& value);
  void put(std::string_view value);
  void put(const std::string& value) { put(std::string_view(value)); }
  void put(const char* value) { put(std::string_view(value)); }
  void put(Blob value);
  void check(int code) const;

  sqlite3_stmt* statement_;
  int next_ = 1;
};

class Db {
 public:
  enum class Mode : std::uint8_t { create, write, read };
  // `vfs`: empty for the usual one. Throws Failure, as all below.
  Db(const std::string& path, Mode mode, const std::string& vfs = {});

  // Statements are kept: the text must be one of a few (constants, or what a list's filters can make).
  [[nodiscard]] Query query(std::string_view sql);
  void exec(const char* sql);
  // The first column of the first row, as a number; `otherwise` without a row, or for NULL.
  [[nodiscard]] std::int64_t number(std::string_view sql, std::int64_t otherwise = 0);
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  [[nodiscard]] sqlite3* raw() const { return handle_.get(); }
  void check(int code, std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>> statements_;
};

// Rolls back unless it was committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { read, write };
  Transaction(Db& db, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();  // a failure rolls back

 private:
  void roll_back();
  Db& db_;
  bool open_ = true;
};

}  // namespace gw::sqlite

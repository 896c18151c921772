// A store in one SQLite file (WAL, synchronous=FULL), for one process at a time on a local disk.
//
// Commits are serialised by one lock; the transaction is the unit that is durable. Reading has connections of its own and
// never waits for a commit. Marks that come at the same time share one transaction. Claims are written without waiting for
// the disk: a lease may be lost. A commit that failed is not seen again, unless the machine dies before the store could
// write once more: then it may turn up, whole, and its event keys are known.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/ports/store.h"

namespace gw::sqlite {

struct Options {
  std::string organization_id;              // of every row; one organization per store
  std::size_t writer_cache_kib = 16 << 10;  // of pages; the memory that a store takes is this and that of the readers
  std::size_t reader_cache_kib = 4 << 10;   // each
  std::size_t readers = 4;                  // connections that are kept; more are opened when all are busy
  std::string vfs;                          // empty: SQLite's own
};

// Opens or makes the file, brings it up to this program's schema, and holds it until the store is destroyed. `conflict`:
// another process serves from it. `denied`: it was written by a newer program, or may not be opened; the message says what
// to do. `corrupt`, `invalid_input`: no store. The folder must exist.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open(const std::string& path, const Options& options = {});

// For looking into a store, also while another process serves from it: what would write answers `denied`. So does this,
// where the file is not there, or was written by an older program.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open_to_read(const std::string& path, const Options& options = {});

// The same, but every call answers from the store as it was when it was opened. One call at a time; while it is open, the
// write-ahead log of a busy store grows.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open_snapshot(const std::string& path, const Options& options = {});

}  // namespace gw::sqlite

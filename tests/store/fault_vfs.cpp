#include "tests/store/fault_vfs.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <sstream>

namespace gw::faults {
namespace {

std::mutex mutex;
Plan plan;
std::uint64_t steps = 0;
std::uint64_t syncs = 0;
std::uint64_t failures = 0;
std::map<std::string, std::string> synced;  // path → content at its last fsync

bool fails(bool is_sync) {
  if (plan.syncs_only && !is_sync) return false;
  ++steps;
  const bool now = plan.step != 0 && (plan.onwards ? steps >= plan.step : steps == plan.step);
  if (now) ++failures;
  return now;
}

// SQLite keeps szOsFile bytes for a file: ours, and behind them the real one.
struct File {
  sqlite3_file base;
  const char* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file).real(); }
sqlite3_vfs* usual() { return sqlite3_vfs_find("unix"); }

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  bool fail = false;
  Fault fault = Fault::io;
  {
    const std::lock_guard lock(mutex);
    fail = fails(false);
    fault = plan.fault;
  }
  if (!fail) return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
  if (fault == Fault::torn) real(file)->pMethods->xWrite(real(file), bytes, size / 2, offset);
  return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  {
    const std::lock_guard lock(mutex);
    if (fails(false)) return SQLITE_IOERR_TRUNCATE;
  }
  return real(file)->pMethods->xTruncate(real(file), size);
}

int sync(sqlite3_file* file, int flags) {
  const std::lock_guard lock(mutex);
  ++syncs;
  if (fails(true)) return plan.fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
  const int code = real(file)->pMethods->xSync(real(file), flags);
  if (code == SQLITE_OK && self(file).path != nullptr) synced[self(file).path] = content(self(file).path);
  return code;
}

int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, n, at); }
int size(sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); }
int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int reserved(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
int control(sqlite3_file* f, int what, void* p) { return real(f)->pMethods->xFileControl(real(f), what, p); }
int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int traits(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int n, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, n, extend, out);
}
int shm_lock(sqlite3_file* f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

const sqlite3_io_methods kMethods = {2,        close,       read,      write,   truncate, sync,   size,
                                     lock,     unlock,      reserved,  control, sector,   traits, shm_map,
                                     shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out) {
  File& mine = self(file);
  mine.base.pMethods = nullptr;
  mine.path = path;  // lives as long as the file, says SQLite
  const int code = usual()->xOpen(usual(), path, mine.real(), flags, out);
  if (mine.real()->pMethods != nullptr) mine.base.pMethods = &kMethods;
  return code;
}

int remove(sqlite3_vfs*, const char* path, int sync_folder) {
  const int code = usual()->xDelete(usual(), path, sync_folder);
  const std::lock_guard lock(mutex);
  if (code == SQLITE_OK) synced.erase(path);
  return code;
}

}  // namespace

std::string fault_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_initialize();
    sqlite3_vfs made = *usual();
    made.zName = "gw-fault";
    made.pNext = nullptr;
    made.szOsFile = static_cast<int>(sizeof(File)) + usual()->szOsFile;
    made.xOpen = open;
    made.xDelete = remove;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? "gw-fault" : "no such vfs";
}

void set_plan(const Plan& next) {
  const std::lock_guard lock(mutex);
  plan = next;
  steps = syncs = failures = 0;
}
std::uint64_t steps_seen() {
  const std::lock_guard lock(mutex);
  return steps;
}
std::uint64_t syncs_seen() {
  const std::lock_guard lock(mutex);
  return syncs;
}
std::uint64_t faults_done() {
  const std::lock_guard lock(mutex);
  return failures;
}
void forget_files() {
  const std::lock_guard lock(mutex);
  synced.clear();
}

void copy_synced(const std::string& folder, const std::string& to) {
  const std::lock_guard lock(mutex);
  std::filesystem::create_directories(to);
  for (const auto& [path, bytes] : synced) {
    const std::filesystem::path file(path);
    if (file.parent_path() != folder) continue;
    std::ofstream out(std::filesystem::path(to) / file.filename(), std::ios::binary);
    out << bytes;
  }
}

}  // namespace gw::faults

// What an import says of itself: what could not be read, as it comes, and the counts at the end. Internal to app.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "app/import_evidence.h"
#include "app/io.h"
#include "engine/ports/store.h"

namespace gw::app {

// Safe from any thread.
class ImportBooks {
 public:
  ImportBooks(const Io& io, bool verbose) : io_(io), verbose_(verbose) {}

  // A line, a record or a file that could not be taken: counted and told, the first twenty of them.
  void refuse(const std::string& place, const std::string& reason);
  void refuse(std::uint64_t count, const std::string& what);
  void end_of_list();
  void add(const ImportCounts& evidence);
  void add(const ports::Commit& done);
  void add_file(bool is_evidence) { ++(is_evidence ? evidence_files_ : trail_files_); }
  [[nodiscard]] std::uint64_t refused() const;
  [[nodiscard]] std::string line() const;
  [[nodiscard]] std::string stats(const std::set<int>& exit_codes, std::int64_t micros) const;

 private:
  const Io& io_;
  const bool verbose_;
  mutable std::mutex mutex_;
  std::uint64_t told_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t evidence_files_ = 0;
  std::uint64_t trail_files_ = 0;
  ImportCounts counts_;
  std::set<std::string> sessions_;  // of trails
};

// Passes commits on to `store`, and tells the books of those that went well.
class CountedStore final : public ports::Committer {
 public:
  CountedStore(ports::Committer& store, ImportBooks& books) : store_(store), books_(books) {}
  Status commit(const ports::Ask& ask, const Decide& decide) override;

 private:
  ports::Committer& store_;
  ImportBooks& books_;
};

}  // namespace gw::app

#include "app/import_books.h"

#include <utility>

namespace gw::app {
namespace {

constexpr std::uint64_t kListed = 20;

std::string field(const char* name, std::uint64_t n) { return ",\"" + std::string(name) + "\":" + std::to_string(n); }

}  // namespace

void ImportBooks::refuse(const std::string& place, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++refused_;
  if (++told_ <= kListed || verbose_) complain(io_, place + ": " + reason);
}

void ImportBooks::refuse(std::uint64_t count, const std::string& what) {
  if (count == 0) return;
  const std::lock_guard lock(mutex_);
  refused_ += count;
  complain(io_, std::to_string(count) + " " + what);
}

void ImportBooks::end_of_list() {
  const std::lock_guard lock(mutex_);
  if (told_ > kListed && !verbose_)
    complain(io_, "and " + std::to_string(told_ - kListed) + " more (--verbose lists them)");
}

void ImportBooks::add(const ImportCounts& evidence) {
  refuse(evidence.conflicts, "events are not taken: their key is stored with another content");
  refuse(evidence.homeless,
         "events and deliveries are not taken: their session is neither in this evidence nor in the store (import the "
         "whole "
         "prefix)");
  const std::lock_guard lock(mutex_);
  counts_.accesses += evidence.accesses;
  counts_.activity += evidence.activity;
  counts_.sessions += evidence.sessions;
  counts_.deliveries += evidence.deliveries;
  counts_.mutes += evidence.mutes;
  counts_.duplicates += evidence.duplicates;
}

void ImportBooks::add(const ports::Commit& done) {
  for (const ports::QuarantineItem& item : done.quarantine) refuse(item.source, item.reason);
  const std::lock_guard lock(mutex_);
  for (const auto& [session, entry] : done.entries)
    ++(entry.kind == model::EntryKind::activity ? counts_.activity : counts_.accesses);
  for (const model::SessionChange& change : done.sessions) {
    sessions_.insert(change.session.id);
    for (const std::string& part : change.absorbed) sessions_.erase(part);
  }
  counts_.duplicates += done.records.duplicate;
}

std::uint64_t ImportBooks::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::string ImportBooks::line() const {
  const std::lock_guard lock(mutex_);
  return std::to_string(counts_.accesses) + " accesses, " + std::to_string(counts_.activity) + " activity, " +
         std::to_string(counts_.sessions + sessions_.size()) + " sessions, " + std::to_string(counts_.deliveries) +
         " deliveries, " + std::to_string(counts_.mutes) + " mutes, " + std::to_string(counts_.duplicates) +
         " duplicates, " + std::to_string(refused_) + " refused\n";
}

std::string ImportBooks::stats(const std::set<int>& exit_codes, std::int64_t micros) const {
  const std::lock_guard lock(mutex_);
  std::string codes;
  for (const int code : exit_codes) codes += (codes.empty() ? "" : ",") + std::to_string(code);
  std::string fraction = std::to_string(micros % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return "{\"evidence_files\":" + std::to_string(evidence_files_) + field("trail_files", trail_files_) +
         field("accesses", counts_.accesses) + field("activity", counts_.activity) +
         field("sessions", counts_.sessions + sessions_.size()) + field("deliveries", counts_.deliveries) +
         field("mutes", counts_.mutes) + field("duplicates", counts_.duplicates) + field("refused", refused_) +
         ",\"exit_codes\":[" + codes + "],\"seconds\":" + std::to_string(micros / 1'000'000) + "." + fraction + "}\n";
}

Status CountedStore::commit(const ports::Ask& ask, const Decide& decide) {
  ports::Commit last;
  Status done = store_.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit answer = decide(loaded);
    last.entries = answer.entries;
    last.sessions = answer.sessions;
    last.quarantine = answer.quarantine;
    last.records = answer.records;
    return answer;
  });
  if (done) books_.add(last);
  return done;
}

}  // namespace gw::app

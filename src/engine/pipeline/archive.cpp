// Threads take inputs in turn; what they find is put into an order that does not depend on them before it is correlated.
#include "engine/pipeline/archive.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/siphash.h"
#include "base/uuid.h"
#include "domain/session/correlate.h"
#include "domain/session/entries.h"
#include "engine/pipeline/decode.h"
#include "engine/scan/teller.h"

namespace gw::pipeline {
namespace {

constexpr std::string_view kChain = "chain|";

class Reading {
 public:
  Reading(const ArchiveOptions& options, SettingsPtr settings,
          const std::function<void(const ports::QuarantineItem&)>& quarantined)
      : options_(options), settings_(std::move(settings)), quarantined_(quarantined) {}

  // `granted` empty: the first pass. Else only calls with these credentials are taken.
  void pass(const std::set<std::uint64_t>& granted) {
    scan::Walk walk(options_.paths);
    std::vector<std::thread> threads;
    const auto work = [&] {
      Decoder decoder;
      for (;;) {
        std::optional<scan::Input> input;
        {
          const std::lock_guard lock(mutex_);
          input = walk.next();
        }
        if (!input) return;
        if (!granted.empty() && input->path == "-") continue;
        Decoder::File file;
        const auto take = [&](Batch batch) { granted.empty() ? add(std::move(batch)) : add_chain(batch, granted); };
        take(decoder.decode_file(*input, options_.now, settings_, take, file));
        const std::lock_guard lock(mutex_);
        if (!granted.empty()) continue;
        ++archive.files;
        archive.failed_files += file.failed ? 1 : 0;
        archive.bytes_in += file.bytes_in;
        archive.bytes_out += file.bytes_out;
      }
    };
    for (unsigned i = 1; i < std::max(options_.threads, 1u); ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
  }

  void name() {
    for (model::Entry& entry : entries) {
      if (!entry.event.principal.name.empty() || entry.event.identity_store_user.empty()) continue;
      if (const std::string* name = names_.find(entry.event.identity_store_user)) {
        entry.event.principal.name = *name;
        entry.event.principal.name_source = "learnt";
      }
      watch::name_person(settings_->watches.config().directory.get(), entry.event);
    }
  }

  Archive archive;
  std::vector<model::Entry> entries;

 private:
  void add(Batch batch) {
    const std::lock_guard lock(mutex_);
    std::move(batch.entries.begin(), batch.entries.end(), std::back_inserter(entries));
    for (const detect::NameFact& fact : batch.names) names_.learn(fact);
    for (const ports::QuarantineItem& item : batch.quarantine) quarantined_(item);
    archive.records += batch.records;
  }
  void add_chain(const Batch& batch, const std::set<std::uint64_t>& granted) {
    const std::lock_guard lock(mutex_);
    for (const ports::ChainRow& row : batch.chain) {
      if (granted.contains(row.credential))
        entries.push_back(session::chain_entry(row.credential, row.event, row.time, row.kinds, row.account_id));
    }
  }

  const ArchiveOptions& options_;
  const SettingsPtr settings_;
  const std::function<void(const ports::QuarantineItem&)>& quarantined_;
  std::mutex mutex_;
  scan::NameBook names_;
};

std::set<std::uint64_t> granted_by(const std::vector<model::Entry>& entries) {
  std::set<std::uint64_t> granted;
  for (const model::Entry& entry : entries) {
    for (const model::Edge& edge : entry.edges) {
      if (const auto credential = session::chain_credential_of(edge)) granted.insert(*credential);
    }
  }
  return granted;
}

bool is_before(const model::Entry& a, const model::Entry& b) {
  return std::tie(a.event.event_time, a.event_key, a.event.origin.path, a.event.origin.record) <
         std::tie(b.event.event_time, b.event_key, b.event.origin.path, b.event.origin.record);
}

// The same session has the same id in every run.
std::string lasting_id(const model::Session& session) {
  constexpr SipKey kOne{0x73657373696f6e31, 0x676c617373776174};
  constexpr SipKey kTwo{0x73657373696f6e32, 0x676c617373776174};
  return uuid7(session.started_at, siphash(kOne, session.first_event_key), siphash(kTwo, session.first_event_key));
}

// Copies count as duplicates, and what has one event key and differs as quarantined. Which of the two a record was counted as
// before does not matter to the sum.
void count_copies(ports::RecordBooks& books, const session::Changes& changes,
                  const std::vector<model::Entry>& entries) {
  const auto records = [&](const std::vector<std::size_t>& indexes) {
    return static_cast<std::uint64_t>(std::count_if(indexes.begin(), indexes.end(), [&](std::size_t index) {
      const std::string& key = entries[index].event_key;
      return !key.ends_with("#call") && !key.starts_with(kChain);
    }));
  };
  const auto move = [&](std::uint64_t count, std::uint64_t& to) {
    const std::uint64_t of_matched = std::min(count, books.matched);
    const std::uint64_t of_attached = std::min(count - of_matched, books.attached);
    books.matched -= of_matched;
    books.attached -= of_attached;
    to += of_matched + of_attached;
  };
  move(records(changes.duplicates), books.duplicate);
  move(records(changes.conflicts), books.quarantined);
}

}  // namespace

Archive read_archive(const ArchiveOptions& options, const SettingsPtr& settings,
                     const std::function<void(const ports::QuarantineItem&)>& quarantined) {
  Reading reading(options, settings, quarantined);
  reading.pass({});
  const std::set<std::uint64_t> granted = granted_by(reading.entries);
  if (!granted.empty()) reading.pass(granted);
  reading.name();
  std::vector<model::Entry>& entries = reading.entries;
  std::sort(entries.begin(), entries.end(), is_before);
  // Calls of role chains find the session that is there by then.
  std::stable_partition(entries.begin(), entries.end(),
                        [](const model::Entry& entry) { return !entry.event_key.starts_with(kChain); });

  std::uint64_t ids = 0;
  session::Context context;
  context.now = options.now;
  context.new_id = [&ids](Time time) { return uuid7(time, 0, ++ids); };
  context.config_hash = settings->config_hash;
  session::Changes changes = session::correlate(entries, {}, context);
  count_copies(reading.archive.records, changes, entries);
  std::vector<model::Session> sessions;
  for (model::SessionChange& change : changes.sessions) sessions.push_back(std::move(change.session));
  std::unordered_map<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < sessions.size(); ++i) by_id[sessions[i].id] = i;
  for (model::SessionChange& change : session::sweep(sessions, {}, context).sessions)
    sessions[by_id.at(change.session.id)] = std::move(change.session);

  Archive& archive = reading.archive;
  std::unordered_map<std::string, std::string> lasting;
  for (const model::Session& s : sessions) lasting[s.id] = lasting_id(s);
  std::unordered_map<std::string, std::size_t> places;
  for (model::Session& s : sessions) {
    places[s.id] = archive.sessions.size();
    s.id = lasting[s.id];
    s.opened_at = s.started_at;  // nobody stored it
    if (!s.parent.empty()) s.parent = lasting[s.parent];
    archive.sessions.push_back({std::move(s), {}});
  }
  for (const auto& [index, id] : changes.stored) {
    const auto place = places.find(id);
    (place == places.end() ? archive.others : archive.sessions[place->second].entries)
        .push_back(std::move(entries[index]));
  }
  std::sort(archive.sessions.begin(), archive.sessions.end(), [](const ArchiveSession& a, const ArchiveSession& b) {
    return std::tie(a.session.started_at, a.session.id) < std::tie(b.session.started_at, b.session.id);
  });
  return std::move(archive);
}

}  // namespace gw::pipeline

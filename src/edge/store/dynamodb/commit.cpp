// The commit, and why two writers cannot both be right.
//
// Invariants:
//  1. A commit is a transaction (TransactWriteItems) of its sessions' items, each on condition that the version is the one
//     that was loaded; its events' items, on condition that they are not there; the edges' items, on condition that nothing was
//     added to them since they were looked at; alerts on condition that they are new; and the counters. One condition that
//     fails leaves nothing, and everything is read and decided anew.
//  2. So the same record in two processes: the second one finds its event's item. Two halves of one access in two processes:
//     each has looked at the edges by which it seeks the other, and writes those by which it is found; whoever is second finds
//     another version of the edge that it looked at. (More than 40 such edges in one commit: the others go unchecked, and
//     what that lets through is two sessions that the next record merges.)
//  3. An event is known when its item is there and names no attempt, or one that is done. A group with more events than fit
//     writes them ahead under an attempt; its transaction makes the attempt done. Somebody who meets such events waits for
//     the attempt a while, then calls it off: the item of the attempt is made once, whoever is first. Events of an attempt that
//     came to nothing are replaced.
//  4. Parts and payloads are written before the item that names them, under an id that is used once.
//  5. Edges that do not fit are written ahead: a session that does not show an edge is not joined by it, so one that leads
//     nowhere yet does no harm. Nor does one that leads to a session that is gone; such ends are cut off afterwards.
//  6. What does not fit one transaction is written session by session, each with its own share of the counters; what is about
//     no session comes last. After a failure in between the next try finds the events of what was written.
//
// Why no single conditional put: a session has neighbours that it must not overlook (edges, event keys), and claims on them by
// separate puts need taking over from writers that died. A transaction costs twice the write units; accesses are rare.
// Cost of a new session: one read of everything asked for, one of openings for each watch, one transaction; a session that is
// extended: one read more.
#include <algorithm>
#include <set>

#include "base/uuid.h"
#include "edge/store/dynamodb/change.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {

bool call_off(Table& table, const std::string& attempt) {
  Op off;
  off.item = Item(keys::attempt(attempt));
  off.item.set("state", text("off"));
  require_version(off, 0);
  return table.write(off);
}

namespace {

constexpr unsigned kAttempts = 16;
constexpr std::size_t kFits = Table::kTransaction - 2;  // an attempt and the counters stand beside them
constexpr std::size_t kBytes = std::size_t{3} << 20;    // of 4 MB

std::size_t bytes_of(const std::vector<Op>& ops) {
  std::size_t size = 0;
  for (const Op& op : ops) size += op.item.size() + 200;
  return size;
}

// In as many transactions as it takes.
void write_in_parts(Table& table, std::vector<Op>& ops) {
  std::vector<Op> part;
  std::size_t size = 0;
  const auto flush = [&] {
    if (!table.transact(part)) throw Stale{};
    part.clear();
    size = 0;
  };
  for (Op& op : ops) {
    const std::size_t more = op.item.size() + 200;
    if (part.size() == Table::kTransaction || (!part.empty() && size + more > kBytes)) flush();
    size += more;
    part.push_back(std::move(op));
  }
  flush();
  ops.clear();
}

// Writes ahead what does not fit: edges that lead to the session, which nobody follows before it shows them, and events under
// an attempt that the group's transaction makes done. Answers the attempt; empty: there was no need of one.
std::string write_ahead(Table& table, Group& group, Time at, const Keep& keep) {
  if (group.ops.size() + group.links.size() > kFits) write_in_parts(table, group.links);
  std::move(group.links.begin(), group.links.end(), std::back_inserter(group.ops));
  group.links.clear();
  const std::size_t size = bytes_of(group.ops);
  const bool fits = group.ops.size() + group.events.size() <= kFits && size + bytes_of(group.events) <= kBytes;
  std::string id;
  if (!fits && group.ops.size() <= kFits && size <= kBytes) {
    id = random_uuid7(at);
    for (Op& op : group.events) op.item.set("attempt", text(id));
    Op done;
    done.item = Item(keys::attempt(id));
    done.item.set("state", text("done"));
    keep.mark(done.item, at, kMonth);  // its events go before it
    require_version(done, 0);
    group.ops.push_back(std::move(done));
    try {
      write_in_parts(table, group.events);
    } catch (const Stale&) {
      call_off(table, id);
      throw;
    }
  }
  std::move(group.events.begin(), group.events.end(), std::back_inserter(group.ops));
  group.events.clear();
  return id;
}

class Pack {
 public:
  Pack(Table& table, unsigned shard) : table_(table), shard_(shard) {}
  // `whole`: all of it in one transaction.
  void add(Group& group, bool whole) {
    const bool meets =
        std::any_of(group.ops.begin(), group.ops.end(), [&](const Op& op) { return keys_.contains(op.key()); });
    if (whole && (meets || !has_room(group.ops.size(), bytes_of(group.ops)))) flush();
    for (Op& op : group.ops) {
      const std::size_t size = op.item.size() + 200;
      if (!has_room(1, size) || !keys_.insert(op.key()).second) {
        flush();
        keys_.insert(op.key());
      }
      size_ += size;
      ops_.push_back(std::move(op));
    }
    books_ += group.books;
  }
  void flush() {
    books_.append_to(ops_, shard_);
    if (!table_.transact(ops_)) throw Stale{};
    ops_.clear();
    keys_.clear();
    books_ = {};
    size_ = 0;
  }

 private:
  [[nodiscard]] bool has_room(std::size_t ops, std::size_t size) const {
    return ops_.empty() || (ops_.size() + ops <= kFits + 1 && size_ + size <= kBytes);
  }
  Table& table_;
  unsigned shard_;
  std::vector<Op> ops_;
  std::set<Key> keys_;
  Books books_;
  std::size_t size_ = 0;
};

void write_coverage(Table& table, const ports::CoverageSighting& s) {
  Op op;
  op.kind = Op::Kind::update;
  op.item = Item({"G", keys::bounded(s.account_id + "#" + s.region + "#" + s.feed)});
  op.names = {{"#a", "account"}, {"#r", "region"}, {"#f", "feed"}, {"#n", "records"}};
  op.values = {{":a", text(s.account_id)},
               {":r", text(s.region)},
               {":f", text(s.feed)},
               {":n", number(s.records)},
               {":t", signed_number(s.newest.micros)},
               {":at", signed_number(s.received_at.micros)}};
  op.update = "SET #a = :a, #r = :r, #f = :f, received_at = :at, newest = :t ADD #n :n";
  op.condition = "attribute_not_exists(pk) OR (newest <= :t AND received_at <= :at)";
  if (table.write(op)) return;
  // Something later was seen: what is counted, and each of the two that is later.
  op.update = "ADD #n :n";
  op.condition.clear();
  op.names = {{"#n", "records"}};
  op.values = {{":n", number(s.records)}};
  static_cast<void>(table.write(op));
  const std::pair<const char*, Time> both[] = {{"newest", s.newest}, {"received_at", s.received_at}};
  for (const auto& [name, time] : both) {
    op.names = {{"#t", name}};
    op.values = {{":t", signed_number(time.micros)}};
    op.update = "SET #t = :t";
    op.condition = "#t < :t";
    static_cast<void>(table.write(op));
  }
}

}  // namespace

// False: something was stale.
bool DynamoStore::attempt(const ports::Ask& ask, const Decide& decide, bool is_first, bool& is_new) {
  std::vector<std::string> attempts;
  try {
    Snapshot snapshot(table_, tools_);
    const ports::Loaded loaded = snapshot.load(ask);
    ports::Commit commit = decide(loaded);
    Change change(table_, snapshot, ask, loaded, commit, config_, is_first);
    change.make();
    is_new |= change.is_new;  // some of it may be written although the whole is not
    Pack pack(table_, any_shard());
    for (auto& [id, group] : change.groups) {
      if (std::string ahead = write_ahead(table_, group, commit.at, keep_); !ahead.empty())
        attempts.push_back(std::move(ahead));
      pack.add(group, group.ops.size() <= kFits + 1);
    }
    pack.flush();
    for (const auto& [key, version] : change.waiting) remember(key, version, true);
    // What comes now is no evidence: after a failure the commit stands, and the next try counts what it heard once more.
    for (const ports::CoverageSighting& sighting : commit.coverage) write_coverage(table_, sighting);
    write_in_parts(table_, change.later);
    for (const Op& op : change.later_if) static_cast<void>(table_.write(op));
    for (const Key& key : change.garbage) table_.erase(key);
    if (!commit.chain.empty()) prune_chain(commit.at);
    return true;
  } catch (const Stale&) {
    for (const std::string& id : attempts) call_off(table_, id);
    return false;
  }
}

Status DynamoStore::commit(const ports::Ask& ask, const Decide& decide) {
  bool is_new = false;
  Status status = guard([&] {
    const std::lock_guard lock(commit_mutex_);
    for (unsigned round = 1; round <= kAttempts; ++round) {
      if (attempt(ask, decide, round == 1, is_new)) return Unit{};
      if (round > 1 && round < kAttempts) pause(round);
    }
    fail(Errc::conflict, "the decision was about other versions than the stored ones, again and again");
  });
  if (is_new) announce();  // if its answer was lost, too
  return status;
}

}  // namespace gw::dynamodb

// The file itself: whose it is, which version, what check finds, and copies of it.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "edge/store/sqlite/check.h"
#include "edge/store/sqlite/db.h"
#include "edge/store/sqlite/schema.h"
#include "edge/store/sqlite/store.h"

namespace gw::sqlite {
namespace {

namespace fs = std::filesystem;

class StoreFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = (fs::temp_directory_path() / "gw-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder = made;
    path = (folder / "store.db").string();
  }
  void TearDown() override { fs::remove_all(folder); }

  [[nodiscard]] std::string refused() const {
    auto store = open(path);
    return store ? "opened" : std::string(to_string(store.error().code)) + ": " + store.error().message;
  }
  void sql(const char* text) const { Db(path, Db::Mode::create).exec(text); }
  // A store with two merged sessions, events, a fold, alerts in several states, and a quarantined item.
  void fill() const {
    auto store = open(path);
    ASSERT_TRUE(store);
    for (int n = 0; n < 3; ++n) {
      const Status status = (*store)->commit({}, [&](const ports::Loaded&) {
        ports::Commit c;
        c.at = Time{1'767'323'045'000'000};
        model::Session s;
        s.id = "s" + std::to_string(n);
        s.account_id = "1";
        s.started_at = s.last_seen_at = c.at;
        s.watches = {"prod"};
        model::Edge edge;
        edge.key = "user|" + s.id;
        edge.to = Time{5};
        s.edges = {edge, edge};
        c.sessions.push_back({s, {}});
        if (n == 2) c.sessions[0].absorbed = {"s1"};
        model::Entry e;
        e.event_key = "k" + std::to_string(n);
        e.kind = model::EntryKind::access;
        c.entries.emplace_back(s.id, e);
        model::Alert a;
        a.id = a.key = "a" + std::to_string(n);
        a.session_id = s.id;
        c.alerts.push_back(a);
        model::Notification one;
        one.id = "n" + std::to_string(n);
        one.alert_id = a.id;
        one.receiver = "oncall";
        c.notifications.push_back(one);
        model::Fold f;
        f.key = "f" + std::to_string(n);
        c.folds.push_back(f);
        ports::QuarantineItem q;
        q.id = q.key = "q" + std::to_string(n);
        c.quarantine.push_back(q);
        c.chain = {{1, 2, c.at, 3, "4"}};
        c.records.decoded = c.records.matched = 1;
        return c;
      });
      ASSERT_TRUE(status) << status.error().message;
    }
  }
  [[nodiscard]] std::string found() const {
    const auto report = check(path);
    if (!report) return std::string(to_string(report.error().code)) + ": " + report.error().message;
    std::string all;
    for (const std::string& problem : report->problems) all += problem + "\n";
    return all;
  }

  fs::path folder;
  std::string path;
};

TEST_F(StoreFile, OneProcessAtATime) {
  auto first = open(path);
  ASSERT_TRUE(first);
  EXPECT_EQ(refused(),
            "conflict: the store " + path + " is in use by process " + std::to_string(::getpid()) + ": stop it first");
  EXPECT_EQ(migrate(path).error().code, Errc::conflict);
  EXPECT_EQ(found(), "");  // looking is allowed
  *first = nullptr;
  EXPECT_EQ(refused(), "opened");
}

TEST_F(StoreFile, ItMayBeReadMeanwhile) {
  EXPECT_EQ(open_to_read(path).error().code, Errc::denied);  // nothing there, and nothing made
  EXPECT_FALSE(fs::exists(path));
  fill();
  auto serving = open(path);
  ASSERT_TRUE(serving);
  auto reading = open_to_read(path);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ((*reading)->session("s1")->id, "s2");
  const auto denied = [](const Status& status) { return !status && status.error().code == Errc::denied; };
  EXPECT_TRUE(denied((*reading)->commit({}, [](const ports::Loaded&) { return ports::Commit{}; })));
  EXPECT_TRUE(denied((*reading)->mark({}, Time{})));
  EXPECT_TRUE(denied((*reading)->retry("a0", Time{})));
  EXPECT_TRUE(denied((*reading)->settle_quarantined("q0", "dismissed", Time{})));
  EXPECT_EQ((*reading)->claim("oncall", Time{}, 1, 1).error().code, Errc::denied);
  EXPECT_EQ((*reading)->retain({}, Time{}).error().code, Errc::denied);
}

TEST_F(StoreFile, ANewerStoreIsRefusedUnlessItSaysOtherwise) {
  fill();
  sql(("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1)).c_str());
  EXPECT_EQ(refused(), "opened");  // the next version may share a store with this one
  EXPECT_EQ(found(), "");
  sql(("UPDATE meta SET value = " + std::to_string(kSchemaVersion + 1) + " WHERE key = 'min_compatible'").c_str());
  for (const std::string& said : {refused(), found()}) {
    EXPECT_NE(said.find("denied: the store was written by a newer glasswatch"), std::string::npos) << said;
    EXPECT_NE(said.find("run the newer program again"), std::string::npos) << said;
  }
  EXPECT_FALSE(migrate(path));
}

TEST_F(StoreFile, OtherFilesAreNoStores) {
  sql("CREATE TABLE recipes(name TEXT)");
  EXPECT_EQ(refused(), "invalid_input: this SQLite file is not a store of glasswatch");
  EXPECT_NE(found().find("invalid_input"), std::string::npos);
  std::ofstream(path, std::ios::trunc) << std::string(9000, 'x');
  EXPECT_NE(refused().find("corrupt"), std::string::npos) << refused();
  path = (folder / "no such folder" / "store.db").string();
  EXPECT_NE(refused().find("denied"), std::string::npos) << refused();
  EXPECT_NE(found().find("not_found"), std::string::npos);
}

TEST_F(StoreFile, WhoWasKilledWhileMakingItLeavesNothingInTheWay) {
  std::ofstream(path + ".new") << "half a store";
  std::ofstream(path + ".new-wal") << "and its log";
  EXPECT_EQ(refused(), "opened");
  EXPECT_FALSE(fs::exists(path + ".new"));
  EXPECT_FALSE(fs::exists(path + ".new-wal"));
  const auto report = check(path);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->problems.empty());
}

TEST_F(StoreFile, ALinkIsFollowedToWhereTheStoreShallBe) {
  const fs::path target = folder / "elsewhere.db";
  fs::create_symlink(target, path);
  EXPECT_EQ(refused(), "opened");
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(fs::is_regular_file(target));
}

TEST_F(StoreFile, AnEmptyFileBecomesAStore) {
  std::ofstream(path).flush();
  EXPECT_NE(found().find("empty"), std::string::npos);
  const auto done = migrate(path);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->from, 0);
  EXPECT_EQ(done->to, kSchemaVersion);
  EXPECT_EQ(migrate(path)->from, kSchemaVersion);
  EXPECT_EQ(found(), "");
}

TEST_F(StoreFile, CheckFindsNothingInAGoodStore) {
  fill();
  const auto report = check(path);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->good()) << found();
  EXPECT_EQ(report->schema_version, kSchemaVersion);
  EXPECT_EQ(report->sessions, 2u);
  EXPECT_EQ(report->events, 3u);
  EXPECT_EQ(report->alerts, 3u);
  EXPECT_EQ(report->notifications, 3u);
  EXPECT_EQ(report->ledger_leaves, 9u);
}

TEST_F(StoreFile, CheckFindsWhatIsWrong) {
  fill();
  fs::copy_file(path, folder / "good.db");
  const std::vector<std::pair<const char*, const char*>> damages = {
      {"UPDATE sessions SET body = 'x' WHERE id = 's0'", "session s0: its state cannot be read"},
      {"UPDATE sessions SET version = 7 WHERE id = 's0'", "session s0: its state is of another version"},
      {"UPDATE sessions SET state = 1 WHERE id = 's0'", "session s0: what it is found by differs from its state"},
      {"DELETE FROM session_edges WHERE session_id = 's0'", "session s0: an edge of it is not indexed"},
      {"INSERT INTO session_edges VALUES('k', 1, 1, 's9')", "there are edges of no session"},
      {"INSERT INTO session_tags VALUES('w:x', 1, 's9')", "1 tags of no session"},
      {"UPDATE aliases SET session_id = 's9'", "1 aliases of no session"},
      {"UPDATE aliases SET alias = 's0'", "1 aliases that are sessions too"},
      {"UPDATE events SET session_id = 's9' WHERE event_key = 'k0'", "1 events of no session"},
      {"UPDATE events SET body = '{' WHERE event_key = 'k0'", "event k0: it cannot be read"},
      {"UPDATE folds SET body = '{' WHERE key = 'f0'", "fold f0: it cannot be read"},
      {"UPDATE chain SET rows = x'00'", "a part of the chain horizon cannot be read"},
      {"UPDATE alerts SET session_id = 's9' WHERE id = 'a0'", "1 alerts of no session"},
      {"DELETE FROM alerts WHERE id = 'a0'", "1 notifications of no alert"},
      {"UPDATE outbox SET state = 1 WHERE id = 'n0'", "books: waiting for oncall says 3, there are 2"},
      {"UPDATE books SET value = value + 1 WHERE name = 'records.matched'", "books: records do not balance"},
      {"UPDATE books SET value = 9 WHERE name = 'sessions.open'", "books: open sessions says 9, there are 2"},
      {"UPDATE quarantine SET settled_at = 1 WHERE id = 'q0'", "books: open quarantined items says 3, there are 2"},
      {"DELETE FROM ledger_leaf WHERE seq = 4", "the ledger has holes: 8 leaves up to number 9"},
      {"UPDATE ledger_leaf SET salt = x'' WHERE seq = 4", "the ledger holds leaves without a hash"},
  };
  for (const auto& [damage, problem] : damages) {
    fs::copy_file(folder / "good.db", path, fs::copy_options::overwrite_existing);
    sql(damage);
    EXPECT_NE(found().find(problem), std::string::npos) << damage << "\n" << found();
  }
}

TEST_F(StoreFile, RetentionLeavesAGoodStore) {
  fill();
  {
    auto store = open(path);
    ASSERT_TRUE(store);
    const auto claims = (*store)->claim("oncall", Time{1}, 1, 10);
    ASSERT_EQ(claims->size(), 3u);
    std::vector<std::pair<ports::Claim, ports::Outcome>> marks;
    for (const ports::Claim& one : *claims)
      marks.emplace_back(one, ports::Outcome{}).second.state = model::SendState::delivered;
    ASSERT_TRUE((*store)->mark(marks, Time{2}));
    ASSERT_TRUE((*store)->commit({}, [&](const ports::Loaded&) {
      ports::Commit c;
      for (const char* id : {"s0", "s2"}) {
        c.sessions.push_back({*(*store)->session(id), {}});
        c.sessions.back().session.state = model::SessionState::lapsed;
      }
      return c;
    }));
    const Time now{1'900'000'000'000'000};
    ASSERT_GT(*(*store)->retain({now, now, now}, now), 0u);
    EXPECT_TRUE((*store)->sessions({})->items.empty());
  }
  const auto report = check(path);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->good()) << found();
  EXPECT_EQ(report->sessions + report->events + report->alerts + report->notifications, 0u);
  EXPECT_EQ(Db(path, Db::Mode::read).number("SELECT count(*) FROM session_edges"), 0);
  EXPECT_EQ(Db(path, Db::Mode::read)
                .number("SELECT count(*) FROM ledger_leaf WHERE kind = 'retention' AND body LIKE"
                        " '%\"sessions\":2%'"),
            1);
}

TEST_F(StoreFile, TheChainHorizonHasACap) {
  auto store = open(path);
  ASSERT_TRUE(store);
  constexpr std::int64_t kMiB = 1 << 20;
  std::vector<ports::ChainRow> rows(8 * kMiB / 38, ports::ChainRow{1, 2, Time{3}, 4, "111122223333"});
  for (int n = 0; n < 10; ++n) {
    ASSERT_TRUE((*store)->commit({}, [&](const ports::Loaded&) {
      ports::Commit c;
      c.chain = rows;
      return c;
    }));
  }
  *store = nullptr;
  Db db(path, Db::Mode::read);
  const std::int64_t bytes = db.number("SELECT sum(length(rows)) FROM chain");
  EXPECT_LE(bytes, 64 * kMiB);
  EXPECT_GT(bytes, 48 * kMiB);
  EXPECT_EQ(db.number("SELECT max(seq) FROM chain"), 10);  // the oldest went
  EXPECT_EQ(found(), "");
}

TEST_F(StoreFile, CheckFindsDamagedPages) {
  fill();
  sql("PRAGMA wal_checkpoint(TRUNCATE)");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 * 5);
  file << std::string(3000, '\xee');
  file.close();
  EXPECT_NE(found(), "");
}

TEST_F(StoreFile, ABackupIsAStoreOfItsOwn) {
  fill();
  auto store = open(path);  // it may be served from meanwhile
  ASSERT_TRUE(store);
  const std::string copy = (folder / "copy.db").string();
  const auto made = backup(path, copy);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->sessions, 2u);
  *store = nullptr;
  EXPECT_FALSE(fs::exists(copy + ".partial"));
  EXPECT_FALSE(fs::exists(copy + "-wal"));
  auto opened = open(copy);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)->session("s1")->id, "s2");
  EXPECT_EQ(backup(path, copy).error().code, Errc::conflict);
  EXPECT_EQ(backup((folder / "none.db").string(), (folder / "x.db").string()).error().code, Errc::not_found);
}

TEST_F(StoreFile, ADamagedStoreIsBackedUpAsItIsWithItsProblems) {
  fill();
  sql("DELETE FROM ledger_leaf WHERE seq = 4");
  const auto made = backup(path, (folder / "copy.db").string());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->problem_count, 1u);
}

TEST_F(StoreFile, ASnapshotStaysAsItWas) {
  fill();
  auto store = open(path);
  ASSERT_TRUE(store);
  const auto snapshot = open_snapshot(path);
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const Status status = (*store)->commit({}, [](const ports::Loaded&) {
    ports::Commit c;
    c.records.decoded = c.records.matched = 1000;
    model::Session s;
    s.id = "later";
    c.sessions.push_back({s, {}});
    return c;
  });
  ASSERT_TRUE(status);
  EXPECT_TRUE((*store)->session("later"));
  EXPECT_EQ((*snapshot)->session("later").error().code, Errc::not_found);
  EXPECT_EQ((*snapshot)->sessions({})->items.size(), 2u);
  EXPECT_LT((*snapshot)->totals()->records.decoded, 1000u);
  EXPECT_EQ((*snapshot)->settle_quarantined("x", "dismissed", Time{}).error().code, Errc::denied);
}

}  // namespace
}  // namespace gw::sqlite

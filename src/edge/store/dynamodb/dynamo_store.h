// The Store, as its parts see it. load.cpp reads what a decision needs, change.cpp and change_sessions.cpp make items of the
// answer, commit.cpp writes them; outbox.cpp holds what is told, reader.cpp what is read, admin.cpp and retain.cpp the rest.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "edge/store/dynamodb/load.h"
#include "edge/store/dynamodb/store.h"
#include "edge/store/dynamodb/table.h"

namespace gw::dynamodb {

class DynamoStore final : public ports::Store {
 public:
  DynamoStore(Config config, aws::Client& client, aws::Tools tools);

  // Committer
  Status commit(const ports::Ask& ask, const Decide& decide) override;
  // Outbox
  Result<std::vector<ports::Claim>> claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                          std::size_t limit) override;
  Status mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) override;
  Result<std::optional<Time>> next_due(const std::string& receiver) override;
  Result<std::vector<std::string>> receivers() override;
  void on_new(std::function<void()> callback) override;
  // Reader
  Result<ports::Page<model::Session>> sessions(const ports::ListQuery& query) override;
  Result<model::Session> session(const std::string& id) override;
  Result<ports::Page<ports::StoredEvent>> events(const ports::ListQuery& query) override;
  Result<ports::Page<ports::AlertView>> alerts(const ports::ListQuery& query) override;
  Result<ports::Totals> totals() override;
  Result<Due> due(Time now, std::size_t limit) override;
  // Admin
  Result<std::vector<model::Mute>> mutes(bool with_ended) override;
  Result<ports::Page<ports::QuarantineItem>> quarantine(const ports::ListQuery& query) override;
  Result<ports::QuarantineItem> quarantined(const std::string& id) override;
  Status settle_quarantined(const std::string& id, const std::string& as, Time now) override;
  Status retry(const std::string& alert_id, Time now) override;
  Result<std::uint64_t> retain(const Retention& retention, Time now) override;
  // Recovery
  Result<std::map<std::string, std::string>> cursors(const std::string& prefix) override;
  Result<std::vector<ports::ChainRow>> chain(Time since) override;
  Result<std::vector<ports::CoverageSighting>> coverage() override;

 private:
  void announce();
  void pause(unsigned round);
  [[nodiscard]] bool attempt(const ports::Ask& ask, const Decide& decide, bool is_first, bool& is_new);
  [[nodiscard]] unsigned any_shard() const;
  void prune_chain(Time now);
  // The index is behind the table by moments: what this process has written itself, it knows better.
  void remember(const Key& alert, std::uint64_t version, bool waits);
  [[nodiscard]] std::vector<AlertItem> unsent();
  // Loads what is asked for by id, changes it, and writes it with what it does to the books; again when others came between.
  using Edit = std::function<bool(std::vector<Op>&, class Books&)>;
  void edit(const Edit& make);

  const Config config_;
  const Keep keep_;
  aws::Tools tools_;
  Table table_;
  std::mutex commit_mutex_;
  std::mutex claim_mutex_;
  Time chain_pruned_;
  struct Written {
    std::uint64_t version = 0;
    bool waits = false;
  };
  std::mutex written_mutex_;
  std::map<Key, Written> written_;  // alerts, as this process left them
  std::mutex callbacks_mutex_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace gw::dynamodb

#include "app/lambda_books.h"

namespace gw::app {

Status CountingStore::commit(const ports::Ask& ask, const Decide& decide) {
  bool is_new = false;
  LambdaBooks books;  // of the last answer of `decide`: the one that counts
  Status kept = ok();
  Status status = store_.commit(ask, [&](const ports::Loaded& loaded) {
    ports::Commit commit = decide(loaded);
    // What is decided again is written again under the same name: the object that stands in the end is that of the last answer.
    if (evidence_ != nullptr) kept = evidence_->keep(evidence_of(commit));
    if (!kept) {  // nothing is committed of which there is no evidence
      ports::Commit nothing;
      nothing.at = commit.at;
      books = {};
      return nothing;
    }
    if (!keeps_chain_) commit.chain.clear();
    books = {};
    books.records = commit.records;
    for (const auto& [feed, some] : commit.deliveries) books.deliveries += some;
    is_new = is_new || !commit.notifications.empty();
    for (const model::Notification& n : commit.notifications)
      ++books.alerts[n.receiver][static_cast<std::size_t>(model::SendState::trying)];
    return commit;
  });
  const std::lock_guard lock(mutex_);
  has_new_ = has_new_ || is_new;  // whatever became of it: of a store's answer that was lost the commit may stand
  if (!status) {
    books_.store_failure = status.error().message;
    return status;
  }
  if (!kept) return Error{Errc::unavailable, kept.error().message};
  books_.records += books.records;
  books_.deliveries += books.deliveries;
  for (const auto& [receiver, states] : books.alerts) books_.alerts[receiver][0] += states[0];
  return status;
}

Status CountingStore::mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) {
  Status status = store_.mark(marks, now);
  if (!status) {
    note(status.error());
    return status;
  }
  if (evidence_ != nullptr) evidence_->add(evidence_of(marks, now));
  const std::lock_guard lock(mutex_);
  for (const auto& [claim, outcome] : marks) {
    if (outcome.state != model::SendState::trying)
      ++books_.alerts[claim.notification.receiver][static_cast<std::size_t>(outcome.state)];
    for (const std::string& receiver : outcome.reroute_to) ++books_.alerts[receiver][0];
  }
  return status;
}

void CountingStore::note(const Error& failure) {
  if (failure.code == Errc::conflict) return;  // another sandbox was quicker
  const std::lock_guard lock(mutex_);
  books_.store_failure = failure.message;
}

LambdaBooks CountingStore::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(books_, {});
}

bool CountingStore::take_new() {
  const std::lock_guard lock(mutex_);
  return std::exchange(has_new_, false);
}

}  // namespace gw::app

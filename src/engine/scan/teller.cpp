#include "engine/scan/teller.h"

#include <algorithm>

#include "engine/scan/event_pool.h"

namespace gw::scan {
namespace {

constexpr std::size_t kMaxWorkflows = 4096;
constexpr std::size_t kMaxNames = 20'000;
constexpr std::size_t kMaxNameLength = 512;
// Findings and the like that may wait for their turn, over all workers; about a kilobyte each.
constexpr std::size_t kMaxWaiting = 2048;
constexpr std::size_t kMaxWaitingInputs = 4096;

// What makes two records of one event key the same event, however their JSON is written.
void append_content(std::string& out, const model::AccessEvent& e) {
  const auto add = [&](std::string_view text) {
    out += text;
    out.push_back('\x1F');
  };
  add(e.event_source);
  add(e.event_name);
  add(e.event_time ? std::to_string(e.event_time->micros) : std::string());
  add(e.account_id);
  add(e.role);
  add(e.principal.id);
  add(e.principal.arn);
  add(e.source_ip);
  add(e.error_code);
  add(e.outcome == model::Outcome::success ? "1" : "0");
}

}  // namespace

void NameBook::learn(const detect::NameFact& fact) {
  if (fact.workflow_id.size() > kMaxNameLength || fact.name.size() > kMaxNameLength ||
      fact.identity_store_user.size() > kMaxNameLength) {
    return;
  }
  detect::NameFact whole = fact;
  if (!fact.workflow_id.empty()) {
    const auto [at, fresh] = workflows_.try_emplace(fact.workflow_id, fact);
    if (fresh) {
      workflow_order_.push_back(fact.workflow_id);
      if (workflow_order_.size() > kMaxWorkflows) {
        workflows_.erase(workflow_order_.front());
        workflow_order_.pop_front();
      }
    } else {
      if (!fact.name.empty()) at->second.name = fact.name;
      if (!fact.identity_store_user.empty()) at->second.identity_store_user = fact.identity_store_user;
    }
    whole = at->second;
  }
  if (whole.name.empty() || whole.identity_store_user.empty()) return;
  if (names_.size() < kMaxNames || names_.contains(whole.identity_store_user)) {
    names_[whole.identity_store_user] = whole.name;
  }
}

const std::string* NameBook::find(const std::string& user) const {
  const auto found = names_.find(user);
  return found == names_.end() ? nullptr : &found->second;
}

Teller::Teller(const Options& options, Sink& sink) : options_(options), sink_(sink), seen_(options.dedupe) {}

bool Teller::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

bool Teller::tell(std::uint64_t index, Batch batch, bool last, Sizes sizes) {
  std::unique_lock lock(mutex_);
  const std::size_t size = weight(batch);
  // A whole input that fits may wait here; the worker goes on. Anything else waits for its turn.
  turn_.wait(lock, [&] {
    return stopped_ || index == next_ ||
           (last && waiting_weight_ + size <= kMaxWaiting && waiting_.size() < kMaxWaitingInputs);
  });
  if (stopped_) return false;
  if (index != next_) {
    waiting_weight_ += size;
    waiting_.emplace(index, Part{std::move(batch), last, sizes});
    return true;
  }
  deliver({std::move(batch), last, sizes});
  if (!last) return !stopped_;
  ++next_;
  for (auto at = waiting_.find(next_); at != waiting_.end() && !stopped_; at = waiting_.find(next_)) {
    waiting_weight_ -= weight(at->second.batch);
    Part part = std::move(at->second);
    waiting_.erase(at);
    deliver(std::move(part));
    ++next_;
  }
  turn_.notify_all();
  return !stopped_;
}

void Teller::deliver(Part part) {
  decoded_ += part.batch.decoded;
  ignored_ += part.batch.ignored;
  not_watched_ += part.batch.not_watched;
  for (const detect::NameFact& fact : part.batch.names) names_.learn(fact);
  for (const Quarantine& q : part.batch.quarantined) {
    ++stats_.quarantined;
    sink_.quarantined(q);
  }
  for (Explained& e : part.batch.explained) sink_.explained(e.event_name, e.event, e.reasons);
  for (Finding& f : part.batch.findings) {
    finding(std::move(f));
    if (stopped_) return;
  }
  stats_.bytes_in += part.sizes.bytes_in;
  stats_.bytes_out += part.sizes.bytes_out;
  if (!part.last) return;
  ++stats_.files;
  if (part.sizes.failed) ++stats_.failed_files;
  sink_.progress(stats_.files, stats_.bytes_in, stats_.bytes_out);
}

void Teller::finding(Finding finding) {
  content_.clear();
  append_content(content_, *finding.event);
  const SeenKeys::Answer answer = seen_.add(finding.key, content_);
  if (answer == SeenKeys::Answer::duplicate) {
    ++stats_.duplicate;
    return;
  }
  model::AccessEvent& event = *finding.event;
  const bool damaged = std::any_of(event.flags.begin(), event.flags.end(),
                                   [](const std::string& flag) { return flag.starts_with("wrong_type:"); });
  if (answer == SeenKeys::Answer::conflict) {
    event.flags.emplace_back("conflict");
    ++stats_.quarantined;
    sink_.quarantined({event.origin.path, std::nullopt, event.origin.record,
                       "another event with the same id was told before (both are kept)", false, event.event_id});
  } else if (!damaged) {  // a record with a damaged field was counted as quarantined
    ++stats_.matched;
  }
  if (event.break_glass && event.severity && (!highest_ || *highest_ < *event.severity)) highest_ = event.severity;
  held_.push_back(std::move(finding.event));
  if (held_.size() > kHeld) tell_oldest();
}

void Teller::tell_oldest() {
  model::AccessEvent& event = *held_.front();
  if (event.principal.name.empty() && !event.identity_store_user.empty()) {
    if (const std::string* name = names_.find(event.identity_store_user)) {
      event.principal.name = *name;
      event.principal.name_source = "learnt";
    }
  }
  if (!sink_.finding(event)) {
    stopped_ = true;
    turn_.notify_all();
  }
  EventPool::shared().give(std::move(held_.front()));
  held_.pop_front();
}

Stats Teller::finish() {
  const std::lock_guard lock(mutex_);
  while (!held_.empty() && !stopped_) tell_oldest();
  stats_.mode = parses_everything(options_) ? "full" : "prefilter";
  if (stats_.mode == "full") {
    stats_.decoded = decoded_;
    stats_.not_watched = not_watched_;
    stats_.ignored = ignored_;
  }
  return stats_;
}

}  // namespace gw::scan

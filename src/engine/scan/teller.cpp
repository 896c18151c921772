#include "engine/scan/teller.h"

#include <algorithm>

#include "base/json/doc.h"
#include "domain/model/access_json.h"

namespace gw::scan {
namespace {

constexpr std::size_t kMaxWorkflows = 4096;
constexpr std::size_t kMaxNames = 20'000;
constexpr std::size_t kMaxNameLength = 512;
// Bytes that may wait for their turn, over all workers; a finding takes one to two kilobytes unless its text is long.
constexpr std::size_t kMaxWaiting = std::size_t{3} << 20;
constexpr std::size_t kMaxWaitingInputs = 4096;

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
  const std::size_t size = batch.weight();
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
    waiting_weight_ -= at->second.batch.weight();
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
  std::string_view texts;
  if (part.batch.text != nullptr) {
    held_text_ += part.batch.text->size();
    chunks_.push_back(std::move(part.batch.text));
    texts = *chunks_.back();
  }
  for (Finding& f : part.batch.findings) {
    const std::string_view text = texts.substr(0, f.event == nullptr ? f.text_size : 0);
    texts.remove_prefix(text.size());
    finding(std::move(f), text);
    if (stopped_) return;
  }
  drop_told_chunks(true);
  stats_.bytes_in += part.sizes.bytes_in;
  stats_.bytes_out += part.sizes.bytes_out;
  if (!part.last) return;
  ++stats_.files;
  if (part.sizes.failed) ++stats_.failed_files;
  sink_.progress(stats_.files, stats_.bytes_in, stats_.bytes_out);
}

void Teller::finding(Finding finding, std::string_view text) {
  const SeenKeys::Answer answer = seen_.add(finding.entry);
  // A record with a damaged field was counted as quarantined already.
  if (answer == SeenKeys::Answer::duplicate) {
    if (!finding.damaged) ++stats_.duplicate;
    if (finding.event != nullptr) EventPool::shared().give(std::move(finding.event));
    return;
  }
  const std::size_t own_bytes = finding.event == nullptr ? 0 : finding.text_size;
  held_text_ += own_bytes;
  held_.push_back({std::move(finding.event), text, nullptr, first_chunk_ + chunks_.size(), own_bytes});
  if (answer == SeenKeys::Answer::conflict) {
    if (!finding.damaged) ++stats_.quarantined;
    conflict(held_.back());
  } else if (!finding.damaged) {
    ++stats_.matched;
  }
  if (finding.severity && (!highest_ || *highest_ < *finding.severity)) highest_ = finding.severity;
  while (!held_.empty() && !stopped_ && (held_.size() > kHeld || held_text_ > kHeldText)) tell_oldest();
}

void Teller::conflict(Held& held) {
  constexpr std::string_view kFlag = "conflict";
  Quarantine q{{}, std::nullopt, {}, "another event with the same id was told before (both are kept)", false, {}};
  if (held.event != nullptr) {
    held.event->flags.emplace_back(kFlag);
    q.path = held.event->origin.path;
    q.record = held.event->origin.record;
    q.event_id = held.event->event_id;
  } else {
    held.own_text = std::make_unique<std::string>(held.text);
    model::add_flag_to_access_json(*held.own_text, kFlag);
    held.text = *held.own_text;
    held.own_bytes = held.text.size();
    held_text_ += held.own_bytes;
    json::Doc doc;
    if (doc.parse(held.text)) {
      const json::Value origin = doc.root()["origin"];
      q.path = origin["path"].text();
      q.record = std::strtoull(std::string(origin["record"].raw()).c_str(), nullptr, 10);
      q.event_id = doc.root()["event_id"].text();
    }
  }
  sink_.quarantined(q);
}

void Teller::tell(Held& held) {
  bool goes_on = true;
  if (held.event == nullptr) {
    goes_on = sink_.wire(held.text);
  } else {
    model::AccessEvent& event = *held.event;
    if (event.principal.name.empty() && !event.identity_store_user.empty()) {
      if (const std::string* name = names_.find(event.identity_store_user)) {
        event.principal.name = *name;
        event.principal.name_source = "learnt";
      }
    }
    if (options_.as_wire) {
      wire_.clear();
      model::append_access_json(wire_, event);
      goes_on = sink_.wire(wire_);
      if (!is_small_text(wire_)) wire_ = {};
    } else {
      goes_on = sink_.finding(event);
    }
    EventPool::shared().give(std::move(held.event));
  }
  if (goes_on) return;
  stopped_ = true;
  turn_.notify_all();
}

void Teller::tell_oldest() {
  Held held = std::move(held_.front());
  held_.pop_front();
  held_text_ -= held.own_bytes;
  tell(held);
  drop_told_chunks(false);
}

// Gives up the chunks before those that what is held lies in. `last_too`: no more findings of the last one will come.
void Teller::drop_told_chunks(bool last_too) {
  const std::uint64_t come = first_chunk_ + chunks_.size();
  const std::uint64_t first_needed = !held_.empty() ? held_.front().chunks : last_too ? come + 1 : come;
  for (; first_chunk_ + 1 < first_needed; ++first_chunk_) {
    held_text_ -= chunks_.front()->size();
    TextPool::shared().give(std::move(chunks_.front()));
    chunks_.pop_front();
  }
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

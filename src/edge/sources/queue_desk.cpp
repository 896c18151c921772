// The lock is never held while the queue is called. A farewell that fails is tried again with the next ones; given up, the
// message comes again when its lease ends, and its records are known then.
#include "edge/sources/queue_desk.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json/doc.h"

namespace gw::sources {
namespace {

constexpr unsigned kMaxTries = 5;  // to tell the queue about one message
constexpr std::int64_t kSecond = 1'000'000;

std::string settled_key(const aws::SqsMessage& message, const cloudtrail::ObjectName& object) {
  return message.id + '\n' + object.bucket + '\n' + object.version_id + '\n' + object.key;
}

}  // namespace

bool QueueDesk::has_room() const {
  const std::lock_guard lock(mutex_);
  return held_.size() + aws::kSqsBatch <= std::max(config_.max_held, aws::kSqsBatch);
}

void QueueDesk::learn_limit(aws::Client& sqs) {
  const auto attributes = aws::get_queue_attributes(sqs, config_.url, {"RedrivePolicy"});
  const std::lock_guard lock(mutex_);
  knows_limit_ = true;  // not allowed to ask: the configured one holds
  if (!attributes) return;
  const auto policy = attributes->find("RedrivePolicy");
  json::Doc doc;
  if (policy == attributes->end() || !doc.parse(policy->second)) return;
  const std::string_view text = doc.root()["maxReceiveCount"].is_string() ? doc.root()["maxReceiveCount"].text()
                                                                          : doc.root()["maxReceiveCount"].raw();
  unsigned limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && limit > 0) limit_ = std::min(limit_, limit);
}

Result<std::size_t> QueueDesk::receive(aws::Client& sqs, std::chrono::seconds wait, const std::function<Time()>& clock,
                                       const std::stop_token& stop) {
  bool knows_limit = false;
  {
    const std::lock_guard lock(mutex_);
    knows_limit = knows_limit_;
  }
  if (!knows_limit) learn_limit(sqs);
  aws::ReceiveRequest request;
  request.queue_url = config_.url;
  request.wait_seconds = static_cast<unsigned>(wait.count());
  request.visibility_seconds = static_cast<unsigned>(config_.lease.count());
  request.stop = stop;
  auto messages = aws::receive_messages(sqs, request);
  if (!messages) return std::move(messages).error();
  const Time now = clock();
  const std::lock_guard lock(mutex_);
  for (aws::SqsMessage& message : *messages) add(std::move(message), now);
  work_.notify_all();
  return messages->size();
}

void QueueDesk::add(aws::SqsMessage message, Time now) {
  ++counts_.received;
  const std::uint64_t id = next_id_++;
  Held& held = held_[id];
  held.taken_at = now;
  held.lease_until = Time{now.micros + config_.lease.count() * kSecond};
  cloudtrail::MessageContent content = reader_.read(message.body);
  for (cloudtrail::ObjectName& object : content.objects) {
    if (!settled_.contains(settled_key(message, object)))
      held.parts.push_back({Job::Kind::object, std::move(object), {}, Doing::waiting});
  }
  const bool is_body = content.has_records || (!content.ignored.empty() && content.objects.empty());
  if (is_body) {
    held.parts.push_back({Job::Kind::body, {}, {}, Doing::waiting});
  } else if (!content.problems.empty()) {  // else the pipeline tells
    held.parts.push_back({Job::Kind::problem, {}, std::move(content.problems.front()), Doing::waiting});
  }
  held.message = std::move(message);
  held.open = held.parts.size();
  for (std::size_t i = 0; i < held.parts.size(); ++i) todo_.emplace_back(id, i);
  if (held.open == 0) close(id);
}

std::optional<Job> QueueDesk::take(Time now) {
  const std::lock_guard lock(mutex_);
  while (!later_.empty() && later_.begin()->first <= now) {
    todo_.push_back(later_.begin()->second);
    later_.erase(later_.begin());
  }
  while (!todo_.empty()) {
    const auto [id, index] = todo_.front();
    todo_.pop_front();
    const auto found = held_.find(id);
    if (found == held_.end()) continue;
    Held& held = found->second;
    Part& part = held.parts[index];
    part.doing = Doing::working;
    ++working_;
    Job job{id,           index, part.kind, part.object, part.problem, {}, held.message.id, held.message.receive_count,
            held.taken_at};
    job.body = held.message.body;
    return job;
  }
  return std::nullopt;
}

void QueueDesk::wait_for_work(const std::stop_token& stop, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  (void)work_.wait_for(lock, stop, limit, [&] { return !todo_.empty(); });
}

QueueDesk::Part* QueueDesk::find(const Job& job) {
  const auto found = held_.find(job.message);
  if (found == held_.end() || found->second.parts[job.part].doing != Doing::working) return nullptr;
  --working_;
  return &found->second.parts[job.part];
}

void QueueDesk::close_part(const Job& job, Part& part) {
  part.doing = Doing::done;
  Held& held = held_[job.message];
  if (--held.open == 0) close(job.message);
}

void QueueDesk::done(const Job& job) {
  const std::lock_guard lock(mutex_);
  if (Part* const part = find(job)) {
    if (part->kind == Job::Kind::object) remember(settled_key(held_[job.message].message, part->object));
    close_part(job, *part);
  }
  calm_.notify_all();
}

void QueueDesk::again(const Job& job, Time not_before) {
  const std::lock_guard lock(mutex_);
  if (Part* const part = find(job)) {
    part->doing = Doing::waiting;
    later_.emplace(not_before, Ref{job.message, job.part});
  }
  calm_.notify_all();
}

void QueueDesk::give_back(const Job& job, unsigned seconds) {
  const std::lock_guard lock(mutex_);
  if (Part* const part = find(job)) {
    Held& held = held_[job.message];
    held.again_in = std::max(held.again_in.value_or(0), seconds);
    close_part(job, *part);
  }
  calm_.notify_all();
}

bool QueueDesk::is_last(const Job& job) const {
  const std::lock_guard lock(mutex_);
  return job.receive_count >= limit_;
}

void QueueDesk::close(std::uint64_t id) {
  const auto found = held_.find(id);
  Held& held = found->second;
  // A lost lease is tried all the same: the handle may still be good for a deletion.
  farewells_.push_back({std::move(held.message.receipt_handle), held.again_in, 0});
  held_.erase(found);
  tend_.notify_all();
}

void QueueDesk::remember(std::string key) {
  if (config_.remembered == 0 || settled_.contains(key)) return;
  if (settled_.size() >= config_.remembered) {
    settled_.erase(settled_order_.front());
    settled_order_.pop_front();
  }
  settled_order_.push_back(key);
  settled_.emplace(std::move(key), std::prev(settled_order_.end()));
}

void QueueDesk::renew(aws::Client& sqs, Time now) {
  const std::int64_t half = config_.lease.count() * kSecond / 2;
  const Time until{now.micros + config_.lease.count() * kSecond};
  std::vector<std::uint64_t> ids;
  std::vector<aws::Visibility> batch;
  const auto send = [&] {
    if (batch.empty()) return;
    const auto results = aws::change_visibility(sqs, config_.url, batch);
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; results && i < results->size(); ++i) {
      const auto held = held_.find(ids[i]);
      if (held == held_.end()) continue;  // done in the meantime
      if ((*results)[i].is_done) {
        held->second.lease_until = until;
      } else if ((*results)[i].is_our_fault) {  // gone, or held for too long
        held->second.is_lost = true;
        ++counts_.lost;
      }
    }
    ids.clear();
    batch.clear();
  };
  std::vector<std::pair<std::uint64_t, std::string>> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, held] : held_) {
      if (!held.is_lost && held.lease_until.micros - now.micros <= half)
        due.emplace_back(id, held.message.receipt_handle);
    }
  }
  for (auto& [id, handle] : due) {
    ids.push_back(id);
    batch.push_back({std::move(handle), static_cast<unsigned>(config_.lease.count())});
    if (batch.size() == aws::kSqsBatch) send();
  }
  send();
}

void QueueDesk::part_with(aws::Client& sqs, std::vector<Farewell> batch, bool deletes) {
  if (batch.empty()) return;
  std::vector<std::string> handles;
  std::vector<aws::Visibility> visible;
  for (const Farewell& farewell : batch) {
    handles.push_back(farewell.handle);
    visible.push_back({farewell.handle, farewell.visible_in.value_or(0)});
  }
  const auto results =
      deletes ? aws::delete_messages(sqs, config_.url, handles) : aws::change_visibility(sqs, config_.url, visible);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Farewell& farewell = batch[i];
    if (results && (*results)[i].is_done) {
      ++(deletes ? counts_.deleted : counts_.given_back);
    } else if (++farewell.tries >= kMaxTries || (results && (*results)[i].is_our_fault)) {
      ++counts_.lost;
    } else {
      farewells_.push_back(std::move(farewell));
    }
  }
}

void QueueDesk::tend(aws::Client& sqs, Time now) {
  std::deque<Farewell> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(farewells_);
  }
  for (const bool deletes : {true, false}) {
    std::vector<Farewell> batch;
    for (Farewell& farewell : all) {
      if (farewell.visible_in.has_value() == deletes) continue;
      batch.push_back(std::move(farewell));
      if (batch.size() == aws::kSqsBatch) part_with(sqs, std::exchange(batch, {}), deletes);
    }
    part_with(sqs, std::move(batch), deletes);
  }
  renew(sqs, now);
}

void QueueDesk::wait_to_tend(const std::stop_token& stop, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  (void)tend_.wait_for(lock, stop, limit, [&] { return farewells_.size() >= aws::kSqsBatch; });
}

void QueueDesk::give_back_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, held] : held_) farewells_.push_back({std::move(held.message.receipt_handle), 0, 0});
  held_.clear();
  todo_.clear();
  later_.clear();
  working_ = 0;
}

bool QueueDesk::wait_for_calm(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return calm_.wait_for(lock, limit, [&] { return working_ == 0; });
}

bool QueueDesk::is_empty() const {
  const std::lock_guard lock(mutex_);
  return held_.empty() && farewells_.empty();
}

QueueCounts QueueDesk::counts() const {
  const std::lock_guard lock(mutex_);
  QueueCounts out = counts_;
  out.held = held_.size();
  return out;
}

}  // namespace gw::sources

#include "app/evidence.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/json/object.h"
#include "base/sha256.h"
#include "domain/model/access_json.h"
#include "edge/aws/s3.h"
#include "edge/store/codec/codec.h"

namespace gw::app {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::chrono::seconds kPatience{10};

// A line that is being written.
class Line {
 public:
  Line(std::string& out, std::string_view fact, Time at) : out_(out), object_(std::in_place, out) {
    object_->text("schema", "glasswatch.evidence.v1");
    object_->text("fact", fact);
    object_->time("at", at);
  }
  ~Line() {
    object_.reset();
    out_.push_back('\n');
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  json::Object* operator->() { return &*object_; }

 private:
  std::string& out_;
  std::optional<json::Object> object_;
};

void append_entry(std::string& out, const std::string& session_id, const model::Entry& entry, Time at) {
  Line line(out, model::to_string(entry.kind), at);
  line->text("event_key", entry.event_key);
  line->text("content", std::to_string(entry.content));  // 64 bits: more than a JSON number holds everywhere
  line->text("session_id", session_id);
  line->number("kinds", entry.kinds);
  line->text("high_risk", entry.high_risk);
  line->truth("from_trail", entry.from_trail);
  model::append_access_json(line->key("event"), entry.event, session_id);
  line->key("stored") += store::to_body(entry.event);
}

void append_session(std::string& out, const model::SessionChange& change, Time at) {
  Line line(out, "session", at);
  line->text("session_id", change.session.id);
  line->number("version", change.session.version);  // on which it was decided
  line->key("absorbed") += store::to_list(change.absorbed);
  model::append_session_json(line->key("session"), change.session);
  line->key("stored") += model::to_state_json(change.session);
}

std::string name_of(Time day, std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  std::string all;
  for (const std::string& key : keys) all += std::to_string(key.size()) + ":" + key;
  std::string date = format_time(day).substr(0, 10);
  std::replace(date.begin(), date.end(), '-', '/');
  return date + "/" + sha256_hex(all) + ".jsonl";
}

}  // namespace

EvidenceObject evidence_of(const ports::Commit& commit) {
  EvidenceObject object;
  std::vector<std::string> keys;
  std::optional<Time> day;
  for (const auto& [session_id, entry] : commit.entries) {
    append_entry(object.lines, session_id, entry, commit.at);
    keys.push_back(entry.event_key + "\n" + std::to_string(entry.content));
    if (entry.has_time && entry.event.event_time && (!day || *entry.event.event_time < *day))
      day = entry.event.event_time;
  }
  const bool has_entries = !keys.empty();
  for (const model::SessionChange& change : commit.sessions) {
    append_session(object.lines, change, commit.at);
    if (!has_entries) keys.push_back(change.session.id + "\n" + std::to_string(change.session.version));
  }
  for (const model::Mute& mute : commit.mutes) {
    Line line(object.lines, "mute", commit.at);
    line->key("mute") += store::to_body(mute);
    if (!has_entries) keys.push_back(mute.id + (mute.ended_at ? "\nended" : ""));
  }
  if (!keys.empty()) object.name = name_of(day.value_or(commit.at), std::move(keys));
  return object;
}

EvidenceObject evidence_of(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) {
  EvidenceObject object;
  std::vector<std::string> keys;
  for (const auto& [claim, outcome] : marks) {
    if (outcome.state == model::SendState::trying) continue;
    Line line(object.lines, "delivery", now);
    line->text("receiver", claim.notification.receiver);
    line->text("kind", model::to_string(claim.alert.kind));
    line->text("session_id", claim.alert.session_id);
    line->text("state", model::to_string(outcome.state));
    line->text("reason", outcome.reason);
    line->text("reference", outcome.reference);
    line->key("notification") += store::to_body(claim.notification);
    line->key("alert") += store::to_body(claim.alert);
    keys.push_back(claim.notification.id + "\n" + std::string(model::to_string(outcome.state)));
  }
  if (!keys.empty()) object.name = name_of(now, std::move(keys));
  return object;
}

Evidence::Evidence(const std::string& place, OpenS3 open_s3, std::function<Time()> now)
    : open_s3_(std::move(open_s3)), now_(std::move(now)) {
  const std::string_view rest = std::string_view(place).substr(std::min(kScheme.size(), place.size()));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  bucket_ = rest.substr(0, slash);
  if (slash < rest.size()) prefix_ = rest.substr(slash + 1);
  if (!prefix_.empty() && !prefix_.ends_with('/')) prefix_.push_back('/');
}

Status Evidence::keep(const EvidenceObject& object) {
  if (object.name.empty()) return ok();
  const auto s3 = open_s3_();
  if (!s3) return Error(s3.error()).in("the evidence");
  aws::ObjectName name;
  name.bucket = bucket_;
  name.key = prefix_ + object.name;
  aws::PutOptions options;
  options.content_type = "application/x-ndjson";
  options.give_up_at = Time{now_().micros + std::chrono::microseconds(kPatience).count()};
  const auto put = aws::put_object(**s3, name, object.lines, options);
  if (!put) return Error(put.error()).in("the evidence");
  return ok();
}

void Evidence::add(EvidenceObject object) {
  if (object.name.empty()) return;
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(object));
}

Status Evidence::flush() {
  const std::lock_guard lock(mutex_);
  while (!waiting_.empty()) {
    if (Status kept = keep(waiting_.back()); !kept) return kept;
    waiting_.pop_back();
  }
  return ok();
}

}  // namespace gw::app

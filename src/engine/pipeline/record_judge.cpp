// Most records are calls by services and by people whom nobody watches: they are told by views alone, and only counted. What
// is left is detected, decided about, and made into entries.
//
// Duplicate keys: the last one counts. Where the deciding keys of a record occur twice and nothing is stored of that reading,
// the readings with earlier occurrences are tried.
#include "engine/pipeline/record_judge.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"
#include "base/json/compact.h"
#include "base/json/write.h"
#include "base/sha256.h"
#include "base/uuid.h"
#include "base/word_hash.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"
#include "domain/session/entries.h"
#include "engine/scan/same_event.h"

namespace gw::pipeline {
namespace {

using model::AccessEvent;
using model::EntryKind;
using model::Record;

constexpr std::int64_t kFuture = std::int64_t{5} * 60 * 1'000'000;
constexpr std::size_t kMaxKey = 512;  // longer event ids are hashed: nobody but an attacker has them
constexpr std::size_t kLargeRecord = 32 * 1024;
constexpr std::size_t kMaxSightings = 2000;  // of a batch; account ids come from records
constexpr std::size_t kMaxPlace = 64;
constexpr std::size_t kMaxActor = 1024;  // bytes of an actor that is remembered

std::uint64_t first_bytes(std::string_view hash) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | static_cast<unsigned char>(hash[i]);
  return value;
}

bool is_account(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void RecordJudge::start(const ports::Delivery& delivery, const Part& part) {
  delivery_ = &delivery;
  part_ = &part;
  handed_on_ = 0;
  allowed_account_.clear();
  allowed_ = false;
  begin();
}

void RecordJudge::begin() {
  batch_ = {};
  number_ = 0;
  sighting_ = 0;
  undecodable_ = 0;
  undecodable_size_ = 0;
}

Batch RecordJudge::take() {
  if (undecodable_ > 0 && !settings_.backfill) {
    model::Alert alert;
    alert.id = random_uuid7(delivery_->received_at);
    alert.kind = model::AlertKind::undecodable;
    alert.key = "undecodable|" + undecodable_key_ + "|";
    alert.severity = model::Severity::high;
    alert.reason = delivery_->tell_problem
                       ? delivery_->problem
                       : (undecodable_ == 1 ? std::string("a record") : std::to_string(undecodable_) + " records") +
                             " could not be read, and " + undecodable_why_;
    alert.data = "{\"reason\":";
    json::append_string(alert.data, alert.reason);
    alert.data += ",\"source\":";
    json::append_string(alert.data, delivery_->source);
    alert.data += ",\"bytes\":" + std::to_string(undecodable_size_) + "}";
    alert.created_at = delivery_->received_at;
    alert.config_hash = settings_.config_hash;
    batch_.alerts.push_back(std::move(alert));
  }
  return std::exchange(batch_, Batch{});
}

void RecordJudge::hand_on() {
  if (batch_.weight < part_weight_) return;
  handed_on_ = number_;
  sighting_ = 0;
  Batch part = take();
  undecodable_ = 0;
  undecodable_size_ = 0;
  (*part_)(std::move(part));
}

bool RecordJudge::may_skim(const Record& record) {
  if (record.event_id.empty()) return false;  // its key is made of all of it
  if (prefilter_.may_tell(record) && !prefilter_.is_service_call(record)) return false;
  return is_allowed(record) && !may_act(record);
}

void RecordJudge::skimmed(const Record& record, std::string_view feed, std::uint64_t number) {
  if (number <= handed_on_) return;
  number_ = number;
  ++batch_.records.decoded;
  ++batch_.records.not_watched;
  sight(record.recipient_account_id, record.region, record.event_time,
        feed == "file" ? std::string_view(delivery_->feed) : feed);
  note_chain(record);
  hand_on();
}

void RecordJudge::other_kind() {
  ++batch_.records.decoded;
  ++batch_.records.not_watched;
}

void RecordJudge::record(const Record& record, std::string_view feed, const std::string&, std::uint64_t number,
                         std::uint64_t) {
  if (number <= handed_on_) return;
  number_ = number;
  ++batch_.records.decoded;
  if (feed == "file") feed = delivery_->feed;
  if (!is_allowed(record)) {
    const std::string_view text = record.root.raw();
    ++batch_.records.quarantined;
    quarantine(why_not_allowed(record), record.event_id, text, text.size());
    hand_on();
    return;
  }
  sight(record.recipient_account_id, record.region, record.event_time, feed);
  const bool damaged = !record.wrong_type.empty();
  if (damaged) {
    const std::string_view text = record.root.raw();
    ++batch_.records.quarantined;
    quarantine("the field " + std::string(record.wrong_type) + " has a wrong type", record.event_id, text, text.size());
  }
  ignored_ = false;
  set_aside_ = false;
  if (!keep(record, feed, number)) {
    note_chain(record);
    if (!damaged && !set_aside_) ++(ignored_ ? batch_.records.ignored : batch_.records.not_watched);
  }
  hand_on();
}

std::string RecordJudge::why_not_allowed(const Record& record) const {
  const bool is_of_file = delivery_->from_trail;
  const bool is_of_region = delivery_->region.empty() || record.region.empty() || record.region == delivery_->region;
  if (!is_of_region) return "the record is of another region than its log file";
  const std::string_view account = record.recipient_account_id;
  if (!is_account(account))
    return "the record names no account that is allowed for this " + std::string(is_of_file ? "log file" : "token");
  return "account " + std::string(account) +
         (is_of_file ? " is not that of the log file" : " is not allowed for this token");
}

bool RecordJudge::is_allowed(const Record& record) {
  if (!delivery_->region.empty() && !record.region.empty() && record.region != delivery_->region) return false;
  if (delivery_->accounts.empty()) return true;
  if (delivery_->from_trail && record.recipient_account_id.empty()) return true;
  if (allowed_account_ == record.recipient_account_id && !allowed_account_.empty()) return allowed_;
  allowed_account_ = record.recipient_account_id;
  allowed_ = std::any_of(delivery_->accounts.begin(), delivery_->accounts.end(),
                         [&](const std::string& glob) { return glob_match(glob, allowed_account_); });
  return allowed_;
}

void RecordJudge::sight(std::string_view account, std::string_view region, std::optional<Time> time,
                        std::string_view feed) {
  std::vector<ports::CoverageSighting>& all = batch_.coverage;
  const auto is_here = [&](const ports::CoverageSighting& s) {
    return s.account_id == account && s.region == region && s.feed == feed;
  };
  if (sighting_ >= all.size() || !is_here(all[sighting_])) {
    auto at = std::find_if(all.begin(), all.end(), is_here);
    if (at == all.end()) {
      const bool bounded = all.size() < kMaxSightings && account.size() <= kMaxPlace && region.size() <= kMaxPlace;
      if (!bounded) return;
      ports::CoverageSighting sighting;
      sighting.account_id = account;
      sighting.region = region;
      sighting.feed = feed;
      sighting.received_at = delivery_->received_at;
      at = all.insert(all.end(), std::move(sighting));
      batch_.lags.emplace_back();
    }
    sighting_ = static_cast<std::size_t>(at - all.begin());
  }
  ports::CoverageSighting& sighting = all[sighting_];
  ++sighting.records;
  if (time) batch_.lags[sighting_].add(delivery_->received_at.micros - time->micros);
  // A date from the future would hide for ever that nothing comes any more.
  if (time && sighting.newest < *time && time->micros <= delivery_->received_at.micros + kFuture) {
    sighting.newest = *time;
  }
}

bool RecordJudge::may_act(const Record& record) {
  const auto actor = detect::actor_view(record);
  if (!actor) return false;
  const bool is_person = !actor->identity_store_user.empty();
  Actor& known = actors_[word_hash(actor->arn) % actors_.size()];
  if (known.is_known && known.arn == actor->arn && known.account == actor->account &&
      known.issuer_arn == actor->issuer_arn && known.also == actor->also && known.is_person == is_person) {
    return known.may_act;
  }
  const bool may = settings_.watches.may_name(*actor);
  if (actor->arn.size() + actor->issuer_arn.size() + actor->account.size() > kMaxActor) return may;
  known.arn = actor->arn;
  known.issuer_arn = actor->issuer_arn;
  known.account = actor->account;
  known.also = actor->also;
  known.is_person = is_person;
  known.is_known = true;
  known.may_act = may;
  return may;
}

bool RecordJudge::keep(const Record& record, std::string_view feed, std::uint64_t number) {
  const bool may_tell = prefilter_.may_tell(record);
  const bool acts = may_act(record);
  // Duplicate keys inside of an event's details matter only where the event does.
  const bool duplicates = record.duplicate_keys || record.identity.on_behalf_of.has_duplicate_keys() ||
                          record.identity.session_context.has_duplicate_keys() ||
                          (may_tell && scan::duplicates_decide(record));
  if (!may_tell && !acts && !duplicates) return false;
  if (may_tell) {
    if (auto fact = detect::name_fact(record)) {
      batch_.weight += sizeof *fact + fact->workflow_id.size() + fact->name.size() + fact->identity_store_user.size();
      batch_.names.push_back(std::move(*fact));
    }
  }
  const std::size_t first = batch_.entries.size();
  const bool kept = read(record, feed, number, duplicates) || (duplicates && read_duplicates(record, feed, number));
  if (kept) note_kept(record, first);
  if (record.root.raw().size() > kLargeRecord) {  // its texts would keep their memory
    access_ = {};
    actor_ = {};
    event_key_ = {};
    content_ = {};
  }
  return kept;
}

bool RecordJudge::read_duplicates(const Record& record, std::string_view feed, std::uint64_t number) {
  for (unsigned n = 0; n < scan::kMaxOccurrences; ++n) {
    std::string text;
    json::append_compact(text, record.root, n);
    if (!variant_doc_.parse(text)) break;
    if (read(cloudtrail::decode_record(variant_doc_.root()), feed, number, true)) return true;
  }
  if (record.wrong_type.empty() && scan::occurs_too_often(record)) {
    const std::string_view text = record.root.raw();
    ++batch_.records.quarantined;
    quarantine("a key occurs too often in the record", record.event_id, text, text.size());
    set_aside_ = true;
  }
  return false;
}

bool RecordJudge::read(const Record& record, std::string_view feed, std::uint64_t number, bool duplicates) {
  const Time now = delivery_->received_at;
  const bool is_access = prefilter_.may_tell(record) && detect::detect(record, access_);
  if (is_access) settings_.watches.decide(access_, now, record.root);
  const bool has_actor = detect::actor(record, actor_);
  if (has_actor) settings_.watches.decide_actor(actor_, now);
  ignored_ = ignored_ || (is_access && !access_.ignored_by.empty()) || (has_actor && !actor_.ignored_by.empty());
  if (!(is_access && access_.break_glass) && !(has_actor && actor_.break_glass)) return false;
  if (is_access) fill(access_, record, feed, number, duplicates);
  if (has_actor) fill(actor_, record, feed, number, duplicates);

  set_event_key(record);
  content_.clear();
  scan::append_content(content_, is_access ? access_ : actor_);
  session::Read read;
  read.record = &record;
  read.access = is_access ? &access_ : nullptr;
  read.actor = has_actor ? &actor_ : nullptr;
  read.event_key = event_key_;
  read.content = first_bytes(sha256(content_));
  read.received_at = now;
  const std::size_t before = batch_.entries.size();
  session::append_entries(batch_.entries, read, settings_.rules);
  return batch_.entries.size() > before;
}

void RecordJudge::fill(AccessEvent& event, const Record& record, std::string_view feed, std::uint64_t number,
                       bool duplicates) const {
  event.origin.feed = feed;
  event.origin.path = delivery_->source;
  event.origin.record = number;
  if (!record.wrong_type.empty()) event.flags.push_back("wrong_type:" + std::string(record.wrong_type));
  if (event.event_time && event.event_time->micros > delivery_->received_at.micros + kFuture)
    event.flags.emplace_back("future_time");
  if (!event.event_time) event.flags.emplace_back("no_time");
  if (duplicates) event.flags.emplace_back("duplicate_keys");
}

void RecordJudge::set_event_key(const Record& record) {
  event_key_.clear();
  scan::append_event_key(event_key_, record, record.event_id);
  if (record.event_id.empty() || event_key_.size() > kMaxKey) event_key_ = sha256_hex(event_key_);
}

void RecordJudge::note_kept(const Record& record, std::size_t first) {
  KeptRecord kept;
  kept.first = first;
  kept.count = batch_.entries.size() - first;
  kept.as = KeptRecord::As::attached;
  for (std::size_t i = first; i < batch_.entries.size(); ++i) {
    model::Entry& entry = batch_.entries[i];
    // What stands in an envelope was not read from the trail's own log.
    entry.from_trail = delivery_->from_trail && entry.event.origin.feed == delivery_->feed;
    if (entry.kind != EntryKind::half && entry.kind != EntryKind::activity) kept.as = KeptRecord::As::matched;
    batch_.weight += weight_of(entry);
  }
  if (!record.wrong_type.empty()) {
    kept.as = KeptRecord::As::quarantined;
  } else {
    ++(kept.as == KeptRecord::As::matched ? batch_.records.matched : batch_.records.attached);
  }
  const std::string_view text = record.root.raw();
  kept.size = text.size();
  kept.text = text.substr(0, kMaxPayload);
  batch_.weight += sizeof kept + kept.text.size();
  batch_.kept.push_back(std::move(kept));
}

void RecordJudge::note_chain(const Record& record) {
  const std::string_view credential = session::chain_credential(record);
  if (credential.empty() || record.recipient_account_id.size() > kMaxPlace) return;
  set_event_key(record);
  ports::ChainRow row;
  row.credential = session::chain_hash(credential);
  row.event = session::chain_hash(event_key_);
  row.time = record.event_time.value_or(delivery_->received_at);
  row.kinds = session::kinds_of(record);
  row.account_id = record.recipient_account_id;
  batch_.weight += sizeof row;
  batch_.chain.push_back(std::move(row));
}

void RecordJudge::quarantined(const scan::Quarantine& what, std::string_view text) {
  if (what.record && *what.record <= handed_on_) return;
  if (what.record) number_ = *what.record;
  ++batch_.records.decoded;
  ++batch_.records.quarantined;
  quarantine(what.reason, what.event_id, text, text.size());
  suspect(text);
  hand_on();
}

void RecordJudge::unreadable(const std::string& reason) {
  std::string head;
  std::size_t size = delivery_->bytes.size();
  if (!delivery_->file.empty()) head = head_of(delivery_->file, size);
  const std::string_view bytes = delivery_->file.empty() ? std::string_view(delivery_->bytes) : std::string_view(head);
  quarantine(reason, {}, bytes, size);
  suspect(bytes, delivery_->tell_problem ? std::string_view(delivery_->problem) : std::string_view());
}

void RecordJudge::suspect(std::string_view text, std::string_view known) {
  const std::string_view why = known.empty() ? suspicion_.of(text) : known;
  if (why.empty()) return;
  if (undecodable_++ == 0) {
    undecodable_why_ = why;
    undecodable_key_ = batch_.quarantine.back().key;
  }
  undecodable_size_ += text.size();
}

void RecordJudge::quarantine(std::string reason, std::string_view event_id, std::string_view text, std::size_t size) {
  ports::QuarantineItem item;
  item.id = random_uuid7(delivery_->received_at);
  std::string key = delivery_->source + '\n' + reason + '\n';
  // Where nothing is known of the text, the place tells one from another.
  key += text.empty() ? std::to_string(number_) + " " + std::to_string(batch_.records.decoded) : sha256(text);
  item.key = sha256_hex(key);
  item.feed = delivery_->feed;
  item.source = delivery_->source;
  item.reason = std::move(reason);
  item.event_id = event_id.substr(0, kMaxKey);
  item.payload = text.substr(0, kMaxPayload);
  item.size = size;
  item.at = delivery_->received_at;
  batch_.weight += sizeof item + item.payload.size() + 512;
  batch_.quarantine.push_back(std::move(item));
}

}  // namespace gw::pipeline

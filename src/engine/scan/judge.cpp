// parse → decode → detect → decide → does the question ask for it.
//
// Duplicate keys: the last one wins. A record whose deciding keys occur twice is flagged, and when the reading that counts
// is not told, the readings with earlier occurrences are tried: whoever sees another one of them must not go unseen.
#include "engine/scan/judge.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/json/compact.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/model/access_json.h"
#include "engine/scan/same_event.h"
#include "engine/scan/seen_keys.h"

namespace gw::scan {
namespace {

constexpr std::int64_t kFuture = std::int64_t{5} * 60 * 1'000'000;
constexpr std::size_t kLargeRecord = 32 * 1024;

// What Lambda is invoked with looks like records too, but for its sources: aws:s3, aws:sqs, aws:kinesis.
bool is_envelope(const model::Record& record) { return record.event_source.starts_with("aws:"); }

}  // namespace

bool Judge::is_record(std::string_view text) {
  if (!doc_.parse(text)) return false;
  const auto kind = cloudtrail::kind_of(doc_.root());
  return kind != cloudtrail::RecordKind::not_a_record && !is_envelope(cloudtrail::decode_record(doc_.root()));
}

Judge::Verdict Judge::judge(std::string_view text, const std::string& path, std::uint64_t number, std::uint64_t offset,
                            Batch& batch, CoverageCounter& coverage, std::string_view event) {
  if (!doc_.parse(text)) return {Verdict::Kind::damaged, doc_.damage()};
  if (!judge_root(path, number, offset, batch, coverage, event)) return {Verdict::Kind::envelope, {}};
  return {};
}

std::size_t Judge::piece_end(std::string_view list, std::size_t begin) {
  constexpr std::size_t kPiece = 64 * 1024;
  if (list.size() - begin < 2 * kPiece) return list.size();
  // memmem() looks for longer texts several times as fast as std::string_view::find().
  constexpr std::string_view kRecord = ",{\"eventVersion\"";
  const void* const comma =
      ::memmem(list.data() + begin + kPiece, list.size() - begin - kPiece, kRecord.data(), kRecord.size());
  return comma == nullptr ? list.size() : static_cast<std::size_t>(static_cast<const char*>(comma) - list.data());
}

bool Judge::judge_root(const std::string& path, std::uint64_t number, std::uint64_t offset, Batch& batch,
                       CoverageCounter& coverage, std::string_view event) {
  const json::Value root = doc_.root();
  const model::Record record = cloudtrail::decode_record(root);
  const bool evident = !record.event_name.empty() &&
                       (record.event_category == "Management" || record.event_category == "Data") &&
                       record.event_type == "AwsApiCall";
  if (test_ != nullptr) {
    if ((!evident && cloudtrail::kind_of(root) == cloudtrail::RecordKind::not_a_record) || is_envelope(record))
      return false;
    tested(root.raw(), test_->wanted(root, event), batch);
    return true;
  }
  switch (evident ? cloudtrail::RecordKind::record : cloudtrail::kind_of(root)) {
    case cloudtrail::RecordKind::not_a_record: return false;
    case cloudtrail::RecordKind::insight:
      ++batch.decoded;
      ++batch.not_watched;
      coverage.insight();
      if (hook_ != nullptr) hook_->other_kind();
      return true;
    case cloudtrail::RecordKind::aggregated:
      ++batch.decoded;
      ++batch.not_watched;
      if (hook_ != nullptr) hook_->other_kind();
      return true;
    case cloudtrail::RecordKind::record: break;
  }
  if (is_envelope(record)) return false;
  ++batch.decoded;
  if (hook_ != nullptr) {
    hook_->record(record, feed_, path, number, offset);
    return true;
  }
  coverage.record(record);
  decoded(record, path, number, offset, batch);
  if (root.raw().size() > kLargeRecord) {  // its texts would keep their memory
    event_ = {};
    event_key_ = {};
    content_ = {};
  }
  return true;
}

// A record is told as it stands where that is one line of printable ASCII, else written anew.
void Judge::tested(std::string_view text, bool wanted, Batch& batch) {
  ++batch.decoded;
  if (!wanted) {
    ++batch.not_watched;
    return;
  }
  if (batch.text == nullptr) {
    batch.text = TextPool::shared().take();
    batch.text->clear();
  }
  const std::size_t before = batch.text->size();
  text = text.substr(0, text.rfind('}') + 1);
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; })) {
    *batch.text += text;
  } else if (variant_doc_.parse(text)) {
    json::append_compact(*batch.text, variant_doc_.root());
  }
  Finding finding;
  finding.text_size = batch.text->size() - before;
  batch.add(std::move(finding));
}

// What an event has from its place, and from the record as JSON.
void Judge::fill(const model::Record& record, const std::string& path, std::uint64_t number) {
  event_.origin.feed = feed_;
  event_.origin.path = path;
  event_.origin.record = number;
  if (!record.wrong_type.empty()) event_.flags.push_back("wrong_type:" + std::string(record.wrong_type));
  if (event_.event_time && event_.event_time->micros > options_.now.micros + kFuture)
    event_.flags.emplace_back("future_time");
  if (!event_.event_time) event_.flags.emplace_back("no_time");
}

Finding Judge::finding(const model::Record& record, std::uint64_t number, Batch& batch) {
  event_key_.clear();
  append_event_key(event_key_, record, event_.event_id);
  content_.clear();
  append_content(content_, event_);
  Finding finding;
  finding.entry = SeenKeys::entry(key_, event_key_, content_);
  finding.damaged = !record.wrong_type.empty();
  if (event_.break_glass) finding.severity = event_.severity;
  // A person without a name may get one from another record, before it is told.
  const bool may_get_name = event_.principal.name.empty() && !event_.identity_store_user.empty();
  if (!options_.as_wire || number == 0 || may_get_name) {
    finding.event = EventPool::shared().take();
    *finding.event = event_;
    finding.text_size = event_.text_size();
    return finding;
  }
  if (batch.text == nullptr) {
    batch.text = TextPool::shared().take();
    batch.text->clear();
  }
  const std::size_t before = batch.text->size();
  model::append_access_json(*batch.text, event_);
  finding.text_size = batch.text->size() - before;
  return finding;
}

void Judge::decoded(const model::Record& record, const std::string& path, std::uint64_t number, std::uint64_t offset,
                    Batch& batch) {
  if (!record.wrong_type.empty()) {
    Quarantine q{path,   offset,
                 number, "the field " + std::string(record.wrong_type) + " has a wrong type",
                 false,  std::string(record.event_id)};
    batch.add(std::move(q));
  }
  if (!options_.explain_event_id.empty()) {
    if (record.event_id != options_.explain_event_id) return;
    Explained explained{std::string(record.event_name), std::nullopt, {}};
    if (decide(record)) {
      fill(record, path, number);
      explained.event = event_;
      explained.reasons = watches_.explain(event_, options_.now, record.root);
    }
    batch.add(std::move(explained));
    return;
  }
  bool found = false;
  bool told = false;
  if (prefilter_.may_tell(record)) {
    if (auto fact = detect::name_fact(record)) batch.add(std::move(*fact));
    found = decide(record);
    told = found && asked_for(event_);
  }
  const bool duplicates = duplicates_decide(record);
  if (!told && duplicates) {
    for (unsigned n = 0; n < kMaxOccurrences && !told; ++n) {
      std::string text;
      json::append_compact(text, record.root, n);
      if (!variant_doc_.parse(text)) break;
      const model::Record variant = cloudtrail::decode_record(variant_doc_.root());
      if (!prefilter_.may_tell(variant)) continue;
      found = decide(variant);
      told = found && asked_for(event_);
    }
    if (!told && record.wrong_type.empty() && occurs_too_often(record)) {
      batch.add(Quarantine{path, offset, number, "a key occurs too often in the record", false,
                           std::string(record.event_id)});
      return;
    }
  }
  if (!told) {
    if (record.wrong_type.empty()) ++(found && !event_.ignored_by.empty() ? batch.ignored : batch.not_watched);
    return;
  }
  fill(record, path, number);
  if (duplicates) event_.flags.emplace_back("duplicate_keys");
  batch.add(finding(record, number, batch));
}

bool Judge::decide(const model::Record& record) {
  if (!detect::detect(record, event_)) return false;
  watches_.decide(event_, options_.now, record.root);
  return true;
}

bool Judge::asked_for(const model::AccessEvent& event) const {
  if (!options_.all && !event.break_glass) return false;
  if (!options_.mechanisms.has(event.mechanism)) return false;
  if (!options_.accounts.empty() && !options_.accounts.contains(event.account_id) &&
      !options_.accounts.contains(event.recipient_account_id)) {
    return false;
  }
  if (!options_.regions.empty() && !options_.regions.contains(event.region)) return false;
  if (event.event_time) {
    if (options_.from && *event.event_time < *options_.from) return false;
    if (options_.to && !(*event.event_time < *options_.to)) return false;
  }
  return true;
}

}  // namespace gw::scan

// parse → decode → detect → decide → does the question ask for it.
//
// Duplicate keys: the last one wins. A record whose deciding keys occur twice is flagged, and when the reading that counts
// is not told, the readings with earlier occurrences are tried: whoever sees another one of them must not go unseen.
#include "engine/scan/judge.h"

#include <algorithm>

#include "base/json/compact.h"
#include "domain/cloudtrail/record_decode.h"
#include "engine/scan/event_pool.h"

namespace gw::scan {
namespace {

constexpr std::int64_t kFuture = std::int64_t{5} * 60 * 1'000'000;
constexpr unsigned kMaxOccurrences = 4;

bool duplicates_decide(const model::Record& record) {
  return record.duplicate_keys || record.service.has_duplicate_keys() || record.request.has_duplicate_keys() ||
         record.response.has_duplicate_keys() || record.additional.has_duplicate_keys() ||
         record.root["userIdentity"]["onBehalfOf"].has_duplicate_keys() ||
         record.root["userIdentity"]["sessionContext"].has_duplicate_keys();
}

// What Lambda is invoked with looks like records too, but for its sources: aws:s3, aws:sqs, aws:kinesis.
bool is_envelope(const model::Record& record) { return record.event_source.starts_with("aws:"); }

}  // namespace

bool Judge::is_record(std::string_view text) {
  if (!doc_.parse(text)) return false;
  const auto kind = cloudtrail::kind_of(doc_.root());
  return kind != cloudtrail::RecordKind::not_a_record && !is_envelope(cloudtrail::decode_record(doc_.root()));
}

Judge::Verdict Judge::judge(std::string_view text, const std::string& path, std::uint64_t number, std::uint64_t offset,
                            Batch& batch, CoverageCounter& coverage) {
  if (!doc_.parse(text)) return {Verdict::Kind::damaged, doc_.damage()};
  if (!judge_root(path, number, offset, batch, coverage)) return {Verdict::Kind::envelope, {}};
  return {};
}

std::size_t Judge::piece_end(std::string_view list, std::size_t begin) {
  constexpr std::size_t kPiece = 128 * 1024;
  if (list.size() - begin < 2 * kPiece) return list.size();
  const std::size_t comma = list.find(",{\"eventVersion\"", begin + kPiece);
  return comma == std::string_view::npos ? list.size() : comma;
}

bool Judge::judge_root(const std::string& path, std::uint64_t number, std::uint64_t offset, Batch& batch,
                       CoverageCounter& coverage) {
  const json::Value root = doc_.root();
  switch (cloudtrail::kind_of(root)) {
    case cloudtrail::RecordKind::not_a_record: return false;
    case cloudtrail::RecordKind::insight:
      ++batch.decoded;
      ++batch.not_watched;
      coverage.insight();
      return true;
    case cloudtrail::RecordKind::aggregated:
      ++batch.decoded;
      ++batch.not_watched;
      return true;
    case cloudtrail::RecordKind::record: break;
  }
  const model::Record record = cloudtrail::decode_record(root);
  if (is_envelope(record)) return false;
  coverage.record(record);
  ++batch.decoded;
  decoded(record, path, number, offset, batch);
  return true;
}

void Judge::decoded(const model::Record& record, const std::string& path, std::uint64_t number, std::uint64_t offset,
                    Batch& batch) {
  const auto fill = [&](model::AccessEvent& event) {
    event.origin = {feed_, path, number};
    if (!record.wrong_type.empty()) event.flags.push_back("wrong_type:" + std::string(record.wrong_type));
    if (event.event_time && event.event_time->micros > options_.now.micros + kFuture)
      event.flags.emplace_back("future_time");
    if (!event.event_time) event.flags.emplace_back("no_time");
  };
  if (!record.wrong_type.empty()) {
    Quarantine q{path,   offset,
                 number, "the field " + std::string(record.wrong_type) + " has a wrong type",
                 false,  std::string(record.event_id)};
    batch.quarantined.push_back(std::move(q));
  }
  const bool explain = !options_.explain_event_id.empty();
  if (explain) {
    if (record.event_id != options_.explain_event_id) return;
    Explained explained{std::string(record.event_name), decide(record), {}};
    if (explained.event) {
      fill(*explained.event);
      explained.reasons = watches_.explain(*explained.event, options_.now);
    }
    batch.explained.push_back(std::move(explained));
    return;
  }
  std::optional<model::AccessEvent> event;
  bool told = false;
  if (prefilter_.may_tell(record)) {
    if (auto fact = detect::name_fact(record)) batch.names.push_back(std::move(*fact));
    event = decide(record);
    told = event && asked_for(*event);
  }
  if (!told && duplicates_decide(record)) {
    for (unsigned n = 0; n < kMaxOccurrences && !told; ++n) {
      std::string text;
      json::append_compact(text, record.root, n);
      if (!variant_doc_.parse(text)) break;
      const model::Record variant = cloudtrail::decode_record(variant_doc_.root());
      if (!prefilter_.may_tell(variant)) continue;
      event = decide(variant);
      told = event && asked_for(*event);
    }
  }
  if (!told) {
    if (record.wrong_type.empty()) ++(event && !event->ignored_by.empty() ? batch.ignored : batch.not_watched);
    return;
  }
  fill(*event);
  if (duplicates_decide(record)) event->flags.emplace_back("duplicate_keys");
  Finding finding{EventPool::shared().take(std::move(*event)), {}};
  finding.key.reserve(64);
  if (finding.event->event_id.empty()) {
    json::append_canonical(finding.key, record.root);
  } else {
    finding.key = finding.event->event_id;
    finding.key.push_back('\n');
    finding.key += record.recipient_account_id;
  }
  batch.findings.push_back(std::move(finding));
}

std::optional<model::AccessEvent> Judge::decide(const model::Record& record) {
  std::optional<model::AccessEvent> event = detect::detect(record);
  if (event) watches_.decide(*event, options_.now);
  return event;
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

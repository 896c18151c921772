// One record's text → what is to be told about it. The same code for every way of reading, prefiltered or not.
// One Judge per thread; what its Question refers to outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "base/siphash.h"
#include "domain/cloudtrail/record_skim.h"
#include "domain/cloudtrail/splitter.h"
#include "domain/detect/detect.h"
#include "domain/watch/watch_set.h"
#include "engine/scan/batch.h"
#include "engine/scan/coverage.h"
#include "engine/scan/prefilter.h"
#include "engine/scan/scan.h"

namespace gw::scan {

// Takes every record that is read, decoded, instead of its being judged: what the daemon reads with. The books of what it
// takes are its own.
class RecordHook {
 public:
  virtual ~RecordHook() = default;
  // An input begins, or is begun anew by slower means: what came of it is to be forgotten.
  virtual void begin() = 0;
  // `feed` is what the envelope said, or "file". Everything lives during the call.
  virtual void record(const model::Record& record, std::string_view feed, const std::string& path, std::uint64_t number,
                      std::uint64_t offset) = 0;
  // A record, or a part of the input, that cannot be read; `text` is what stands there, where it is known.
  virtual void quarantined(const Quarantine& what, std::string_view text) = 0;
  // A record of a list, told by its texts and not decoded (cloudtrail/record_skim.h): whether nothing more is to be known of it. Then
  // it comes as skimmed(), else as record().
  [[nodiscard]] virtual bool may_skim(const model::Record& record) = 0;
  virtual void skimmed(const model::Record& record, std::string_view feed, std::uint64_t number) = 0;
  // An Insights or aggregated event: counted as decoded, and nothing else.
  virtual void other_kind() = 0;
};

// What is asked; outlives whoever refers to it.
struct Question {
  const Options& options;
  const watch::WatchSet& watches;
  const Prefilter& prefilter;
  SipKey key;  // of SeenKeys
  RecordHook* hook = nullptr;
};

class Judge {
 public:
  struct Verdict {
    enum class Kind : std::uint8_t { record, envelope, damaged };
    Kind kind = Kind::record;
    json::Damage damage;  // of a damaged one
  };

  explicit Judge(const Question& question)
      : options_(question.options),
        watches_(question.watches),
        prefilter_(question.prefilter),
        key_(question.key),
        hook_(question.hook),
        test_(options_.question == nullptr ? nullptr : options_.question->make_test()),
        needs_decoding_(hook_ != nullptr || test_ != nullptr || options_.coverage ||
                        !options_.explain_event_id.empty()),
        may_skim_([this](const model::Record& record) { return hook_->may_skim(record); }) {}
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // Adds to `batch` and `coverage` what `text` comes to. An `envelope` is an element of a list that is no record but may
  // carry some (an SQS message, say); nothing was added for it, nor for a damaged one. `record` 0: its number is not known
  // yet; findings are events then. `event`: the EventBridge event that the record lies in, where it does.
  Verdict judge(std::string_view text, const std::string& path, std::uint64_t record, std::uint64_t offset,
                Batch& batch, CoverageCounter& coverage, std::string_view event = {});

  // The same for all elements of a list (the text behind its opening bracket), which is faster than one by one. `number` is
  // that of the last element before and counts on; elements up to `told` are passed over. When the batch has grown
  // large `go_on` is asked. Returns the offset behind the closing bracket, or nullopt at anything irregular: what was added to `batch` until
  // then is good, and the list is to be read by other means.
  //
  // `is_element(begin, end)` is asked of each, before anything is told of it: whether an element is to stand there.
  //
  // The list is indexed piece by piece, so that a piece and its index stay in the cache. A piece ends where a record seems to
  // begin; if that was a guess gone wrong, the piece does not parse, which is irregular.
  template <class GoOn, class IsElement>
  std::optional<std::size_t> judge_list(std::string_view list, const std::string& path, std::uint64_t& number,
                                        std::uint64_t told, std::uint64_t offset, Batch& batch,
                                        CoverageCounter& coverage, GoOn&& go_on, IsElement&& is_element) {
    std::size_t piece = 0;  // where it begins
    for (bool first = true;; first = false) {
      const std::size_t end = piece_end(list, piece);
      if (!doc_.index(list.substr(piece, end - piece))) return std::nullopt;
      if (first && doc_.next_char() == ']') return doc_.next_offset() + 1;
      for (;;) {
        if (doc_.next_char() != '{') return std::nullopt;
        const std::size_t begin = doc_.next_offset();
        const std::optional<bool> asked = test_ != nullptr && number >= told ? test_->skim(doc_) : std::nullopt;
        const bool ordinary = asked              ? true
                              : hook_ != nullptr ? cloudtrail::skim_record(doc_, skimmed_, may_skim_)
                              : needs_decoding_  ? false
                                                 : prefilter_.passes_ordinary(doc_);
        if (!ordinary && !doc_.parse_next()) return std::nullopt;
        if (doc_.next_offset() - begin > cloudtrail::kMaxRecord) return std::nullopt;
        if (!is_element(piece + begin, piece + doc_.next_offset())) return std::nullopt;
        ++number;
        if (asked) {
          tested(list.substr(piece + begin, doc_.next_offset() - begin), *asked, batch);
        } else if (ordinary && hook_ != nullptr && number > told) {
          hook_->skimmed(skimmed_, feed_, number);
        } else if (ordinary && number > told) {
          ++batch.decoded;
          ++batch.not_watched;
        } else if (number > told && !judge_root(path, number, offset + piece + begin, batch, coverage)) {
          --number;
          return std::nullopt;
        }
        if (batch.is_large() && !go_on()) return std::nullopt;
        const char next = doc_.next_char();
        const std::size_t after = doc_.next_offset() + 1;
        doc_.skip_char();
        if (next == ']') return piece + after;
        if (next == '\0' && end < list.size()) break;
        if (next != ',') return std::nullopt;
      }
      piece = end + 1;  // behind the comma
    }
  }

  // Whether `text` is a CloudTrail record, and not an element of the events that Lambda is invoked with.
  [[nodiscard]] bool is_record(std::string_view text);

  [[nodiscard]] RecordHook* hook() const { return hook_; }

  // What origin.feed says of the records that come.
  void set_feed(std::string_view feed) { feed_ = feed; }

 private:
  // Where the piece that begins at `begin` ends: at the comma before a record, or with the list.
  [[nodiscard]] static std::size_t piece_end(std::string_view list, std::size_t begin);
  // Of the value that doc_ holds; false when it is no record.
  bool judge_root(const std::string& path, std::uint64_t number, std::uint64_t offset, Batch& batch,
                  CoverageCounter& coverage, std::string_view event = {});
  // Of Options::question; `text` is the record, and what stands up to the next structural character.
  void tested(std::string_view text, bool wanted, Batch& batch);
  void decoded(const model::Record& record, const std::string& path, std::uint64_t number, std::uint64_t offset,
               Batch& batch);
  [[nodiscard]] bool asked_for(const model::AccessEvent& event) const;
  [[nodiscard]] bool decide(const model::Record& record);  // into event_
  void fill(const model::Record& record, const std::string& path, std::uint64_t number);
  [[nodiscard]] Finding finding(const model::Record& record, std::uint64_t number, Batch& batch);

  const Options& options_;
  const watch::WatchSet& watches_;
  const Prefilter& prefilter_;
  const SipKey key_;
  RecordHook* const hook_;
  const std::unique_ptr<RecordTest> test_;  // of Options::question
  const bool needs_decoding_;               // of every record, also of those that detect() has nothing to say about
  const std::function<bool(const model::Record&)> may_skim_;
  model::Record skimmed_;
  std::string feed_ = "file";
  json::Doc doc_;
  json::Doc variant_doc_;
  model::AccessEvent event_;  // of the record that is being judged
  std::string event_key_;
  std::string content_;
};

}  // namespace gw::scan

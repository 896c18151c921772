#include "engine/scan/input_parser.h"

#include <algorithm>
#include <utility>

namespace gw::scan {
namespace {

using cloudtrail::Envelope;
using cloudtrail::Shape;
using cloudtrail::Splitter;

constexpr std::size_t kMaxRest = 64 * 1024;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view feed_of(Envelope envelope) {
  if (envelope == Envelope::eventbridge) return "eventbridge";
  return envelope == Envelope::cloudwatch_logs ? "cloudwatch_logs" : "file";
}

}  // namespace

InputParser::InputParser(const Question& question, CoverageCounter& coverage)
    : prefilter_(question.prefilter),
      coverage_(coverage),
      judge_(question),
      candidates_(prefilter_, judge_, coverage) {}

void InputParser::begin(const std::string& path, std::string_view head, bool whole, bool everything,
                        std::uint64_t told) {
  path_ = path;
  told_ = told;
  flushed_ = told;
  everything_ = everything;
  damaged_ = false;
  shape_ = cloudtrail::sniff(head, whole);
  batch_ = Batch{};
  number_ = 0;
  offset_ = 0;
  started_ = false;
  done_ = false;
  skipping_line_ = false;
  rest_.clear();
  feed_name_.clear();
  first_ = told > 0 ? First::record : First::unknown;  // told by the way that reads nothing else
  splitter_.reset();
  judge_.set_feed("file");
  if (judge_.hook() != nullptr) judge_.hook()->begin();
  switch (shape_.shape) {
    case Shape::records: splitter_.emplace(Splitter::Level::records, shape_.start, cloudtrail::kMaxRecord); break;
    case Shape::array: splitter_.emplace(Splitter::Level::array, shape_.start, cloudtrail::kMaxRecord); break;
    case Shape::documents:
      splitter_.emplace(Splitter::Level::documents, shape_.start,
                        whole ? std::size_t{32} << 20 : cloudtrail::kMaxDocument);
      break;
    case Shape::lines: break;
    case Shape::nothing: done_ = true; break;
    case Shape::unknown:
      done_ = true;
      batch_.add(Quarantine{path_, 0, std::nullopt, std::string(shape_.reason), true, {}});
      break;
  }
}

void InputParser::add_quarantine(std::string_view reason, std::uint64_t offset, bool with_record,
                                 std::string_view text) {
  Quarantine q{path_, offset, std::nullopt, std::string(reason), false, {}};
  if (with_record) q.record = number_;
  if (judge_.hook() != nullptr) return judge_.hook()->quarantined(q, text);
  batch_.add(std::move(q));
}

bool InputParser::flush_if_large() {
  if (!batch_.is_large() || !on_large_batch_) return true;
  flushed_ = std::max(flushed_, number_);
  return on_large_batch_(take_batch());
}

std::size_t InputParser::feed(std::string_view window, bool final) {
  if (done_) return window.size();
  std::size_t skipped = 0;
  if (!started_) {
    started_ = true;
    skipped = std::min(shape_.start, window.size());
    if (shape_.shape == Shape::lines) offset_ = skipped;
  }
  const std::string_view text = window.substr(skipped);
  if (shape_.shape == Shape::lines) return skipped + lines(text, final);
  std::size_t used = 0;
  if (!splitter_->ended()) {
    splitting_ = text;
    splitting_offset_ = splitter_->offset();
    used = splitter_->feed(text, final, *this);
    splitting_ = {};
    if (splitter_->stopped()) {
      done_ = true;
      return window.size();
    }
    if (!splitter_->ended()) return skipped + used;
  }
  // Behind the list: only the end of the text, or of the object.
  const std::string_view tail = text.substr(used);
  rest_.append(tail.substr(0, std::min(tail.size(), kMaxRest - std::min(rest_.size(), kMaxRest))));
  if (final || rest_.size() >= kMaxRest) {
    done_ = true;
    rest(rest_, splitter_->offset());
  }
  return window.size();
}

// What follows the list must end the document; other members of the object are read for a second list.
void InputParser::rest(std::string_view text, std::uint64_t offset) {
  const std::string_view tail = trimmed(text);
  if (shape_.shape == Shape::array ? tail.empty() : tail == "}") return;
  if (shape_.shape == Shape::records) {
    json::Doc doc;
    const std::string object = "{\"Records\":[]" + std::string(tail) + std::string(Literals::kSlack, ' ');
    if (doc.parse(object)) {
      for (unsigned n = 1;; ++n) {
        const json::Value list = doc.root().occurrence("Records", n);
        if (list.is_missing()) return;
        if (!list.is_array()) add_quarantine("Records is not a list", offset, false);
        for (json::Value v = list.first_child(); list.is_array() && !v.is_missing(); v = v.next_sibling()) {
          ++number_;
          (void)record_element(v.raw(), offset);
        }
      }
    }
  }
  add_quarantine(tail.size() >= kMaxRest ? "too much text after the list of records" : "text after the list of records",
                 offset + static_cast<std::uint64_t>(tail.empty() ? 0 : tail.data() - text.data()), false);
  if (const auto again = cloudtrail::find_record_start(text, 0)) {
    // A list that damage made end too early: whole records behind it are read all the same.
    const std::string list = std::string(text.substr(*again)) + std::string(Literals::kSlack, ' ');
    Splitter splitter(Splitter::Level::records, 0, cloudtrail::kMaxRecord);
    (void)splitter.feed(list, true, *this);
  }
}

cloudtrail::SplitHandler::Step InputParser::element(std::string_view text, std::uint64_t offset) {
  Step step;
  if (shape_.shape == Shape::documents) {
    document(text, offset, false);
  } else {
    ++number_;
    step = record_element(text, offset);
  }
  if (!flush_if_large()) step.kind = Step::Kind::stop;
  return step;
}

cloudtrail::SplitHandler::Step InputParser::record_element(std::string_view text, std::uint64_t offset) {
  if (number_ <= told_) return {};
  // Behind damage every record is parsed: a skipped one may have been cut wrongly. Envelopes are never left out.
  if (!everything_ && !damaged_ && first_ == First::record && !prefilter_.is_candidate(text)) return {};
  const Judge::Verdict verdict = judge_.judge(text, path_, number_, offset, batch_, coverage_);
  const bool is_record = verdict.kind == Judge::Verdict::Kind::record;
  if (first_ == First::unknown) first_ = is_record ? First::record : First::other;
  if (is_record) {
    name_feed("records_file");
    return {};
  }
  if (verdict.kind == Judge::Verdict::Kind::envelope) {
    // Among records it would be left out by bytes.
    if (first_ == First::record) {
      add_quarantine("not a CloudTrail record", offset, true, text);
    } else {
      --number_;  // counted by what comes out of it
      document(text, offset, true);
    }
    return {};
  }
  damaged_ = true;
  add_quarantine(verdict.damage.reason, offset + verdict.damage.offset, true, text);
  // A string that was never closed makes one element of many records: cut anew where the next one seems to begin.
  if (const auto next = cloudtrail::find_record_start(text, 1)) return {Step::Kind::resume, *next};
  return {};
}

void InputParser::problem(std::string_view reason, std::uint64_t offset) {
  damaged_ = true;
  ++number_;
  std::string_view text;
  if (judge_.hook() != nullptr && offset >= splitting_offset_ && offset - splitting_offset_ < splitting_.size()) {
    text = splitting_.substr(static_cast<std::size_t>(offset - splitting_offset_), cloudtrail::kMaxRecord);
    text = text.substr(0, cloudtrail::find_record_start(text, 1).value_or(text.size()));
  }
  add_quarantine(reason, offset, false, text);
}

void InputParser::document(std::string_view text, std::uint64_t offset, bool in_list) {
  doc_offset_ = offset;
  const bool readable =
      in_list ? unpacker_.unpack("[" + std::string(text) + "]", *this) : unpacker_.unpack(text, *this);
  if (!readable) {
    ++number_;
    add_quarantine(unpacker_.damage().reason, offset + unpacker_.damage().offset, true, text);
  }
}

void InputParser::record(std::string_view text, Envelope envelope) {
  const std::string_view event = std::exchange(event_, {});  // of this record, whatever becomes of it
  ++number_;
  name_feed(cloudtrail::to_string(envelope));
  if (text.size() > cloudtrail::kMaxRecord) return add_quarantine("record too large", doc_offset_, true, text);
  judge_.set_feed(feed_of(envelope));
  const Judge::Verdict verdict = judge_.judge(text, path_, number_, doc_offset_, batch_, coverage_, event);
  if (verdict.kind == Judge::Verdict::Kind::damaged) add_quarantine(verdict.damage.reason, doc_offset_, true, text);
  if (verdict.kind == Judge::Verdict::Kind::envelope)
    add_quarantine("not a CloudTrail record", doc_offset_, true, text);
  (void)flush_if_large();  // one document may hold many
}

std::size_t InputParser::records(std::string_view list, const std::vector<std::uint32_t>& ends, Envelope envelope) {
  name_feed(cloudtrail::to_string(envelope));
  judge_.set_feed(feed_of(envelope));
  const std::uint64_t before = number_;
  std::size_t begin = 0;
  std::size_t n = 0;
  // Where one text holds more or less than a value, all the following ones would be cut wrongly.
  const auto is_text = [&](std::size_t from, std::size_t to) {
    const bool is_whole = n < ends.size() && from == begin && to == ends[n];
    if (!is_whole) return false;
    begin = ends[n++] + 1;
    return true;
  };
  const auto go_on = [&] {
    (void)flush_if_large();
    return true;
  };
  (void)judge_.judge_list(list, path_, number_, 0, doc_offset_, batch_, coverage_, go_on, is_text);
  return static_cast<std::size_t>(number_ - before);
}

void InputParser::need_object(cloudtrail::ObjectName) {
  name_feed(cloudtrail::to_string(Envelope::s3_notification));
  if (judge_.hook() != nullptr) {  // who reads for good must not lose it
    ++number_;
    return add_quarantine("it names an object in S3, which is not fetched from here", doc_offset_, true);
  }
  ++batch_.non_records;
}

void InputParser::ignored(std::string_view why) {
  if (why == "digest file") name_feed(cloudtrail::to_string(Envelope::digest));
  ++batch_.non_records;
}

void InputParser::quarantine(std::string_view why) {
  ++number_;
  add_quarantine(why, doc_offset_, true);
}

std::size_t InputParser::lines(std::string_view window, bool final) {
  std::size_t used = 0;
  while (used < window.size()) {
    const std::size_t newline = window.find('\n', used);
    if (newline == std::string_view::npos && !final) {
      if (window.size() - used > cloudtrail::kMaxDocument && !skipping_line_) {
        ++number_;
        add_quarantine("line too long", offset_ + used, true);
        skipping_line_ = true;
      }
      if (skipping_line_) used = window.size();
      break;
    }
    const std::size_t end = newline == std::string_view::npos ? window.size() : newline;
    if (!skipping_line_) line(window.substr(used, end - used), offset_ + used);
    skipping_line_ = false;
    used = std::min(end + 1, window.size());
    if (!flush_if_large()) {
      done_ = true;
      return window.size();
    }
  }
  offset_ += used;
  return used;
}

void InputParser::line(std::string_view text, std::uint64_t offset) {
  const std::string_view trimmed_line = trimmed(text);
  const std::string_view body = cloudtrail::strip_timestamp(trimmed_line);
  if (body.empty()) return;
  offset += static_cast<std::uint64_t>(body.data() - text.data());
  if (body.data() != trimmed_line.data()) name_feed("cloudwatch_logs");
  doc_offset_ = offset;
  // A record by itself, as most lines are, can be told from bytes.
  if (!everything_ && body.starts_with("{\"eventVersion\"") && !prefilter_.is_candidate(body)) {
    name_feed("record");
    ++number_;
    return;
  }
  if (unpacker_.unpack(body, *this)) return;
  if (unpacker_.damage().reason == "text after the value") {
    // Several documents on one line.
    Splitter splitter(Splitter::Level::documents, offset, cloudtrail::kMaxDocument);
    const Shape line_shape = std::exchange(shape_.shape, Shape::documents);
    (void)splitter.feed(body, true, *this);
    shape_.shape = line_shape;
    return;
  }
  ++number_;
  add_quarantine(unpacker_.damage().reason, offset + unpacker_.damage().offset, true, body);
}

bool InputParser::prefiltered(std::string_view text) {
  if (!candidates_.read(path_, text, shape_.start, batch_)) return false;
  name_feed("records_file");
  return true;
}

bool InputParser::regular(std::string_view text) {
  bool wanted = true;
  const auto end = judge_.judge_list(
      text.substr(shape_.start), path_, number_, told_, shape_.start, batch_, coverage_,
      // A hook's records are not told in parts, so that they can be forgotten.
      [&] { return judge_.hook() != nullptr || (wanted = flush_if_large()); },
      [](std::size_t, std::size_t) { return true; });
  if (!end) {
    done_ = !wanted;
    return !wanted;
  }
  if (number_ > 0) first_ = First::record;
  name_feed("records_file");
  rest(text.substr(shape_.start + *end), shape_.start + *end);
  return true;
}

}  // namespace gw::scan

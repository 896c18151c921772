#include "engine/scan/input_parser.h"

#include <algorithm>
#include <cstring>

#include "base/json/brackets.h"

namespace gw::scan {
namespace {

using cloudtrail::Envelope;
using cloudtrail::Shape;
using cloudtrail::Splitter;

constexpr std::size_t kMaxRest = 64 * 1024;
constexpr std::size_t kMaxCandidates = 256 * 1024;  // with more, telling them apart costs more than parsing everything

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct FirstElement final : cloudtrail::SplitHandler {
  std::string_view text;
  Step element(std::string_view element, std::uint64_t) override {
    text = element;
    return {Step::Kind::stop, 0};
  }
  void problem(std::string_view, std::uint64_t) override { before_it = true; }
  bool before_it = false;  // something that does not belong there
};

}  // namespace

InputParser::InputParser(const Question& question, CoverageCounter& coverage)
    : prefilter_(question.prefilter), coverage_(coverage), judge_(question) {}

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
  prefiltering_ = false;
  splitter_.reset();
  judge_.set_feed("file");
  switch (shape_.shape) {
    case Shape::records: splitter_.emplace(Splitter::Level::records, shape_.start, cloudtrail::kMaxRecord); break;
    case Shape::array: splitter_.emplace(Splitter::Level::array, shape_.start, cloudtrail::kMaxRecord); break;
    case Shape::documents:
      splitter_.emplace(Splitter::Level::documents, shape_.start,
                        whole ? std::size_t{8} << 20 : cloudtrail::kMaxDocument);
      break;
    case Shape::lines: break;
    case Shape::nothing: done_ = true; break;
    case Shape::unknown:
      done_ = true;
      add_quarantine(shape_.reason, 0, false);
      batch_.quarantined.back().whole_file = true;
      break;
  }
}

void InputParser::glance(std::string_view text, bool fresh) {
  if (fresh) {
    candidates_.clear();
    glanced_ = 0;
  }
  if (text.size() < Prefilter::kLookAhead || candidates_.size() > kMaxCandidates) return;
  const std::size_t to = text.size() - Prefilter::kLookAhead;
  if (to <= glanced_) return;
  prefilter_.candidates(text, glanced_, to, candidates_);
  glanced_ = to;
}

void InputParser::add_quarantine(std::string_view reason, std::uint64_t offset, bool with_record) {
  Quarantine q{path_, offset, std::nullopt, std::string(reason), false, {}};
  if (with_record) q.record = number_;
  batch_.quarantined.push_back(std::move(q));
}

bool InputParser::flush_if_large() {
  if (!batch_.is_large() || prefiltering_ || !on_large_batch_) return true;
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
    used = splitter_->feed(text, final, *this);
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
      const json::Value list = doc.root().occurrence("Records", 1);
      for (json::Value v = list.first_child(); !v.is_missing(); v = v.next_sibling()) {
        ++number_;
        (void)record_element(v.raw(), offset_);
      }
      return;
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
  if (prefiltering_) return candidate_element(text, offset);
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
  // Behind damage every record is parsed: a skipped one may have been cut wrongly.
  if (!everything_ && !damaged_ && !prefilter_.is_candidate(text)) return {};
  const Judge::Verdict verdict = judge_.judge(text, path_, number_, offset, batch_, coverage_);
  switch (verdict.kind) {
    case Judge::Verdict::Kind::record: name_feed("records_file"); return {};
    case Judge::Verdict::Kind::envelope: document(text, offset, true); return {};
    case Judge::Verdict::Kind::damaged: break;
  }
  damaged_ = true;
  add_quarantine(verdict.damage.reason, offset + verdict.damage.offset, true);
  // A string that was never closed makes one element of many records: cut anew where the next one seems to begin.
  if (const auto next = cloudtrail::find_record_start(text, 1)) return {Step::Kind::resume, *next};
  return {};
}

void InputParser::problem(std::string_view reason, std::uint64_t offset) {
  damaged_ = true;
  if (prefiltering_) return;
  ++number_;
  add_quarantine(reason, offset, false);
}

void InputParser::document(std::string_view text, std::uint64_t offset, bool in_list) {
  doc_offset_ = offset;
  bool readable = false;
  if (in_list) {
    std::string list;
    list.reserve(text.size() + 2);
    list.push_back('[');
    list += text;
    list.push_back(']');
    readable = unpacker_.unpack(list, *this);
  } else {
    readable = unpacker_.unpack(text, *this);
  }
  if (!readable) {
    ++number_;
    add_quarantine(unpacker_.damage().reason, offset + unpacker_.damage().offset, true);
  }
}

void InputParser::record(std::string_view text, Envelope envelope) {
  ++number_;
  name_feed(cloudtrail::to_string(envelope));
  if (text.size() > cloudtrail::kMaxRecord) return add_quarantine("record too large", doc_offset_, true);
  judge_.set_feed(envelope == Envelope::eventbridge       ? "eventbridge"
                  : envelope == Envelope::cloudwatch_logs ? "cloudwatch_logs"
                                                          : "file");
  const Judge::Verdict verdict = judge_.judge(text, path_, number_, doc_offset_, batch_, coverage_);
  if (verdict.kind == Judge::Verdict::Kind::damaged) add_quarantine(verdict.damage.reason, doc_offset_, true);
  if (verdict.kind == Judge::Verdict::Kind::envelope) add_quarantine("not a CloudTrail record", doc_offset_, true);
}

void InputParser::need_object(std::string_view, std::string_view) {
  name_feed(cloudtrail::to_string(Envelope::s3_notification));
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
  add_quarantine(unpacker_.damage().reason, offset + unpacker_.damage().offset, true);
}

bool InputParser::looks_complete(std::string_view text) const {
  std::string_view tail = trimmed(text);
  if (!tail.ends_with('}')) return false;
  tail = trimmed(tail.substr(0, tail.size() - 1));
  if (!tail.ends_with(']')) return false;
  tail = trimmed(tail.substr(0, tail.size() - 1));
  return tail.ends_with('}') || tail.ends_with('[');
}

bool InputParser::regular(std::string_view text) {
  bool wanted = true;
  const auto end = judge_.judge_list(text.substr(shape_.start), path_, number_, told_, shape_.start, batch_, coverage_,
                                     [&] { return wanted = flush_if_large(); });
  if (!end) {
    done_ = !wanted;
    return !wanted;
  }
  name_feed("records_file");
  rest(text.substr(shape_.start + *end), shape_.start + *end);
  return true;
}

bool InputParser::prefiltered(std::string_view text) {
  if (!looks_complete(text)) return false;
  if (candidates_.size() <= kMaxCandidates) prefilter_.candidates(text, glanced_, text.size(), candidates_);
  if (candidates_.size() > kMaxCandidates) return false;
  Prefilter::sort(candidates_);
  next_candidate_ = 0;
  const std::string_view list = text.substr(shape_.start);
  // What Lambda hands over has the same form, with records inside strings: its elements are no records.
  FirstElement first;
  Splitter(Splitter::Level::records, 0, cloudtrail::kMaxRecord).feed(list, true, first);
  if (first.before_it || (!first.text.empty() && !judge_.is_record(first.text))) return false;
  name_feed("records_file");
  if (candidates_.empty()) return true;
  switch (look_at_candidates(text)) {
    case Look::done: return true;
    case Look::doubtful: return false;
    case Look::unclear: break;
  }
  prefiltering_ = true;
  const std::size_t used = splitter_->feed(list, true, *this);
  prefiltering_ = false;
  // Candidates behind the end of the list: a second one, or damage.
  return !damaged_ && !(splitter_->ended() && candidates_.back().at >= shape_.start + used);
}

// Looks at each candidate by itself, without cutting the file into records up to it.
//
// The object around a candidate is guessed: it begins at the last `{"eventVersion"` before. What is then said is certain all
// the same. For the key of an event name, the object that directly encloses it is unique; when that has nothing to tell,
// neither has a record that may enclose it, because this key is not theirs. Everything else, an object with something to
// tell or one that holds another kind of literal, must be shown to be an element of the list: ElementFinder counts brackets
// from the start of the file, once. If one is not, or an object cannot be made out, the exact way is taken.
InputParser::Look InputParser::look_at_candidates(std::string_view text) {
  constexpr std::string_view kRecordStart = "{\"eventVersion\"";
  constexpr std::size_t kFarthest = 16 * 1024;
  struct Object {
    std::size_t begin;
    std::size_t findings;  // those of `told` up to here are of this object and the ones before
    std::size_t quarantined;
  };
  std::vector<Object> objects;
  CoverageCounter no_coverage(false);
  Batch told;
  std::size_t end = 0;     // of the object that was looked at last
  bool last_kept = false;  // it is in `objects`
  for (const Prefilter::Candidate& c : candidates_) {
    if (c.at < end) {
      if (!c.is_name && !last_kept) return Look::unclear;  // an object that was let go by another candidate: rare
      continue;
    }
    const std::size_t from = std::max(c.at > kFarthest ? c.at - kFarthest : 0, end);
    const std::size_t start = text.substr(from, c.at - from).rfind(kRecordStart);
    if (start == std::string_view::npos) return Look::unclear;
    const std::size_t begin = from + start;
    FirstElement object;
    Splitter(Splitter::Level::documents, 0, cloudtrail::kMaxRecord).feed(text.substr(begin), true, object);
    end = begin + object.text.size();
    if (end <= c.at) return Look::unclear;
    const std::size_t before = told.size();
    if (judge_.judge(object.text, path_, 0, begin, told, no_coverage).kind != Judge::Verdict::Kind::record)
      return Look::doubtful;
    last_kept = told.size() > before || !c.is_name;
    if (last_kept) objects.push_back({begin, told.findings.size(), told.quarantined.size()});
  }
  json::ElementFinder elements(text.substr(shape_.start));
  std::size_t finding = 0;
  std::size_t quarantined = 0;
  for (const Object& object : objects) {
    const auto number = elements.number_at(object.begin - shape_.start);
    if (!number) return Look::doubtful;
    for (; finding < object.findings; ++finding) told.findings[finding].event->origin.record = *number;
    for (; quarantined < object.quarantined; ++quarantined) told.quarantined[quarantined].record = *number;
  }
  batch_.add(std::move(told));
  return Look::done;
}

cloudtrail::SplitHandler::Step InputParser::candidate_element(std::string_view text, std::uint64_t offset) {
  ++number_;
  const std::uint64_t end = offset + text.size();
  while (next_candidate_ < candidates_.size() && candidates_[next_candidate_].at < offset) ++next_candidate_;
  if (next_candidate_ == candidates_.size()) return {Step::Kind::stop, 0};
  if (candidates_[next_candidate_].at >= end) return {};
  const Judge::Verdict verdict = judge_.judge(text, path_, number_, offset, batch_, coverage_);
  if (verdict.kind != Judge::Verdict::Kind::record) {
    damaged_ = true;
    return {Step::Kind::stop, 0};
  }
  return {};
}

}  // namespace gw::scan

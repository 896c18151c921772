#include "engine/scan/candidates.h"

#include <algorithm>
#include <utility>

#include "base/json/brackets.h"

namespace gw::scan {
namespace {

using cloudtrail::Splitter;

constexpr std::size_t kMaxCandidates = 256 * 1024;  // with more, telling them apart costs more than parsing everything

struct FirstElement final : cloudtrail::SplitHandler {
  std::string_view text;
  Step element(std::string_view element, std::uint64_t) override {
    text = element;
    return {Step::Kind::stop, 0};
  }
  void problem(std::string_view, std::uint64_t) override { before_it = true; }
  bool before_it = false;  // something that does not belong there
};

// Whether `text` ends with `last` before white space; takes both off then.
bool take_last(std::string_view& text, char last) {
  text = text.substr(0, text.find_last_not_of(" \n\r\t") + 1);
  if (!text.ends_with(last)) return false;
  text.remove_suffix(1);
  return true;
}

bool looks_complete(std::string_view text) {
  return take_last(text, '}') && take_last(text, ']') && (take_last(text, '}') || take_last(text, '['));
}

}  // namespace

void CandidateReader::glance(std::string_view text, bool fresh) {
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

bool CandidateReader::read(const std::string& path, std::string_view text, std::size_t list_start, Batch& batch) {
  if (!looks_complete(text)) return false;
  if (candidates_.size() <= kMaxCandidates) prefilter_.candidates(text, glanced_, text.size(), candidates_);
  if (candidates_.size() > kMaxCandidates) return false;
  Prefilter::sort(candidates_);
  const std::string_view list = text.substr(list_start);
  // What Lambda hands over has the same form, with records inside strings: its elements are no records.
  FirstElement first;
  Splitter(Splitter::Level::records, 0, cloudtrail::kMaxRecord).feed(list, true, first);
  if (first.before_it || (!first.text.empty() && !judge_.is_record(first.text))) return false;
  if (candidates_.empty()) return true;
  switch (look_at_each(path, text, list_start, batch)) {
    case Look::done: return true;
    case Look::doubtful: return false;
    case Look::unclear: break;
  }
  path_ = &path;
  batch_ = &batch;
  number_ = 0;
  next_ = 0;
  damaged_ = false;
  Splitter splitter(Splitter::Level::records, list_start, cloudtrail::kMaxRecord);
  const std::size_t used = splitter.feed(list, true, *this);
  // Candidates behind the end of the list: a second one, or damage.
  return !damaged_ && !(splitter.ended() && candidates_.back().at >= list_start + used);
}

// Looks at each candidate by itself, without cutting the file into records up to it.
//
// The object around a candidate is guessed: it begins at the last `{"eventVersion"` before. What is then said is certain all
// the same. For the key of an event name, the object that directly encloses it is unique; when that has nothing to tell,
// neither has a record that may enclose it, because this key is not theirs. Everything else, an object with something to
// tell or one that holds another kind of literal, must be shown to be an element of the list: ElementFinder counts brackets
// from the start of the file, once. If one is not, or an object cannot be made out, the exact way is taken.
CandidateReader::Look CandidateReader::look_at_each(const std::string& path, std::string_view text,
                                                    std::size_t list_start, Batch& batch) {
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
    if (object.before_it || end <= c.at) return Look::unclear;  // too large, or cut off
    const std::size_t before = told.size();
    if (judge_.judge(object.text, path, 0, begin, told, no_coverage).kind != Judge::Verdict::Kind::record)
      return Look::doubtful;
    if (told.is_too_large()) return Look::doubtful;
    last_kept = told.size() > before || !c.is_name;
    if (last_kept) objects.push_back({begin, told.findings.size(), told.quarantined.size()});
  }
  json::ElementFinder elements(text.substr(list_start));
  std::size_t finding = 0;
  std::size_t quarantined = 0;
  for (const Object& object : objects) {
    const auto number = elements.number_at(object.begin - list_start);
    if (!number) return Look::doubtful;
    for (; finding < object.findings; ++finding) {
      if (told.findings[finding].event != nullptr) told.findings[finding].event->origin.record = *number;
    }
    for (; quarantined < object.quarantined; ++quarantined) told.quarantined[quarantined].record = *number;
  }
  batch.add(std::move(told));
  return Look::done;
}

cloudtrail::SplitHandler::Step CandidateReader::element(std::string_view text, std::uint64_t offset) {
  ++number_;
  const std::uint64_t end = offset + text.size();
  while (next_ < candidates_.size() && candidates_[next_].at < offset) ++next_;
  if (next_ == candidates_.size()) return {Step::Kind::stop, 0};
  if (candidates_[next_].at >= end) return {};
  const Judge::Verdict verdict = judge_.judge(text, *path_, number_, offset, *batch_, coverage_);
  if (verdict.kind != Judge::Verdict::Kind::record || batch_->is_too_large()) {
    damaged_ = true;
    return {Step::Kind::stop, 0};
  }
  return {};
}

void CandidateReader::problem(std::string_view, std::uint64_t) { damaged_ = true; }

}  // namespace gw::scan

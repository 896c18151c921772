// The short way through a log file held whole: only the records that the prefilter picks are judged.
//
// glance() looks for candidates while the text still grows; read() takes the whole text. One a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cloudtrail/splitter.h"
#include "engine/scan/coverage.h"
#include "engine/scan/judge.h"
#include "engine/scan/prefilter.h"

namespace gw::scan {

class CandidateReader final : private cloudtrail::SplitHandler {
 public:
  // What it refers to outlives it.
  CandidateReader(const Prefilter& prefilter, Judge& judge, CoverageCounter& coverage)
      : prefilter_(prefilter), judge_(judge), coverage_(coverage) {}

  // Looks for candidates in what has come of a text. `fresh`: this is another text than at the last call.
  void glance(std::string_view text, bool fresh);

  // Judges the candidate records of a whole log file, whose list begins at `list_start`, into `batch`. False at the first
  // sign of damage, or when there is too much to tell: `batch` is to be dropped then. Literals::kSlack bytes must be readable behind the text.
  bool read(const std::string& path, std::string_view text, std::size_t list_start, Batch& batch);

 private:
  enum class Look : std::uint8_t { done, unclear, doubtful };
  Look look_at_each(const std::string& path, std::string_view text, std::size_t list_start, Batch& batch);
  Step element(std::string_view text, std::uint64_t offset) override;
  void problem(std::string_view reason, std::uint64_t offset) override;

  const Prefilter& prefilter_;
  Judge& judge_;
  CoverageCounter& coverage_;
  std::vector<Prefilter::Candidate> candidates_;
  std::size_t glanced_ = 0;  // how far candidates were looked for

  // Of the exact way, which cuts the list into records:
  const std::string* path_ = nullptr;
  Batch* batch_ = nullptr;
  std::uint64_t number_ = 0;  // of the record, from 1
  std::size_t next_ = 0;      // candidate
  bool damaged_ = false;
};

}  // namespace gw::scan

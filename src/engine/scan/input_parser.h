// The text of one input, whole or in windows → batches of judged records.
//
// begin() recognises the shape; feed() takes the text in windows (what it does not consume comes again in front of the next);
// take_batch() gives what is ready. For a log file held whole, prefiltered() is the short way. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/cloudtrail/shape.h"
#include "domain/cloudtrail/splitter.h"
#include "domain/cloudtrail/unpack.h"
#include "engine/scan/candidates.h"
#include "engine/scan/coverage.h"
#include "engine/scan/judge.h"
#include "engine/scan/prefilter.h"

namespace gw::scan {

class InputParser final : private cloudtrail::SplitHandler, private cloudtrail::UnpackHandler {
 public:
  InputParser(const Question& question, CoverageCounter& coverage);

  // Starts an input. `head` is its first window; `whole`: there is nothing more; `everything`: every record is parsed, not
  // only those that the prefilter picks. Drops what is left of the batch.
  void begin(const std::string& path, std::string_view head, bool whole, bool everything, std::uint64_t told = 0);
  // Before begin(), while the text still grows in the buffer: looks for candidates in what has come. `fresh`: this is
  // another text than at the last call.
  void glance(std::string_view text, bool fresh) { candidates_.glance(text, fresh); }
  // How many records of this input have left in a large batch.
  [[nodiscard]] std::uint64_t told() const { return flushed_; }
  // How many bytes of the window were consumed. Literals::kSlack bytes must be readable behind it.
  std::size_t feed(std::string_view window, bool final);
  // Nothing more will come of this input, whatever is fed.
  [[nodiscard]] bool done() const { return done_; }

  // True for a log file, or what has its form.
  [[nodiscard]] bool is_list() const { return shape_.shape == cloudtrail::Shape::records; }
  // True when its records can be told from bytes.
  [[nodiscard]] bool can_prefilter() const { return !everything_ && is_list(); }
  // Records were skipped by bytes, and then damage was met: what was skipped may have been cut wrongly.
  [[nodiscard]] bool is_doubtful() const { return damaged_ && !everything_; }
  // The envelope that the records came in; empty until one was seen.
  [[nodiscard]] const std::string& feed_name() const { return feed_name_; }
  // Judges only the candidate records of the whole text. False at the first sign of damage; begin() again then.
  bool prefiltered(std::string_view text);

  // Judges all records of the whole text the fast way. False at anything irregular: begin() again then, and feed(); what
  // was told by then is not told twice.
  bool regular(std::string_view text);

  // Called with a batch that has grown large, in the middle of feed(); false ends the input.
  void on_large_batch(std::function<bool(Batch)> callback) { on_large_batch_ = std::move(callback); }
  [[nodiscard]] Batch& batch() { return batch_; }
  [[nodiscard]] Batch take_batch() { return std::exchange(batch_, Batch{}); }

 private:
  Step element(std::string_view text, std::uint64_t offset) override;
  void problem(std::string_view reason, std::uint64_t offset) override;
  void record(std::string_view text, cloudtrail::Envelope envelope) override;
  void event(std::string_view text) override { event_ = text; }
  std::size_t records(std::string_view list, const std::vector<std::uint32_t>& ends,
                      cloudtrail::Envelope envelope) override;
  void need_object(cloudtrail::ObjectName object) override;
  void ignored(std::string_view why) override;
  void quarantine(std::string_view why) override;

  Step record_element(std::string_view text, std::uint64_t offset);
  void document(std::string_view text, std::uint64_t offset, bool in_list);
  std::size_t lines(std::string_view window, bool final);
  void line(std::string_view text, std::uint64_t offset);
  void rest(std::string_view text, std::uint64_t offset);
  void add_quarantine(std::string_view reason, std::uint64_t offset, bool with_record, std::string_view text = {});
  bool flush_if_large();
  void name_feed(std::string_view name) { feed_name_ = name; }

  const Prefilter& prefilter_;
  CoverageCounter& coverage_;
  Judge judge_;
  std::string_view event_;  // that the next record lies in
  CandidateReader candidates_;
  cloudtrail::Unpacker unpacker_;
  std::function<bool(Batch)> on_large_batch_;

  std::string path_;
  cloudtrail::Sniffed shape_;
  std::optional<cloudtrail::Splitter> splitter_;
  Batch batch_;
  std::uint64_t number_ = 0;      // of the record, from 1
  std::uint64_t flushed_ = 0;     // the number of the last record in a batch that has left
  std::uint64_t told_ = 0;        // records up to this number were told in an earlier, broken off reading
  std::uint64_t offset_ = 0;      // of the window
  std::uint64_t doc_offset_ = 0;  // of the document being unpacked
  std::string_view splitting_;    // what the splitter is looking at, for saying what a problem is about
  std::uint64_t splitting_offset_ = 0;
  bool everything_ = false;
  bool damaged_ = false;
  enum class First : std::uint8_t { unknown, record, other };
  First first_ = First::unknown;  // element of the list: behind a record there are only records
  bool started_ = false;          // the first window was fed
  bool done_ = false;
  bool skipping_line_ = false;  // the rest of a line that is too long
  std::string rest_;            // what follows the list of records
  std::string feed_name_;
};

}  // namespace gw::scan

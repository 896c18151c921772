// Cutting a text into the JSON values that it lists, exactly, without parsing them.
//
// A Splitter is fed windows of a text of any length and tells each element: the objects of a `Records` array, of a plain
// array, or documents that follow one another. It looks at brackets and strings only, so an element that it tells may
// still be damaged inside; what stands between elements is checked. After damage it finds its way again at the next place
// that looks like the start of a record, so that one broken record does not take the rest with it.
//
// Memory: none of its own; the caller keeps the window. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json/brackets.h"

namespace gw::cloudtrail {

// CloudTrail caps a record at 256 KB (1 MB in event data stores); twice that is damage or an attack.
inline constexpr std::size_t kMaxRecord = std::size_t{2} << 20;
inline constexpr std::size_t kMaxDocument = std::size_t{4} << 20;

class SplitHandler {
 public:
  struct Step {
    enum class Kind : std::uint8_t { next, resume, stop };
    Kind kind = Kind::next;
    std::size_t at = 0;  // resume: offset within the element, > 0, at which to cut anew
  };
  virtual ~SplitHandler() = default;
  // `text` lives until the next call of feed(); `offset` is from the start of the whole text.
  virtual Step element(std::string_view text, std::uint64_t offset) = 0;
  // Damage between elements, or an element that was left out. `reason` is a constant.
  virtual void problem(std::string_view reason, std::uint64_t offset) = 0;
};

class Splitter {
 public:
  enum class Level : std::uint8_t { documents = 0, array = 1, records = 2 };

  // `offset`: where the first window begins in the whole text (behind the opening bracket of the list, if any).
  Splitter(Level level, std::uint64_t offset, std::size_t max_element);

  // Reads on. `window` begins with what the call before did not consume; `final` says that nothing comes after it. Returns
  // how many bytes may be dropped from its front. Memory behind the window is not touched.
  std::size_t feed(std::string_view window, bool final, SplitHandler& handler);

  // The bracket that closes the list was read: what feed() did not consume comes after it.
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  // Where in the whole text the next window begins.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  bool brackets(std::string_view window, json::BracketMasks masks, std::size_t block, SplitHandler& handler);
  void gap(std::string_view window, std::size_t end, SplitHandler& handler);
  void gap_ends(std::size_t at, bool closing, SplitHandler& handler);
  bool resync(std::string_view window, std::size_t from);
  void restart(std::size_t at);

  std::int64_t level_;
  std::uint64_t offset_;  // of the window
  std::size_t max_element_;
  json::BracketState state_;
  std::size_t scanned_ = 0;   // within the window
  std::size_t open_ = kNone;  // where the open element begins
  std::size_t gap_ = 0;       // where the unchecked part of the gap begins
  std::uint64_t elements_ = 0;
  unsigned commas_ = 0;
  bool bad_gap_told_ = false;
  bool discarding_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  unsigned resyncs_ = 0;
};

// Where, at or after `from`, a record seems to begin (the position of its `{`).
[[nodiscard]] std::optional<std::size_t> find_record_start(std::string_view text, std::size_t from);

}  // namespace gw::cloudtrail

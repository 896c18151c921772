// json::skip_blocks() runs through the inside of an element; only a block in which an element may end or begin is looked
// at bracket by bracket. The depth is counted so that elements lie at `level_` whatever stands around the list.
//
// Finding the way again: CloudTrail's writers begin a record with one of a few keys, and `{"eventVersion"` with an
// unescaped quote cannot stand inside a string of valid JSON. A nested object may imitate it, which is why the search
// runs only behind damage, and at most kMaxResyncs times (each may read to the end of the window).
#include "domain/cloudtrail/splitter.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace gw::cloudtrail {
namespace {

constexpr unsigned kMaxResyncs = 64;

constexpr std::array<std::string_view, 7> kFirstKeys = {
    "\"eventVersion\"", "\"awsRegion\"", "\"additionalEventData\"", "\"apiVersion\"", "\"userIdentity\"",
    "\"eventTime\"",    "\"eventID\""};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::optional<std::size_t> find_record_start(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1)) {
    std::size_t key = at + 1;
    while (key < text.size() && is_space(text[key])) ++key;  // a file laid out for people
    const std::string_view rest = text.substr(key);
    if (std::any_of(kFirstKeys.begin(), kFirstKeys.end(), [&](auto name) { return rest.starts_with(name); })) return at;
  }
  return std::nullopt;
}

Splitter::Splitter(Level level, std::uint64_t offset, std::size_t max_element)
    : level_(static_cast<std::int64_t>(level)), offset_(offset), max_element_(max_element) {
  state_.depth = level_;
}

// Checks the part of a gap up to `end`: white space, and one comma between the elements of a list.
void Splitter::gap(std::string_view window, std::size_t end, SplitHandler& handler) {
  for (; gap_ < end; ++gap_) {
    const char c = window[gap_];
    if (is_space(c)) continue;
    if (c == ',' && level_ > 0) {
      ++commas_;
    } else if (!bad_gap_told_) {
      bad_gap_told_ = true;
      handler.problem(level_ > 0 ? "an element of the list is not an object" : "text between documents",
                      offset_ + gap_);
    }
  }
}

void Splitter::gap_ends(std::size_t at, bool closing, SplitHandler& handler) {
  if (!bad_gap_told_ && level_ > 0) {
    const unsigned wanted = !closing && elements_ > 0 ? 1 : 0;
    if (commas_ != wanted) {
      handler.problem(commas_ < wanted ? "a comma is missing" : "a comma too many", offset_ + at);
    }
  }
  commas_ = 0;
  bad_gap_told_ = false;
}

void Splitter::restart(std::size_t at) {
  state_ = {};
  state_.depth = level_;
  scanned_ = at;
  gap_ = at;
  open_ = kNone;
  discarding_ = false;
  commas_ = elements_ > 0 ? 1 : 0;  // whatever stood there is lost with the damage
  bad_gap_told_ = false;
}

bool Splitter::resync(std::string_view window, std::size_t from) {
  if (resyncs_ >= kMaxResyncs) return false;
  std::optional<std::size_t> at;
  if (level_ == 0) {
    const std::size_t line = window.find("\n{", from);
    if (line != std::string_view::npos) at = line + 1;
  } else {
    at = find_record_start(window, from);
  }
  if (!at) return false;
  ++resyncs_;
  restart(*at);
  return true;
}

// Goes through the brackets of one block. False when scanned_ was moved (restart), the list ended, or all stops.
bool Splitter::brackets(std::string_view window, json::BracketMasks masks, std::size_t block, SplitHandler& handler) {
  for (std::uint64_t bits = masks.opens | masks.closes; bits != 0; bits &= bits - 1) {
    const auto bit = static_cast<unsigned>(__builtin_ctzll(bits));
    const std::size_t at = block + bit;
    if ((masks.opens >> bit & 1) != 0) {
      if (state_.depth++ == level_ && !discarding_) {
        gap(window, at, handler);
        gap_ends(at, false, handler);
        open_ = at;
      }
      continue;
    }
    --state_.depth;
    if (state_.depth == level_) {
      ++elements_;
      gap_ = at + 1;
      if (discarding_) {
        discarding_ = false;
        continue;
      }
      const std::string_view element = window.substr(open_, at + 1 - open_);
      const std::size_t begin = open_;
      open_ = kNone;
      if (element.size() > max_element_) {
        handler.problem("record too large", offset_ + begin);
        continue;
      }
      const SplitHandler::Step step = handler.element(element, offset_ + begin);
      if (step.kind == SplitHandler::Step::Kind::stop) {
        stopped_ = true;
        return false;
      }
      if (step.kind == SplitHandler::Step::Kind::resume && resyncs_ < kMaxResyncs) {
        ++resyncs_;
        restart(begin + step.at);
        return false;
      }
    } else if (state_.depth < level_) {
      gap(window, at, handler);
      if (level_ == 0) {
        handler.problem("a bracket too many", offset_ + at);
        state_.depth = 0;
        gap_ = at + 1;
        continue;
      }
      gap_ends(at, true, handler);
      ended_ = true;
      scanned_ = at + 1;
      return false;
    }
  }
  return true;
}

std::size_t Splitter::feed(std::string_view window, bool final, SplitHandler& handler) {
  if (ended_ || stopped_) return 0;
  for (;;) {
    const std::size_t left = window.size() - scanned_;
    json::BracketMasks masks;
    const std::size_t blocks = left / json::kBlock;
    const std::size_t skipped = json::skip_blocks(window.data() + scanned_, blocks, level_, state_, masks);
    scanned_ += skipped * json::kBlock;
    if (skipped < blocks) {
      const std::size_t block = scanned_;
      scanned_ += json::kBlock;
      if (!brackets(window, masks, block, handler) && (ended_ || stopped_)) break;
      continue;
    }
    if (final && scanned_ < window.size()) {
      char tail[json::kBlock];
      std::memset(tail, ' ', sizeof tail);
      std::memcpy(tail, window.data() + scanned_, window.size() - scanned_);
      const std::size_t block = scanned_;
      scanned_ = window.size();
      if (json::skip_blocks(tail, 1, level_, state_, masks) == 0 && !brackets(window, masks, block, handler)) {
        if (ended_ || stopped_) break;
        continue;
      }
    }
    if (!final) {
      if (open_ == kNone || window.size() - open_ <= max_element_) break;
      handler.problem("record too large", offset_ + open_);
      if (resync(window, open_ + 1)) continue;
      open_ = kNone;
      discarding_ = true;
      gap_ = scanned_;
      break;
    }
    // The end of the text.
    if (open_ != kNone) {
      handler.problem("cut off", offset_ + open_);
      if (resync(window, open_ + 1)) continue;
      open_ = kNone;
      gap_ = scanned_;
    } else if (discarding_) {
      handler.problem("cut off", offset_ + scanned_);
    } else {
      gap(window, scanned_, handler);
      if (level_ > 0) handler.problem("cut off", offset_ + scanned_);
    }
    stopped_ = true;
    return window.size();
  }
  if (stopped_) return window.size();
  if (open_ == kNone && !discarding_ && !ended_) gap(window, scanned_, handler);
  if (discarding_) gap_ = scanned_;
  const std::size_t consumed = open_ != kNone ? open_ : scanned_;
  scanned_ -= consumed;
  gap_ = gap_ >= consumed ? gap_ - consumed : 0;
  if (open_ != kNone) open_ = 0;
  offset_ += consumed;
  return consumed;
}

}  // namespace gw::cloudtrail

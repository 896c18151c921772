// Which records need to be parsed at all: a superset of those that the question can match, found by bytes.
//
// A record can only match if (1) its eventName is one that the question is about, or (2) it holds a literal that every other
// match must hold: `"Root"` or `"IAMUser"` for accesses carried by identity, the stem of a role that a watch names, an
// event id to explain. Writers may escape letters as \u00XX, which would hide both: an escaped letter or digit makes a
// record a candidate by itself (CloudTrail's writers escape only punctuation). Immutable; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/literals.h"
#include "domain/detect/detect.h"
#include "domain/watch/watch_set.h"
#include "engine/scan/scan.h"

namespace gw::scan {

// Event names by what they are to a question. Exact names in a small open-addressed table, prefixes in a short list.
class EventNames {
 public:
  explicit EventNames(const std::vector<detect::EventNameInterest>& names);
  [[nodiscard]] bool contains(std::string_view name) const;

 private:
  [[nodiscard]] std::size_t slot(std::string_view name, std::uint64_t hash) const;
  std::array<std::uint64_t, 16> sketch_{};  // one bit of 1024 for the hash of each exact name: most others end there
  std::vector<std::string_view> table_;     // a power of two; empty views are free
  std::vector<std::string_view> prefixes_;
};

// What is searched for, and what an occurrence must still be.
struct PrefilterLiteral {
  enum class Kind : std::uint8_t {
    plain,       // an occurrence is enough
    escape,      // an escaped letter or digit
    name,        // an event name in quotes: the value of the key `"eventName"`
    event_name,  // that key: with a name that is wanted
  };
  std::string text;
  Kind kind = Kind::plain;
};

class Prefilter {
 public:
  Prefilter(const Options& options, const watch::Needs& needs);

  struct Candidate {
    std::uint32_t at;  // a position within the candidate record
    bool is_name;  // that of an event name or its key: of a member of the record itself, or of something nested in it
  };
  // Appends what makes records in the part [from, to) of `text` candidates; sort() puts those of all parts into ascending
  // order. The text is JSON with records at any place; Literals::kSlack bytes must be readable behind it, and kLookAhead
  // bytes of it behind the part unless it ends there.
  static constexpr std::size_t kLookAhead = 1024;
  void candidates(std::string_view text, std::size_t from, std::size_t to, std::vector<Candidate>& found) const;
  static void sort(std::vector<Candidate>& found);
  [[nodiscard]] bool is_candidate(std::string_view text) const;

  // True when the object at the cursor of `doc` is a record of an event that detect() has nothing to say about, by every
  // occurrence of the keys that decide: it need not be decoded, and the cursor stands behind it. (A wrong JSON type anywhere
  // else in it is not looked for.) False, with the cursor where it was: that, or it must be parsed to be judged.
  [[nodiscard]] bool passes_ordinary(json::Doc& doc) const;

  // Whether detect() or name_fact() can answer for such a record at all, whatever the question; by the decoded record.
  [[nodiscard]] bool may_tell(const model::Record& record) const;
  // Whether it is a call that an AWS service made for itself, of which detect() says nothing whatever its details; may_tell() may
  // hold for it by its name.
  [[nodiscard]] bool is_service_call(const model::Record& record) const;

 private:
  [[nodiscard]] bool verify(std::string_view text, std::size_t index, std::size_t at) const;

  EventNames wanted_;
  EventNames known_;
  EventNames not_by_services_;  // of the known ones
  std::vector<PrefilterLiteral> kinds_;
  Literals literals_;
};

}  // namespace gw::scan

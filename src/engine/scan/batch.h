// What one input, or a part of it, came to: from the Judge that says it to the Teller that tells it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/detect/detect.h"
#include "engine/scan/pool.h"
#include "engine/scan/scan.h"

namespace gw::scan {

// Records are hostile: a megabyte in one field is bounded by nothing but their size. So what waits is weighed by its text.
[[nodiscard]] inline bool is_small_event(const model::AccessEvent& event) { return event.text_memory() <= 4096; }
[[nodiscard]] inline bool is_small_text(const std::string& text) { return text.capacity() <= 640 * 1024; }

using EventPool = Pool<model::AccessEvent, 1024, is_small_event>;
using TextPool = Pool<std::string, 8, is_small_text>;

// An access event that passed the question: itself, or its wire form in the Batch's text.
struct Finding {
  std::unique_ptr<model::AccessEvent> event;
  std::size_t text_size = 0;                // of the wire form, or of the event's texts
  std::uint64_t entry = 0;                  // for SeenKeys
  std::optional<model::Severity> severity;  // of a break-glass access
  bool damaged = false;                     // a field of the record has a wrong type: it is counted as quarantined
};

struct Explained {
  std::string event_name;
  std::optional<model::AccessEvent> event;
  std::vector<watch::WatchSet::Reason> reasons;
};

// In the order of the input.
struct Batch {
  std::vector<Finding> findings;
  std::unique_ptr<std::string> text;  // wire forms, one behind the other, from TextPool; null while there are none
  std::vector<detect::NameFact> names;
  std::vector<Quarantine> quarantined;
  std::vector<Explained> explained;
  std::uint64_t decoded = 0;
  std::uint64_t ignored = 0;
  std::uint64_t not_watched = 0;
  std::uint64_t non_records = 0;
  std::size_t held = 0;  // bytes of all this but `text`

  [[nodiscard]] std::size_t size() const {
    return findings.size() + names.size() + quarantined.size() + explained.size();
  }
  [[nodiscard]] std::size_t text_size() const { return text == nullptr ? 0 : text->size(); }
  // In bytes, roughly.
  [[nodiscard]] std::size_t weight() const { return held + text_size(); }
  // To be told now, and not to be kept until the end of its input.
  [[nodiscard]] bool is_large() const { return size() >= 512 || text_size() >= 256 * 1024 || held >= 1024 * 1024; }
  [[nodiscard]] bool is_too_large() const { return weight() >= 2048 * 1024; }

  void add(Finding finding) {
    held += finding.event == nullptr ? sizeof finding : sizeof *finding.event + finding.text_size;
    findings.push_back(std::move(finding));
  }
  void add(detect::NameFact fact) {
    held += sizeof fact + fact.workflow_id.size() + fact.name.size() + fact.identity_store_user.size();
    names.push_back(std::move(fact));
  }
  void add(Quarantine what) {
    held += sizeof what + what.path.size() + what.reason.size() + what.event_id.size();
    quarantined.push_back(std::move(what));
  }
  void add(Explained what) {
    held += sizeof what + what.event_name.size() + (what.event ? what.event->text_size() : 0);
    for (const auto& reason : what.reasons) held += sizeof reason + reason.watch.size() + reason.why.size();
    explained.push_back(std::move(what));
  }
  // Appends another one.
  void add(Batch other) {
    if (text == nullptr) {
      text = std::move(other.text);
    } else if (other.text != nullptr) {
      *text += *other.text;
      TextPool::shared().give(std::move(other.text));
    }
    const auto append = [](auto& to, auto& from) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
    append(findings, other.findings);
    append(names, other.names);
    append(quarantined, other.quarantined);
    append(explained, other.explained);
    decoded += other.decoded;
    ignored += other.ignored;
    not_watched += other.not_watched;
    non_records += other.non_records;
    held += other.held;
  }
};

}  // namespace gw::scan

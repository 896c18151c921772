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

using EventPool = Pool<model::AccessEvent, 1024>;
using TextPool = Pool<std::string, 16>;

// An access event that passed the question: itself, or its wire form in the Batch's text.
struct Finding {
  std::unique_ptr<model::AccessEvent> event;
  std::size_t text_size = 0;                // where there is no event
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

  [[nodiscard]] std::size_t size() const {
    return findings.size() + names.size() + quarantined.size() + explained.size();
  }
  [[nodiscard]] bool is_large() const { return size() >= 512 || (text != nullptr && text->size() >= 256 * 1024); }
  // Appends another one, whose findings are events all.
  void add(Batch other) {
    const auto append = [](auto& to, auto& from) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
    append(findings, other.findings);
    append(names, other.names);
    append(quarantined, other.quarantined);
    append(explained, other.explained);
    decoded += other.decoded;
    ignored += other.ignored;
    not_watched += other.not_watched;
    non_records += other.non_records;
  }
};

}  // namespace gw::scan

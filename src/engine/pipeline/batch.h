// What one delivery, or a part of a large one, came to: from a worker to the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/coverage/lag.h"
#include "domain/detect/detect.h"
#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// A record of which something is stored. How it counts is not known before the commit: it may be there already.
struct KeptRecord {
  enum class As : std::uint8_t { matched, attached, quarantined };
  std::size_t first = 0;  // of its entries
  std::size_t count = 0;
  As as = As::matched;   // quarantined: a field of it has a wrong type; what can be read is stored all the same
  std::string text;      // the record itself, should it be in conflict with one that is stored
  std::size_t size = 0;  // of the whole text
};

struct Batch {
  std::vector<model::Entry> entries;
  std::vector<KeptRecord> kept;
  std::vector<ports::QuarantineItem> quarantine;
  std::vector<model::Alert> alerts;  // undecodable
  std::vector<ports::CoverageSighting> coverage;
  std::vector<coverage::LagCounts> lags;  // of each of these
  std::vector<ports::ChainRow> chain;
  std::vector<detect::NameFact> names;
  ports::RecordBooks records;     // as if nothing were stored already
  ports::DeliveryBooks delivery;  // of the whole delivery: zero in all parts but the last
  std::size_t weight = 0;         // bytes of all this, roughly
};

// Of a quarantined item so much is kept.
inline constexpr std::size_t kMaxPayload = std::size_t{256} * 1024;
// A batch is handed on as a part of its delivery when it is heavier, unless another weight is asked for.
inline constexpr std::size_t kPartWeight = std::size_t{4} << 20;

[[nodiscard]] inline std::size_t weight_of(const model::Entry& entry) {
  return sizeof entry + entry.event_key.size() + entry.event.text_size() + entry.edges.size() * 192;
}

}  // namespace gw::pipeline

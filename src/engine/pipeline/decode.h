// Bytes → what is stored of them: reads one delivery, whatever its form, and judges every record in it.
//
// Depends on the delivery and the settings only (`received_at` stands for now), so a delivery may be decoded again. Damage is
// data: it is quarantined with a reason, and the rest is read. One thread at a time; keeps its buffers between deliveries.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/pipeline/batch.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"
#include "engine/scan/reader.h"
#include "engine/scan/walk.h"

namespace gw::pipeline {

class Decoder {
 public:
  // Takes the parts of a delivery that holds more than `part_weight`, but for the last one.
  using Part = std::function<void(Batch)>;

  // `budget`: of the reader's buffers. What fits into them is read whole, which is the fast way; larger inputs go through a
  // window, and a single record that does not fit is quarantined.
  explicit Decoder(scan::Budget budget = usual_budget(), std::size_t part_weight = kPartWeight);
  ~Decoder();
  [[nodiscard]] static scan::Budget usual_budget();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Answers the last part; mostly the only one. Its `delivery` counts the delivery as settled, and as what.
  [[nodiscard]] Batch decode(const ports::Delivery& delivery, const SettingsPtr& settings, const Part& part);

  // The same for a file, which is read in windows, whatever its size.
  struct File {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    bool failed = false;  // could not be opened, or not be read to its end
  };
  [[nodiscard]] Batch decode_file(const scan::Input& input, Time now, const SettingsPtr& settings, const Part& part,
                                  File& file);

 private:
  struct State;
  State& state_of(const SettingsPtr& settings);
  scan::Budget budget_;
  std::size_t part_weight_;
  std::unique_ptr<State> state_;
  SettingsPtr settings_;
};

}  // namespace gw::pipeline

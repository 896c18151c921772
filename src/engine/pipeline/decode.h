// Bytes → what is stored of them: reads one delivery, whatever its form, and judges every record in it.
//
// Depends on the delivery and the settings only (`received_at` stands for now), so a delivery may be decoded again. Damage is
// data: it is quarantined with a reason, and the rest is read. One thread at a time; keeps its buffers between deliveries.
#pragma once

#include <functional>
#include <memory>

#include "engine/pipeline/batch.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"

namespace gw::pipeline {

class Decoder {
 public:
  // Takes the parts of a delivery that holds more than kPartWeight, but for the last one.
  using Part = std::function<void(Batch)>;

  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Answers the last part; mostly the only one. Its `delivery` counts the delivery as settled, and as what.
  [[nodiscard]] Batch decode(const ports::Delivery& delivery, const SettingsPtr& settings, const Part& part);

 private:
  struct State;
  std::unique_ptr<State> state_;
  SettingsPtr settings_;
};

}  // namespace gw::pipeline

#include "engine/ports/store.h"

namespace gw::ports {

RecordBooks& RecordBooks::operator+=(const RecordBooks& other) {
  decoded += other.decoded;
  matched += other.matched;
  attached += other.attached;
  ignored += other.ignored;
  not_watched += other.not_watched;
  duplicate += other.duplicate;
  quarantined += other.quarantined;
  return *this;
}

bool RecordBooks::balanced() const {
  return decoded == matched + attached + ignored + not_watched + duplicate + quarantined;
}

DeliveryBooks& DeliveryBooks::operator+=(const DeliveryBooks& other) {
  settled += other.settled;
  non_record += other.non_record;
  quarantined += other.quarantined;
  return *this;
}

}  // namespace gw::ports

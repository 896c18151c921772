// Candidates of an EventSet, asked themselves: what a walk cannot tell for sure. Internal to this folder; one thread at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/pattern/event_machine.h"
#include "domain/pattern/eventbridge.h"

namespace gw::pattern {

class Confirmer {
 public:
  explicit Confirmer(const EventMachine& machine) : machine_(machine) {}
  // Takes out of `candidates` what does not match the event; all of them where its text is no JSON.
  void confirm(std::string_view event, std::vector<std::uint32_t>& candidates);

 private:
  const EventMachine& machine_;
  std::unordered_map<std::uint32_t, EventPattern> parsed_;  // patterns that were asked before
};

}  // namespace gw::pattern

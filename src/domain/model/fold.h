// Failures open no session: outsiders can cause them. They are counted, and told with their counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::model {

// Failures of one account, mechanism and role within 15 minutes of event time.
struct Fold {
  std::string key;  // account|mechanism|role|window
  std::uint64_t version = 0;
  std::string account_id;
  std::string account_name;
  std::string role;
  Mechanism mechanism = Mechanism::other;
  Time window;  // its start
  std::uint64_t count = 0;
  std::uint64_t told = 0;  // by the last generation
  std::uint32_t generation = 0;
  std::optional<Time> next_due;
  Time first;
  Time last;
  std::map<std::string, std::uint64_t> principals;  // at most 20
  std::map<std::string, std::uint64_t> addresses;   // at most 20
  std::map<std::string, std::uint64_t> errors;      // at most 20
  Severity severity = Severity::medium;
  std::string watch;
  std::vector<std::string> receivers;
  std::string first_event_id;
  friend bool operator==(const Fold&, const Fold&) = default;
};

}  // namespace gw::model

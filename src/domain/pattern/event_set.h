// Many EventBridge patterns as one machine: which of them match an event, at a cost that hardly grows with their number.
//
// A set is immutable and may be shared by threads; each has an EventMatcher of its own. A new set is compiled aside (a Builder) and
// swapped by one pointer, of which every EventMatcher holds its own until it is made anew.
//
// How it works, and what it costs, stands in event_set.cpp and event_matcher.cpp. It answers what `matches(EventPattern, …)` answers,
// pattern by pattern; tests hold the two equal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "domain/pattern/eventbridge.h"

namespace gw::pattern {

struct EventMachine;  // event_machine.h

class EventSet {
 public:
  class Builder;

  // How many patterns it holds; they are known by their numbers, from 0 in the order of Builder::add().
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t memory() const;  // bytes, about

 private:
  friend class EventMatcher;
  std::shared_ptr<const EventMachine> machine_;
};

class EventSet::Builder {
 public:
  explicit Builder(EventLimits limits = {});
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Nothing when the pattern was added; else what is wrong with it, and the set is as before.
  [[nodiscard]] std::optional<PatternError> add(std::string_view text);
  void add(const EventPattern& pattern, std::string_view text);

  [[nodiscard]] EventSet build() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Not thread-safe; one a thread. Allocates nothing once warm.
class EventMatcher {
 public:
  explicit EventMatcher(EventSet set);
  ~EventMatcher();
  EventMatcher(EventMatcher&&) noexcept;
  EventMatcher& operator=(EventMatcher&&) noexcept;

  // The numbers of the patterns that match, each once, in no order; none for what is no JSON object. Lives until the next call.
  const std::vector<std::uint32_t>& match(std::string_view event);
  // Of the event that EventBridge builds from a record (envelope.h).
  const std::vector<std::uint32_t>& match_record(json::Value record);
  // The same for the record at the cursor of an indexed Doc, which moves behind it; nullptr, with the cursor where it was, when
  // it must be parsed first: for what is written in an unusual way, and for what may be no record but carry some.
  const std::vector<std::uint32_t>* match_next_record(json::Doc& doc);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gw::pattern

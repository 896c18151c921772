// Another question than scan's own: which records does `wanted` say yes of? They are told as they stand, as lines of JSON, in the
// order of the walk; copies are told too.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"

namespace gw::scan {

// One a thread.
class RecordTest {
 public:
  virtual ~RecordTest() = default;
  // `event` is the EventBridge event that the record came in; empty when it came otherwise.
  [[nodiscard]] virtual bool wanted(json::Value record, std::string_view event) = 0;
  // The same for what begins at the cursor of an indexed Doc, without a tape, and with the cursor behind it then; nullopt,
  // with the cursor where it was, when it must be parsed first, or may be no record.
  [[nodiscard]] virtual std::optional<bool> skim(json::Doc& doc) {
    (void)doc;
    return std::nullopt;
  }
};

struct RecordQuestion {
  // Every wanted record holds one of these, written as they are: at most 63, each of 3 to 256 bytes of ASCII. Empty: every
  // record is asked about.
  std::vector<std::string> literals;
  std::function<std::unique_ptr<RecordTest>()> make_test;
};

}  // namespace gw::scan

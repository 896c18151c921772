// The `pattern` of a watch: a pattern in either filter language of AWS that the record behind an access must match. Immutable;
// may be shared by threads.
#pragma once

#include <memory>
#include <string_view>

#include "base/json/doc.h"
#include "base/result.h"
#include "domain/pattern/pattern.h"

namespace gw::watch {

class RecordPattern {
 public:
  RecordPattern() = default;  // of a watch without one

  // Of an empty text none. Refuses (invalid_input) what AWS would refuse, with line and column within the pattern.
  [[nodiscard]] static Result<RecordPattern> parse(std::string_view text);

  [[nodiscard]] bool is_there() const { return pattern_ != nullptr; }
  // An EventBridge pattern is asked of the event that EventBridge builds from the record. False for a missing record.
  [[nodiscard]] bool matches(json::Value record) const;

 private:
  std::shared_ptr<const pattern::Pattern> pattern_;
};

}  // namespace gw::watch
